#include "tenon/core/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace tenon {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> inverse(std::string_view digits) {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    table[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

constexpr auto kBase64Values = inverse(kBase64Digits);

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F')
    return digit - 'A' + 10;
  return -1;
}

template <typename T> void append_big_endian(Bytes& out, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> shift)));
  }
}

template <typename T> T read_big_endian(BytesView bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>((value << 8) | static_cast<std::uint8_t>(bytes[i]));
  }
  return value;
}

} // namespace

std::string to_hex(BytesView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    text.push_back(kHexDigits[static_cast<std::uint8_t>(byte) >> 4]);
    text.push_back(kHexDigits[static_cast<std::uint8_t>(byte) & 15]);
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0)
    return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::optional<Hash> hash_from_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  if (!bytes || bytes->size() != Hash::kSize)
    return std::nullopt;
  return Hash::from_view(*bytes);
}

std::string to_base64(BytesView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8) | (j < count ? static_cast<std::uint8_t>(bytes[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text.push_back(j <= count ? kBase64Digits[(group >> (18 - 6 * j)) & 63] : '=');
    }
  }
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
    ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool padded = i >= text.size() - padding;
    const int value = padded ? 0 : kBase64Values[static_cast<unsigned char>(text[i])];
    if (value < 0)
      return std::nullopt;
    group = (group << 6) | static_cast<std::uint32_t>(value);
    if (i % 4 != 3)
      continue;
    const std::size_t count = i + 1 == text.size() ? 3 - padding : 3;
    for (std::size_t j = 0; j < count; ++j) {
      bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(group >> (16 - 8 * j))));
    }
    // One text per byte string: bits that the padding discards must be zero.
    if (count < 3 && (group & ((1u << (8 * (3 - count))) - 1)) != 0)
      return std::nullopt;
    group = 0;
  }
  return bytes;
}

std::optional<std::uint64_t> parse_u64(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0'))
    return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::string rfc3339(std::uint64_t unix_us) {
  const auto seconds = static_cast<std::time_t>(unix_us / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> date{};
  const std::size_t size = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06uZ",
                static_cast<unsigned>(unix_us % 1'000'000));
  return std::string(date.data(), size) + fraction.data();
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
    if (size == 0 || i + size > text.size())
      return false;
    std::uint32_t point = size == 1 ? lead : lead & (0x7fu >> size);
    for (std::size_t j = 1; j < size; ++j) {
      const auto next = static_cast<unsigned char>(text[i + j]);
      if ((next & 0xc0u) != 0x80u)
        return false;
      point = point << 6 | (next & 0x3fu);
    }
    const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    if (overlong || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
      return false;
    i += size;
  }
  return true;
}

std::string as_utf8(std::string_view text) {
  std::string clean(text);
  if (!is_utf8(text))
    std::replace_if(clean.begin(), clean.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  return clean;
}

void append_be16(Bytes& out, std::uint16_t value) {
  append_big_endian(out, value);
}
void append_be32(Bytes& out, std::uint32_t value) {
  append_big_endian(out, value);
}
void append_be64(Bytes& out, std::uint64_t value) {
  append_big_endian(out, value);
}
std::uint16_t read_be16(BytesView bytes) {
  return read_big_endian<std::uint16_t>(bytes);
}
std::uint32_t read_be32(BytesView bytes) {
  return read_big_endian<std::uint32_t>(bytes);
}
std::uint64_t read_be64(BytesView bytes) {
  return read_big_endian<std::uint64_t>(bytes);
}

bool Reader::take(std::size_t size, BytesView& out) {
  if (size > rest_.size())
    return false;
  out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

bool Reader::u8(std::uint8_t& out) {
  BytesView bytes;
  if (!take(1, bytes))
    return false;
  out = static_cast<std::uint8_t>(bytes[0]);
  return true;
}

bool Reader::be16(std::uint16_t& out) {
  BytesView bytes;
  if (!take(2, bytes))
    return false;
  out = read_be16(bytes);
  return true;
}

bool Reader::be32(std::uint32_t& out) {
  BytesView bytes;
  if (!take(4, bytes))
    return false;
  out = read_be32(bytes);
  return true;
}

bool Reader::be64(std::uint64_t& out) {
  BytesView bytes;
  if (!take(8, bytes))
    return false;
  out = read_be64(bytes);
  return true;
}

bool Reader::hash(Hash& out) {
  BytesView bytes;
  if (!take(Hash::kSize, bytes))
    return false;
  out = Hash::from_view(bytes);
  return true;
}

} // namespace tenon
