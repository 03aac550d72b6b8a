// How the built-in functions are performed. Constants; any thread.
#pragma once

#include <array>
#include <cstdint>

#include "interpreter/code.hpp"
#include "lf/builtins.hpp"

namespace tenon::daml::interpreter {

struct BuiltinCode {
  // Which argument goes where; kUnused ends the list.
  static constexpr std::int8_t kUnused = -1;

  lf::Builtin builtin;
  std::uint8_t nats = 0;      // parameters that are scales
  std::uint8_t arguments = 0; // parameters that are values
  Handler handler = nullptr;  // nullptr: it calls back, and is called as a function
  // The arguments, scales first, that become a, b and c, and the first register of the next cell.
  std::array<std::int8_t, 4> operands{kUnused, kUnused, kUnused, kUnused};

  [[nodiscard]] std::uint16_t arity() const {
    return static_cast<std::uint16_t>(nats + arguments);
  }
  [[nodiscard]] bool has_extra_cell() const { return operands[3] != kUnused; }
};

// Of one that is generic; see lf::BuiltinInfo. nullptr for one that is a value by itself (the empty
// maps) or nothing but its argument.
[[nodiscard]] const BuiltinCode* find_builtin_code(lf::Builtin builtin);

// As a function of all its arguments, and as a value.
[[nodiscard]] const Function& builtin_function(lf::Builtin builtin);

// Of one that calls back; nullptr for all others.
[[nodiscard]] const Function* find_own_function(lf::Builtin builtin);
// What a scenario is: nothing that can be run.
[[nodiscard]] const Function& scenario_function();

// The handler that compares values of the type, where one is faster than for all types.
[[nodiscard]] Handler comparison_handler(lf::Builtin builtin, lf::BuiltinType type);

} // namespace tenon::daml::interpreter
