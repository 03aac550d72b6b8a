#include "tenon/crypto/sha256.hpp"

#include <catch2/catch.hpp>

#include <random>

#include <vector>

#include "crypto/sha256_kernel.hpp"
#include "tenon/core/encoding.hpp"

using namespace tenon;
using namespace tenon::crypto;

TEST_CASE("sha256: gives the vectors of FIPS 180-4", "[sdk][crypto]") {
  CHECK(to_hex(sha256("").view()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc").view()) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").view()) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(std::string(1'000'000, 'a')).view()) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256: parts are hashed as their concatenation", "[sdk][crypto]") {
  CHECK(sha256({"a", "", "bc"}) == sha256("abc"));
}

TEST_CASE("sha256: what comes in pieces is hashed as their concatenation", "[sdk][crypto]") {
  Sha256 pieces;
  Bytes all;
  for (std::size_t size = 0; size < 200; size += 7) {
    const Bytes piece(size, static_cast<char>(size));
    pieces.add(piece);
    all += piece;
  }
  CHECK(pieces.digest() == sha256(all));
  CHECK(Sha256().digest() == sha256(""));
}

TEST_CASE("sha256: hmac gives the vectors of RFC 4231", "[sdk][crypto]") {
  CHECK(to_hex(hmac_sha256(Bytes(20, '\x0b'), "Hi There").view()) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?").view()) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(Bytes(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")
                   .view()) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("sha256: many digests at once equal one at a time, for every size and count",
          "[sdk][crypto]") {
  Bytes messages;
  for (int i = 0; i < 140 * 9; ++i)
    messages.push_back(static_cast<char>(i * 7 + i / 251));
  for (std::size_t size = 0; size <= 140; ++size) {
    for (std::size_t count = 0; count <= 9; ++count) {
      std::vector<Hash> digests(count);
      sha256_many(BytesView(messages).substr(0, size * count), size, digests);
      for (std::size_t i = 0; i < count; ++i) {
        REQUIRE(digests[i] == sha256(BytesView(messages).substr(i * size, size)));
      }
    }
  }
}

TEST_CASE("sha256: equals OpenSSL for every size around the block borders", "[sdk][crypto]") {
  Bytes message;
  for (int i = 0; i < 1000; ++i)
    message.push_back(static_cast<char>(i * 31 + i / 7));
  for (std::size_t size = 0; size <= message.size(); ++size) {
    const BytesView whole = BytesView(message).substr(0, size);
    const Hash expected = kernel::openssl_digest({whole});
    REQUIRE(sha256(whole) == expected);
    // Cut in three at places that move through the blocks.
    const std::size_t first = size * 3 / 7;
    const std::size_t second = first + (size - first) * 2 / 5;
    REQUIRE(sha256({whole.substr(0, first), whole.substr(first, second - first),
                    whole.substr(second)}) == expected);
  }
}

TEST_CASE("sha256: many digests at once equal OpenSSL's", "[sdk][crypto]") {
  constexpr std::size_t kSize = 80;
  constexpr std::size_t kCount = 103;
  Bytes messages;
  for (std::size_t i = 0; i < kSize * kCount; ++i)
    messages.push_back(static_cast<char>(i * 131 + i / 253));
  std::vector<Hash> digests(kCount);
  sha256_many(messages, kSize, digests);
  for (std::size_t i = 0; i < kCount; ++i)
    REQUIRE(digests[i] == kernel::openssl_digest({BytesView(messages).substr(i * kSize, kSize)}));
}

TEST_CASE("sha256: digests of messages of all lengths at once are those of each", "[sdk][crypto]") {
  Bytes bytes;
  for (int i = 0; i < 1200; ++i)
    bytes.push_back(static_cast<char>(i * 37 + i / 11));
  std::mt19937 random(4);
  for (const std::size_t longest : {0u, 1u, 60u, 130u, 1100u}) {
    std::vector<BytesView> messages;
    for (std::size_t i = 0; i < 300; ++i)
      messages.push_back(BytesView(bytes).substr(random() % 100, random() % (longest + 1)));
    messages.emplace_back();
    for (const std::size_t count : {std::size_t{0}, std::size_t{3}, messages.size()}) {
      std::vector<Hash> digests(count);
      sha256_each(std::span(messages).first(count), digests);
      for (std::size_t i = 0; i < count; ++i)
        REQUIRE(digests[i] == kernel::openssl_digest({messages[i]}));
    }
  }
}
