// Decimal numbers of many digits. What an operation costs grows with the digits, and so does what
// it is charged.
#include <array>

#include "interpreter/machine.hpp"
#include "interpreter/operations_builtins.hpp"
#include "interpreter/show.hpp"
#include "values/big_numeric.hpp"

namespace tenon::daml::interpreter::operations {

namespace {

constexpr std::uint64_t kBytesPerDigit = 1;

std::uint64_t digits_of(const BigNumeric& number) {
  const std::int64_t scale = number.scale();
  return static_cast<std::uint64_t>(number.precision() + (scale < 0 ? -scale : scale));
}

// Where the instruction goes on with a new number. nullptr and `at` as for handlers.
const Cell* put(Machine& machine, const Cell* at, BigNumeric number, const Cell* next) {
  if (!machine.heap().reserve(digits_of(number) * kBytesPerDigit))
    return at;
  machine.reg(at->operation.target) = machine.heap().big_numeric(std::move(number));
  return next;
}

template <typename Compute>
const Cell* binary(Machine& machine, const Cell* at, std::string_view builtin,
                   const Compute& compute) {
  const Word left = machine.reg(at->operation.a);
  const Word right = machine.reg(at->operation.b);
  if (left.kind != Kind::kBigNumeric || right.kind != Kind::kBigNumeric) {
    return machine.fail_ill_formed("a BigNumeric",
                                   left.kind == Kind::kBigNumeric ? right : left);
  }
  if (!machine.charge(big_numeric_steps(digits_of(*left.big) + digits_of(*right.big))))
    return at;
  Result<BigNumeric> result = compute(*left.big, *right.big);
  if (!result.ok()) {
    const std::array shown = {show(left), show(right)};
    return machine.throw_arithmetic_error(builtin, shown);
  }
  return put(machine, at, std::move(*result), at + 1);
}

} // namespace

const Cell* add_big_numeric(Machine& machine, const Cell* at) {
  return binary(machine, at, "ADD_BIGNUMERIC",
                [](const BigNumeric& left, const BigNumeric& right) { return left.add(right); });
}

const Cell* subtract_big_numeric(Machine& machine, const Cell* at) {
  return binary(machine, at, "SUB_BIGNUMERIC", [](const BigNumeric& left, const BigNumeric& right) {
    return left.subtract(right);
  });
}

const Cell* multiply_big_numeric(Machine& machine, const Cell* at) {
  return binary(machine, at, "MUL_BIGNUMERIC", [](const BigNumeric& left, const BigNumeric& right) {
    return left.multiply(right);
  });
}

const Cell* divide_big_numeric(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word scale = machine.reg(operation.a);
  const Word mode = machine.reg(operation.b);
  const Word dividend = machine.reg(operation.c);
  const Word divisor = machine.reg(at[1].registers[0]);
  if (scale.kind != Kind::kInt64 || mode.kind != Kind::kInt64 ||
      dividend.kind != Kind::kBigNumeric || divisor.kind != Kind::kBigNumeric)
    return machine.fail_ill_formed("a scale, a rounding mode and two BigNumerics", divisor);
  constexpr std::int64_t kMost = BigNumeric::kMaxScale;
  const std::int64_t wanted = std::clamp(scale.integer, -kMost, kMost);
  const std::uint64_t digits = digits_of(*dividend.big) + digits_of(*divisor.big) +
                               static_cast<std::uint64_t>(wanted < 0 ? -wanted : wanted);
  if (!machine.charge(big_numeric_steps(digits)))
    return at;
  Result<BigNumeric> result = out_of_range("no such rounding mode");
  if (const Result<RoundingMode> rounding = rounding_mode(mode.integer); rounding.ok())
    result = dividend.big->divide(*divisor.big, scale.integer, *rounding);
  if (!result.ok()) {
    const std::array shown = {show(scale), show(mode), show(dividend), show(divisor)};
    return machine.throw_arithmetic_error("DIV_BIGNUMERIC", shown);
  }
  return put(machine, at, std::move(*result), at + 2);
}

const Cell* shift_right_big_numeric(Machine& machine, const Cell* at) {
  const Word places = machine.reg(at->operation.a);
  const Word number = machine.reg(at->operation.b);
  if (places.kind != Kind::kInt64 || number.kind != Kind::kBigNumeric)
    return machine.fail_ill_formed("an Int64 and a BigNumeric", number);
  if (!machine.charge(big_numeric_steps(digits_of(*number.big))))
    return at;
  Result<BigNumeric> result = number.big->shift_right(places.integer);
  if (!result.ok()) {
    const std::array shown = {show(places), show(number)};
    return machine.throw_arithmetic_error("SHIFT_RIGHT_BIGNUMERIC", shown);
  }
  return put(machine, at, std::move(*result), at + 1);
}

const Cell* big_numeric_to_numeric(Machine& machine, const Cell* at) {
  const Word number = machine.reg(at->operation.a);
  const Word scale = machine.reg(at->operation.b);
  if (number.kind != Kind::kBigNumeric || scale.kind != Kind::kNat)
    return machine.fail_ill_formed("a BigNumeric and a scale", number);
  if (!machine.charge(big_numeric_steps(digits_of(*number.big))))
    return at;
  const Result<Numeric> result = number.big->to_numeric(static_cast<int>(scale.integer));
  if (!result.ok()) {
    const std::array shown = {show(scale), show(number)};
    return machine.throw_arithmetic_error("BIGNUMERIC_TO_NUMERIC", shown);
  }
  machine.reg(at->operation.target) =
      machine.heap().numeric(result->unscaled(), static_cast<std::uint8_t>(result->scale()));
  return at + 1;
}

const Cell* numeric_to_big_numeric(Machine& machine, const Cell* at) {
  const Word number = machine.reg(at->operation.a);
  if (number.kind != Kind::kNumeric)
    return machine.fail_ill_formed("a Numeric", number);
  const Numeric value = Numeric::make(unscaled_of(number), number.scale).value();
  return put(machine, at, BigNumeric::from_numeric(value), at + 1);
}

namespace {

template <typename Tell>
const Cell* tell(Machine& machine, const Cell* at, const Tell& tell_of) {
  const Word number = machine.reg(at->operation.a);
  if (number.kind != Kind::kBigNumeric)
    return machine.fail_ill_formed("a BigNumeric", number);
  machine.reg(at->operation.target) = int64_word(tell_of(*number.big));
  return at + 1;
}

} // namespace

const Cell* scale_big_numeric(Machine& machine, const Cell* at) {
  return tell(machine, at, [](const BigNumeric& number) { return number.scale(); });
}

const Cell* precision_big_numeric(Machine& machine, const Cell* at) {
  return tell(machine, at, [](const BigNumeric& number) { return number.precision(); });
}

} // namespace tenon::daml::interpreter::operations
