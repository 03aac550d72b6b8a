// Messages by hand, for tests of what no package may say.
#pragma once

#include <cstdint>
#include <string>

#include "archive/wire_writer.hpp"
#include "tenon/core/bytes.hpp"

namespace tenon::daml::archive::wire {

inline Bytes varint(std::uint64_t value) {
  WireWriter writer;
  writer.put_varint(value);
  return writer.take();
}

// A field that is a number.
inline Bytes number(std::uint64_t field, std::uint64_t value) {
  return varint(field << 3) + varint(value);
}

// A field that is text, bytes or a message.
inline Bytes part(std::uint64_t field, BytesView content) {
  return varint(field << 3 | 2) + varint(content.size()) + Bytes(content);
}

// A package of version 1.`minor` in its payload.
inline Bytes payload(std::string_view minor, BytesView package) {
  return part(2, package) + part(3, minor);
}

inline Bytes flags() {
  return number(1, 1) + number(2, 1) + number(3, 1);
}

// At 1.6, where nothing but package ids is interned: module "M" with what follows its flags.
inline Bytes old_module(BytesView rest) {
  return part(1, part(1, "M")) + part(4, flags()) + Bytes(rest);
}
inline Bytes old_payload(BytesView module_rest) {
  return payload("6", part(1, old_module(module_rest)));
}
inline Bytes old_type(std::uint64_t builtin) {
  return part(3, builtin == 0 ? Bytes() : number(1, builtin));
}
// A value "v" of type Unit with this body.
inline Bytes old_value(BytesView body) {
  return part(6, part(1, part(1, "v") + part(2, old_type(0))) + part(2, body) + number(3, 1));
}
inline Bytes old_value_payload(BytesView body) {
  return old_payload(old_value(body));
}
inline Bytes unit_expr() {
  return number(4, 0);
}

} // namespace tenon::daml::archive::wire
