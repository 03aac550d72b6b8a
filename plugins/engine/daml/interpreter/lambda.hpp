// Functions as written: abstractions inside each other, of values and of types, read as one
// function of all their arguments. Types have no effect while a program runs, but for the naturals
// that are the scales of Numerics: a type parameter that is one is an argument like any other.
#pragma once

#include <cstdint>
#include <vector>

#include "lf/expression.hpp"

namespace tenon::daml::interpreter {

struct Parameter {
  lf::Name name;
  enum class Form : std::uint8_t { kValue, kNat, kErased } form;
};

inline bool is_nat(const lf::TypeParameter& parameter) {
  return parameter.kind->form == lf::KindForm::kNat;
}

struct Lambda {
  std::vector<Parameter> parameters; // in order, the erased ones too
  std::uint32_t arity = 0;           // without those
  const lf::Expr* body = nullptr;    // the first that is no abstraction
};

[[nodiscard]] Lambda read_lambda(const lf::Expr& expression);
// Only how many arguments.
[[nodiscard]] std::uint32_t arity_of(const lf::Expr& expression);

} // namespace tenon::daml::interpreter
