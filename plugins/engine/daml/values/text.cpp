#include "values/text.hpp"

#include <algorithm>
#include <array>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::daml {

namespace {

constexpr std::int64_t kFirstSurrogate = 0xd800;
constexpr std::int64_t kLastSurrogate = 0xdfff;
constexpr std::int64_t kLastCodePoint = 0x10ffff;

// How many bytes the code point takes that starts with `lead`.
std::size_t code_point_size(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80u;
}

void append_code_point(std::string& out, std::uint32_t point) {
  const auto put = [&out](std::uint32_t byte) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  };
  if (point < 0x80) {
    put(point);
    return;
  }
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

std::string hexadecimal(std::int64_t value) {
  Bytes bytes;
  append_be64(bytes, static_cast<std::uint64_t>(value));
  const std::string digits = to_hex(bytes);
  const std::size_t first = digits.find_first_not_of('0');
  return "0x" + (first == std::string::npos ? "0" : digits.substr(first));
}

} // namespace

Status check_utf8(std::string_view bytes, std::string_view what) {
  if (is_utf8(bytes))
    return {};
  std::size_t position = 0;
  while (position < bytes.size()) {
    const std::size_t size =
        std::min(code_point_size(bytes[position]), bytes.size() - position);
    if (!is_utf8(bytes.substr(position, size)))
      break;
    position += size;
  }
  return invalid_argument(std::string(what) + ": not UTF-8: byte 0x" +
                          to_hex(bytes.substr(position, 1)) + " at position " +
                          std::to_string(position) + " of " + std::to_string(bytes.size()));
}

std::string quote(std::string_view bytes, std::size_t max_size) {
  std::string_view shown = bytes;
  if (shown.size() > max_size) {
    std::size_t end = max_size;
    for (int i = 0; i < 3 && end > 0 && is_continuation(shown[end]); ++i)
      --end;
    shown = shown.substr(0, end);
  }
  return "\"" + as_utf8(shown) + (shown.size() < bytes.size() ? "...\"" : "\"");
}

std::vector<std::string_view> explode_text(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = code_point_size(text[i]);
    pieces.push_back(text.substr(i, size));
    i += size;
  }
  return pieces;
}

std::string implode_text(std::span<const std::string_view> pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces)
    size += piece.size();
  std::string text;
  text.reserve(size);
  for (const std::string_view piece : pieces)
    text += piece;
  return text;
}

std::vector<std::int64_t> text_to_code_points(std::string_view text) {
  std::vector<std::int64_t> points;
  for (const std::string_view piece : explode_text(text)) {
    const auto lead = static_cast<unsigned char>(piece[0]);
    std::int64_t point = piece.size() == 1 ? lead : lead & (0x7fu >> piece.size());
    for (const char byte : piece.substr(1))
      point = point << 6 | (static_cast<unsigned char>(byte) & 0x3fu);
    points.push_back(point);
  }
  return points;
}

Result<std::string> code_points_to_text(std::span<const std::int64_t> points) {
  std::string text;
  text.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::int64_t point = points[i];
    if (point < 0 || point > kLastCodePoint ||
        (point >= kFirstSurrogate && point <= kLastSurrogate)) {
      return invalid_argument("code point " + std::to_string(i) + " of " +
                              std::to_string(points.size()) + ": " + hexadecimal(point) +
                              " is none; expected 0x0 to 0xd7ff or 0xe000 to 0x10ffff");
    }
    append_code_point(text, static_cast<std::uint32_t>(point));
  }
  return text;
}

std::string sha256_text(std::string_view text) {
  return to_hex(crypto::sha256(text).view());
}

} // namespace tenon::daml
