#include "archive/wire_writer.hpp"

#include <algorithm>
#include <array>

namespace tenon::daml::archive {

void WireWriter::make_room(std::size_t size) {
  if (begin_ >= size)
    return;
  constexpr std::size_t kFirst = 4096;
  const std::size_t room = std::max({kFirst, size, buffer_.size()});
  Bytes larger(room + this->size(), '\0');
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.end(),
            larger.begin() + static_cast<std::ptrdiff_t>(room));
  buffer_ = std::move(larger);
  begin_ = room;
}

void WireWriter::put(BytesView bytes) {
  make_room(bytes.size());
  begin_ -= bytes.size();
  bytes.copy(buffer_.data() + begin_, bytes.size());
}

void WireWriter::put_varint(std::uint64_t value) {
  std::array<char, 10> digits{};
  std::size_t count = 0;
  for (; value >= 0x80; value >>= 7)
    digits[count++] = static_cast<char>(static_cast<std::uint8_t>(value | 0x80));
  digits[count++] = static_cast<char>(value);
  put(BytesView(digits.data(), count));
}

void WireWriter::put_fixed64(std::uint64_t value) {
  std::array<char, sizeof value> bytes{};
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes[i] = static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
  put(BytesView(bytes.data(), bytes.size()));
}

} // namespace tenon::daml::archive
