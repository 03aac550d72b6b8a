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

EVP_MD_CTX* thread_context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
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

// kLanes messages of one size, side by side.
void digest_lanes(const std::uint8_t* messages, std::size_t message_size, Hash* digests) {
  const std::size_t blocks = message_size / kBlockSize;
  const std::size_t rest = message_size % kBlockSize;
  State states[kernel::kLanes];
  Tail tails[kernel::kLanes];
  const std::uint8_t* bodies[kernel::kLanes];
  const std::uint8_t* ends[kernel::kLanes];
  std::size_t tail_blocks = 0;
  for (std::size_t lane = 0; lane < kernel::kLanes; ++lane) {
    states[lane] = kernel::kInitial;
    bodies[lane] = messages + lane * message_size;
    std::memcpy(tails[lane].bytes, bodies[lane] + blocks * kBlockSize, rest);
    tail_blocks = tails[lane].finish(rest, message_size);
    ends[lane] = tails[lane].bytes;
  }
  kernel::compress_lanes(states, bodies, blocks);
  kernel::compress_lanes(states, ends, tail_blocks);
  for (std::size_t lane = 0; lane < kernel::kLanes; ++lane)
    digests[lane] = to_hash(states[lane]);
}

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
    for (; done + kernel::kLanes <= digests.size(); done += kernel::kLanes)
      digest_lanes(raw(messages) + done * message_size, message_size, &digests[done]);
  }
  for (; done < digests.size(); ++done)
    digests[done] = sha256(messages.substr(done * message_size, message_size));
}

} // namespace tenon::crypto
