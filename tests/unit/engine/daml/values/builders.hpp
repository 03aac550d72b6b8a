// Short ways to make values in tests.
#pragma once

#include "values/comparison.hpp"

namespace tenon::daml {

inline Value text(std::string_view utf8) {
  return Value::text(std::string(utf8));
}

inline Value party(std::string_view name) {
  return Value::party(Party::literal(name));
}

inline Value numeric(std::string_view digits) {
  return Value::numeric(Numeric::parse(digits).value());
}

inline Value contract(std::string_view hex) {
  return Value::contract_id(ContractId::parse(hex).value());
}

inline TypeName type_name(std::string_view identifier) {
  return std::make_shared<const Identifier>(Identifier::literal(identifier));
}

inline Labels labels(std::vector<std::string> names) {
  return std::make_shared<const std::vector<std::string>>(std::move(names));
}

inline Value record(std::vector<Value> fields) {
  return Value::record(nullptr, nullptr, std::move(fields));
}

inline Constructor constructor(std::string_view name, std::uint32_t rank = Constructor::kNoRank) {
  return {nullptr, Name::literal(name), rank};
}

inline Value variant(std::string_view name, Value value,
                     std::uint32_t rank = Constructor::kNoRank) {
  return Value::variant(constructor(name, rank), std::move(value));
}

inline Value enumeration(std::string_view name, std::uint32_t rank = Constructor::kNoRank) {
  return Value::enumeration(constructor(name, rank));
}

inline Value text_map(std::vector<Value::TextMapEntry> entries) {
  return Value::text_map(std::move(entries)).value();
}

// `depth` times Some around `value`.
inline Value nested(std::uint32_t depth, Value value = Value()) {
  for (std::uint32_t i = 0; i < depth; ++i)
    value = Value::some(std::move(value));
  return value;
}

} // namespace tenon::daml
