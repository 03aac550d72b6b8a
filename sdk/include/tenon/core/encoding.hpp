// Text forms of bytes, and fixed-width integers in byte strings. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "tenon/core/bytes.hpp"

namespace tenon {

[[nodiscard]] std::string to_hex(BytesView bytes);
// Nothing when `text` has an odd length or a character that is not a hex digit.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);
[[nodiscard]] std::optional<Hash> hash_from_hex(std::string_view text);

// RFC 4648 section 4, with padding.
[[nodiscard]] std::string to_base64(BytesView bytes);
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

// Decimal without sign or leading zeros, nothing else around it.
[[nodiscard]] std::optional<std::uint64_t> parse_u64(std::string_view text);

// A moment in microseconds of Unix time as "2023-11-14T22:13:20.000001Z" (RFC 3339).
[[nodiscard]] std::string rfc3339(std::uint64_t unix_us);

// Neither overlong forms nor surrogates (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view text);
// For messages: the text, with "?" for every byte beyond ASCII when it is not UTF-8.
[[nodiscard]] std::string as_utf8(std::string_view text);

void append_be16(Bytes& out, std::uint16_t value);
void append_be32(Bytes& out, std::uint32_t value);
void append_be64(Bytes& out, std::uint64_t value);
// The caller has checked that enough bytes are there.
[[nodiscard]] std::uint16_t read_be16(BytesView bytes);
[[nodiscard]] std::uint32_t read_be32(BytesView bytes);
[[nodiscard]] std::uint64_t read_be64(BytesView bytes);

// Takes pieces off the front of a byte string; every read says whether there was enough.
class Reader {
public:
  explicit Reader(BytesView bytes) : rest_(bytes) {}
  [[nodiscard]] bool take(std::size_t size, BytesView& out);
  [[nodiscard]] bool u8(std::uint8_t& out);
  [[nodiscard]] bool be16(std::uint16_t& out);
  [[nodiscard]] bool be32(std::uint32_t& out);
  [[nodiscard]] bool be64(std::uint64_t& out);
  [[nodiscard]] bool hash(Hash& out);
  [[nodiscard]] BytesView rest() const { return rest_; }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

private:
  BytesView rest_;
};

} // namespace tenon
