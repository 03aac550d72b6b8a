#include "tenon/crypto/sha256.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "crypto/sha256_kernel.hpp"

namespace tenon::crypto {

namespace {

using kernel::kBlockSize;
using kernel::State;

constexpr std::size_t kLengthSize = 8;

const bool kAccelerated = kernel::available();

// Fetching an algorithm takes a lock and a look-up; do it once for the process.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (fetched == nullptr)
    std::abort(); // no SHA-256 in this OpenSSL: nothing here can work
  return fetched;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

EVP_MD_CTX* thread_context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  return context.get();
}

const std::uint8_t* raw(BytesView bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

Hash to_hash(const State& state) {
  Hash hash;
  for (std::size_t i = 0; i < std::size(state.words); ++i) {
    const std::uint32_t word = __builtin_bswap32(state.words[i]);
    std::memcpy(hash.bytes.data() + i * sizeof word, &word, sizeof word);
  }
  return hash;
}

// The end of a message: its last incomplete block and the padding, in one block or two.
struct Tail {
  std::uint8_t bytes[2 * kBlockSize];

  // `rest` bytes are in place already. Returns the number of blocks.
  std::size_t finish(std::size_t rest, std::uint64_t message_size) {
    const std::size_t blocks = rest + 1 + kLengthSize <= kBlockSize ? 1 : 2;
    const std::uint64_t bits = __builtin_bswap64(message_size * 8);
    bytes[rest] = 0x80;
    std::memset(bytes + rest + 1, 0, blocks * kBlockSize - rest - 1 - kLengthSize);
    std::memcpy(bytes + blocks * kBlockSize - kLengthSize, &bits, kLengthSize);
    return blocks;
  }
};

Hash accelerated_digest(std::initializer_list<BytesView> parts) {
  State state = kernel::kInitial;
  Tail tail;
  std::size_t held = 0; // bytes of an incomplete block, at the front of the tail
  std::uint64_t size = 0;
  for (BytesView part : parts) {
    size += part.size();
    if (held > 0) {
      const std::size_t taken = std::min(part.size(), kBlockSize - held);
      std::memcpy(tail.bytes + held, part.data(), taken);
      held += taken;
      part.remove_prefix(taken);
      if (held == kBlockSize) {
        kernel::compress(state, tail.bytes, 1);
        held = 0;
      }
    }
    if (part.empty())
      continue;
    const std::size_t blocks = part.size() / kBlockSize;
    kernel::compress(state, raw(part), blocks);
    part.remove_prefix(blocks * kBlockSize);
    std::memcpy(tail.bytes + held, part.data(), part.size());
    held += part.size();
  }
  kernel::compress(state, tail.bytes, tail.finish(held, size));
  return to_hash(state);
}

// In how many blocks a message goes into the state: from where it lies, and from its tail.
struct BlockCount {
  std::size_t body;
  std::size_t tail;
};
BlockCount blocks_of(std::size_t message_size) {
  const std::size_t rest = message_size % kBlockSize;
  return {message_size / kBlockSize, rest + 1 + kLengthSize <= kBlockSize ? 1u : 2u};
}

// kLanes messages with the same count of blocks, side by side.
void digest_lanes(const BytesView* messages, Hash* const* digests) {
  const BlockCount blocks = blocks_of(messages[0].size());
  State states[kernel::kLanes];
  Tail tails[kernel::kLanes];
  const std::uint8_t* bodies[kernel::kLanes];
  const std::uint8_t* ends[kernel::kLanes];
  for (std::size_t lane = 0; lane < kernel::kLanes; ++lane) {
    const BytesView message = messages[lane];
    const std::size_t rest = message.size() % kBlockSize;
    states[lane] = kernel::kInitial;
    bodies[lane] = raw(message);
    if (rest > 0)
      std::memcpy(tails[lane].bytes, bodies[lane] + blocks.body * kBlockSize, rest);
    tails[lane].finish(rest, message.size());
    ends[lane] = tails[lane].bytes;
  }
  kernel::compress_lanes(states, bodies, blocks.body);
  kernel::compress_lanes(states, ends, blocks.tail);
  for (std::size_t lane = 0; lane < kernel::kLanes; ++lane)
    *digests[lane] = to_hash(states[lane]);
}

// Messages with the same count of blocks, as they come.
struct Lanes {
  std::size_t filled = 0;
  BytesView messages[kernel::kLanes];
  Hash* digests[kernel::kLanes];
};

Hash digest(std::initializer_list<BytesView> parts) {
  return kAccelerated ? accelerated_digest(parts) : kernel::openssl_digest(parts);
}

} // namespace

Hash kernel::openssl_digest(std::initializer_list<BytesView> parts) {
  EVP_MD_CTX* const context = thread_context();
  Hash result;
  bool ok = EVP_DigestInit_ex(context, algorithm(), nullptr) == 1;
  for (const BytesView part : parts) {
    ok = ok && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  ok = ok && EVP_DigestFinal_ex(context, result.bytes.data(), nullptr) == 1;
  if (!ok)
    std::abort(); // out of memory inside OpenSSL: a wrong digest must not go on
  return result;
}

Hash sha256(BytesView bytes) {
  return digest({bytes});
}

Hash sha256(std::initializer_list<BytesView> parts) {
  return digest(parts);
}

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, FreeContext> openssl{EVP_MD_CTX_new()};
  void require(int ok) const {
    if (ok != 1)
      std::abort(); // out of memory inside OpenSSL: a wrong digest must not go on
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  context_->require(EVP_DigestInit_ex(context_->openssl.get(), algorithm(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::add(BytesView piece) {
  context_->require(EVP_DigestUpdate(context_->openssl.get(), piece.data(), piece.size()));
}

Hash Sha256::digest() {
  Hash result;
  context_->require(EVP_DigestFinal_ex(context_->openssl.get(), result.bytes.data(), nullptr));
  return result;
}

Hash hmac_sha256(BytesView key, BytesView message) {
  Hash hashed_key;
  if (key.size() > kBlockSize) {
    hashed_key = sha256(key);
    key = hashed_key.view();
  }
  Bytes inner(kBlockSize, '\x36');
  Bytes outer(kBlockSize, '\x5c');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  return sha256({outer, sha256({inner, message}).view()});
}

void sha256_many(BytesView messages, std::size_t message_size, std::span<Hash> digests) {
  std::size_t done = 0;
  if (kAccelerated) {
    for (; done + kernel::kLanes <= digests.size(); done += kernel::kLanes) {
      BytesView some[kernel::kLanes];
      Hash* results[kernel::kLanes];
      for (std::size_t lane = 0; lane < kernel::kLanes; ++lane) {
        some[lane] = messages.substr((done + lane) * message_size, message_size);
        results[lane] = &digests[done + lane];
      }
      digest_lanes(some, results);
    }
  }
  for (; done < digests.size(); ++done)
    digests[done] = sha256(messages.substr(done * message_size, message_size));
}

void sha256_each(std::span<const BytesView> messages, std::span<Hash> digests) {
  constexpr std::size_t kMostBlocks = 8; // longer ones are seldom, and gain less
  Lanes lanes[2 * kMostBlocks];
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const BlockCount blocks = blocks_of(messages[i].size());
    if (!kAccelerated || blocks.body >= kMostBlocks) {
      digests[i] = sha256(messages[i]);
      continue;
    }
    Lanes& alike = lanes[2 * blocks.body + blocks.tail - 1];
    alike.messages[alike.filled] = messages[i];
    alike.digests[alike.filled] = &digests[i];
    if (++alike.filled < kernel::kLanes)
      continue;
    digest_lanes(alike.messages, alike.digests);
    alike.filled = 0;
  }
  for (const Lanes& alike : lanes) {
    for (std::size_t lane = 0; lane < alike.filled; ++lane)
      *alike.digests[lane] = sha256(alike.messages[lane]);
  }
}

} // namespace tenon::crypto
