// The cases of the built-in functions: what each gives, or how it fails.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "program.hpp"

namespace tenon::daml::interpreter::test {

struct BuiltinCase {
  lf::Builtin builtin;
  std::string expected; // a value, "error: message", or what an arithmetic error says
  std::function<E(Program&)> make;
  lf::LanguageVersion version = lf::LanguageVersion::k1_15;
};
using BuiltinCases = std::vector<BuiltinCase>;

[[nodiscard]] inline std::string error(std::string_view message) {
  return "error: " + std::string(message);
}
// What an arithmetic error says of the call.
[[nodiscard]] inline std::string overflow(std::string_view call) {
  return "ArithmeticError while evaluating (" + std::string(call) + ").";
}
// A number as BigNumeric.
[[nodiscard]] inline E big(Program& p, std::string_view text, std::uint8_t scale) {
  return p.call(lf::Builtin::kNumericToBigNumeric, {p.decimal(text, scale)}, {p.nat(scale)});
}
[[nodiscard]] BuiltinCase numerics(lf::Builtin builtin, std::vector<std::uint8_t> scales,
                                   std::vector<std::string> arguments,
                                   std::vector<std::uint8_t> argument_scales,
                                   std::string expected,
                                   lf::LanguageVersion version = lf::LanguageVersion::k1_15);

void add_number_cases(BuiltinCases& rows);     // builtin_number_cases.cpp
void add_text_cases(BuiltinCases& rows);       // builtin_text_cases.cpp
void add_collection_cases(BuiltinCases& rows); // builtin_collection_cases.cpp

} // namespace tenon::daml::interpreter::test
