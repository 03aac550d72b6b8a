#include "interpreter/lambda.hpp"

namespace tenon::daml::interpreter {

namespace {

using lf::as;
using lf::ExprForm;

// The body, or nullptr when it is no abstraction.
template <typename Each> const lf::Expr* step(const lf::Expr& expression, const Each& each) {
  if (expression.form == ExprForm::kAbstraction) {
    const auto& abstraction = as<lf::Abstraction>(expression);
    for (const lf::Binder& parameter : abstraction.parameters)
      each(Parameter{parameter.name, Parameter::Form::kValue});
    return abstraction.body;
  }
  if (expression.form == ExprForm::kTypeAbstraction) {
    const auto& abstraction = as<lf::TypeAbstraction>(expression);
    for (const lf::TypeParameter& parameter : abstraction.parameters) {
      each(Parameter{parameter.name,
                     is_nat(parameter) ? Parameter::Form::kNat : Parameter::Form::kErased});
    }
    return abstraction.body;
  }
  return nullptr;
}

} // namespace

Lambda read_lambda(const lf::Expr& expression) {
  Lambda lambda;
  lambda.body = &expression;
  while (const lf::Expr* body = step(*lambda.body, [&](const Parameter& parameter) {
           lambda.parameters.push_back(parameter);
           lambda.arity += parameter.form != Parameter::Form::kErased ? 1 : 0;
         }))
    lambda.body = body;
  return lambda;
}

std::uint32_t arity_of(const lf::Expr& expression) {
  std::uint32_t arity = 0;
  const lf::Expr* current = &expression;
  while (const lf::Expr* body = step(*current, [&](const Parameter& parameter) {
           arity += parameter.form != Parameter::Form::kErased ? 1 : 0;
         }))
    current = body;
  return arity;
}

} // namespace tenon::daml::interpreter
