// Reading and writing the protobuf wire format by hand, for what is too hot for messages. Borrowed
// memory; one thread at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tenon::daml_api::wire {

enum class Type : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

constexpr std::uint32_t tag(std::uint32_t field, Type type) {
  return field << 3 | static_cast<std::uint32_t>(type);
}

constexpr std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7)
    ++size;
  return size;
}

// One field of a message. `payload` is what stands behind the tag; of kBytes without the length.
struct Field {
  std::uint32_t tag = 0;
  std::string_view payload;
};

// Goes over the fields of a message.
class Reader {
public:
  explicit Reader(std::string_view message)
      : next_(message.data()), end_(message.data() + message.size()) {}

  // False at the end and where the bytes are no message: failed() tells which.
  bool next(Field& field) {
    if (next_ == end_)
      return false;
    std::uint64_t tag = 0;
    failed_ = !varint(tag) || tag > UINT32_MAX || tag < 8 || !payload(tag, field.payload);
    field.tag = static_cast<std::uint32_t>(tag);
    return !failed_;
  }
  [[nodiscard]] bool failed() const { return failed_; }

private:
  bool varint(std::uint64_t& value) {
    if (next_ != end_ && static_cast<std::uint8_t>(*next_) < 0x80) {
      value = static_cast<std::uint8_t>(*next_++);
      return true;
    }
    return long_varint(value);
  }
  bool long_varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 70 && next_ != end_; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(*next_++);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80)
        return true;
    }
    return false;
  }
  bool payload(std::uint64_t tag, std::string_view& out) {
    std::uint64_t size = 0;
    const char* const start = next_;
    switch (tag & 7) {
    case static_cast<std::uint64_t>(Type::kVarint):
      if (!varint(size))
        return false;
      out = {start, static_cast<std::size_t>(next_ - start)};
      return true;
    case static_cast<std::uint64_t>(Type::kBytes):
      return varint(size) && take(size, out);
    case static_cast<std::uint64_t>(Type::kFixed64):
      return take(8, out);
    case static_cast<std::uint64_t>(Type::kFixed32):
      return take(4, out);
    default:
      return false;
    }
  }
  bool take(std::uint64_t size, std::string_view& out) {
    if (size > static_cast<std::uint64_t>(end_ - next_))
      return false;
    out = {next_, static_cast<std::size_t>(size)};
    next_ += size;
    return true;
  }

  const char* next_;
  const char* end_;
  bool failed_ = false;
};

// Writes into memory that is known to be large enough.
class Writer {
public:
  explicit Writer(char* out) : out_(out) {}
  [[nodiscard]] char* position() const { return out_; }

  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      *out_++ = static_cast<char>(value | 0x80);
    *out_++ = static_cast<char>(value);
  }
  void raw(std::string_view bytes) {
    if (!bytes.empty()) {
      std::memcpy(out_, bytes.data(), bytes.size());
      out_ += bytes.size();
    }
  }
  void bytes(std::uint32_t field, std::string_view content) {
    varint(tag(field, Type::kBytes));
    varint(content.size());
    raw(content);
  }
  // A message that `body` writes. It is expected to be about as long as `likely_size`, and moved
  // when its length then takes another number of bytes than foreseen; it must not be longer.
  template <typename Body>
  bool message(std::uint32_t field, std::size_t likely_size, const Body& body) {
    varint(tag(field, Type::kBytes));
    const std::size_t reserved = varint_size(likely_size);
    char* const length = out_;
    out_ += reserved;
    if (!body())
      return false;
    char* const start = length + reserved;
    const auto size = static_cast<std::size_t>(out_ - start);
    out_ = length;
    varint(size);
    if (out_ != start)
      std::memmove(out_, start, size);
    out_ += size;
    return true;
  }

private:
  char* out_;
};

} // namespace tenon::daml_api::wire
