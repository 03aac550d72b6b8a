#include "interpreter/show.hpp"

#include "interpreter/heap.hpp"
#include "values/big_numeric.hpp"
#include "values/time.hpp"

namespace tenon::daml::interpreter {

std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {
      "nothing",   "Unit",     "Bool",       "Int64",   "Date",     "Timestamp",
      "scale",     "Numeric",  "BigNumeric", "Text",    "Party",    "ContractId",
      "Optional",  "List",     "TextMap",    "GenMap",  "record",   "variant",
      "enum",      "struct",   "Any",        "contract", "TypeRep", "function",
      "function with arguments"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string show(const Word& word) {
  switch (word.kind) {
  case Kind::kUnit:
    return "<unit>";
  case Kind::kBool:
    return word.truth() ? "true" : "false";
  case Kind::kInt64:
    return std::to_string(word.integer);
  case Kind::kNat:
    return "@" + std::to_string(word.integer);
  case Kind::kDate: {
    const auto date = Date::from_days(word.integer);
    return date.ok() ? date->to_text() : "";
  }
  case Kind::kTimestamp: {
    const auto time = Timestamp::from_micros(word.integer);
    return time.ok() ? time->to_text() : "";
  }
  case Kind::kNumeric: {
    const auto number = Numeric::make(unscaled_of(word), word.scale);
    return number.ok() ? number->to_short_text() : "";
  }
  case Kind::kBigNumeric:
    return word.big->to_text();
  case Kind::kText:
  case Kind::kParty:
    return std::string(word.text());
  default:
    return {};
  }
}

std::uint64_t big_numeric_steps(std::uint64_t digits) {
  // Multiplication, division and conversion grow with the square.
  constexpr std::uint64_t kLinear = 8;
  constexpr std::uint64_t kSquare = 16384;
  return digits / kLinear + digits * digits / kSquare;
}

} // namespace tenon::daml::interpreter
