// What values of a data type consist of, for given arguments of the type: what is needed to bring a
// value from the ledger into a program and back. Immutable; owned by the type; any thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "interpreter/types.hpp"
#include "values/value.hpp"

namespace tenon::daml::interpreter {

struct TypeLayout {
  enum class Form : std::uint8_t { kRecord, kVariant, kEnum };

  Form form = Form::kRecord;
  TypeName type;
  // Fields of a record, constructors of a variant or enum: in the order of the type.
  std::vector<std::string> names;
  std::vector<const RuntimeType*> types; // none for an enum
  std::unordered_map<std::string_view, std::uint32_t> index; // of names
  Labels labels;                         // of a record
  std::vector<daml::Name> constructors;  // of a variant or enum
};

} // namespace tenon::daml::interpreter
