// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104). Pure; any thread.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>

#include "tenon/core/bytes.hpp"

namespace tenon::crypto {

[[nodiscard]] Hash sha256(BytesView bytes);
// Of the concatenation.
[[nodiscard]] Hash sha256(std::initializer_list<BytesView> parts);

// Of what comes in pieces. One thread.
class Sha256 {
public:
  Sha256();
  ~Sha256();
  void add(BytesView piece);
  // Of all that was added. Nothing is added after it.
  [[nodiscard]] Hash digest();

private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] Hash hmac_sha256(BytesView key, BytesView message);

// Many independent digests of messages of one length, as tree levels need them: message i is
// messages[i * message_size, (i + 1) * message_size). Uses the widest kernel the processor has.
void sha256_many(BytesView messages, std::size_t message_size, std::span<Hash> digests);
// The same for messages of any lengths, wherever they lie; best when many are about equally long.
void sha256_each(std::span<const BytesView> messages, std::span<Hash> digests);

} // namespace tenon::crypto
