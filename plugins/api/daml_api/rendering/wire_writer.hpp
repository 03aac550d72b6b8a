// Protobuf's wire form, written by hand where a message object would only be made to be written:
// events, whose values come encoded already. Source: the encoding specification of Protocol
// Buffers. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::daml_api::wire_form {

inline void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// A field of type string, bytes or message. An empty one is written too: for messages and members
// of a oneof that says something.
inline void append_bytes(std::string& out, std::uint32_t field, std::string_view bytes) {
  append_varint(out, (std::uint64_t{field} << 3) | 2);
  append_varint(out, bytes.size());
  out.append(bytes);
}

// The same, where empty means that the field is not set.
inline void append_text(std::string& out, std::uint32_t field, std::string_view text) {
  if (!text.empty())
    append_bytes(out, field, text);
}

// bool, enum, int32 … of at least 0; 0 means that the field is not set.
inline void append_number(std::string& out, std::uint32_t field, std::uint64_t value) {
  if (value == 0)
    return;
  append_varint(out, std::uint64_t{field} << 3);
  append_varint(out, value);
}

} // namespace tenon::daml_api::wire_form
