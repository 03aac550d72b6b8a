// Numbers and moments. What does not fit throws an ArithmeticError that shows the built-in with its
// arguments, the scales among them.
#include <array>

#include "interpreter/machine.hpp"
#include "interpreter/operations_builtins.hpp"
#include "interpreter/show.hpp"
#include "values/big_numeric.hpp"
#include "values/int64.hpp"
#include "values/numeric.hpp"

namespace tenon::daml::interpreter::operations {

namespace {

// --- Int64.

template <std::size_t kCount>
const Cell* throw_error(Machine& machine, std::string_view builtin,
                        const std::array<std::string, kCount>& shown) {
  return machine.throw_arithmetic_error(builtin, shown);
}

const Cell* not_numbers(Machine& machine, std::string_view expected, const Word& left,
                        const Word& right, Kind kind) {
  return machine.fail_ill_formed(expected, left.kind == kind ? right : left);
}

// `overflows` computes and tells whether the result fits.
template <typename Overflows>
const Cell* int64_operation(Machine& machine, const Cell* at, std::string_view builtin,
                            const Overflows& overflows) {
  const Operation& operation = at->operation;
  Word* const words = machine.frame();
  const Word& left = words[operation.a];
  const Word& right = words[operation.b];
  if (left.kind != Kind::kInt64 || right.kind != Kind::kInt64) [[unlikely]]
    return not_numbers(machine, "an Int64", left, right, Kind::kInt64);
  std::int64_t result = 0;
  if (overflows(left.integer, right.integer, result)) [[unlikely]] {
    return throw_error<2>(machine, builtin,
                          {std::to_string(left.integer), std::to_string(right.integer)});
  }
  words[operation.target] = int64_word(result);
  return at + 1;
}

} // namespace

const Cell* add_int64(Machine& machine, const Cell* at) {
  return int64_operation(machine, at, "ADD_INT64",
                         [](std::int64_t left, std::int64_t right, std::int64_t& result) {
                           return __builtin_add_overflow(left, right, &result);
                         });
}

const Cell* subtract_int64(Machine& machine, const Cell* at) {
  return int64_operation(machine, at, "SUB_INT64",
                         [](std::int64_t left, std::int64_t right, std::int64_t& result) {
                           return __builtin_sub_overflow(left, right, &result);
                         });
}

const Cell* multiply_int64(Machine& machine, const Cell* at) {
  return int64_operation(machine, at, "MUL_INT64",
                         [](std::int64_t left, std::int64_t right, std::int64_t& result) {
                           return __builtin_mul_overflow(left, right, &result);
                         });
}

namespace {

template <typename Compute>
const Cell* checked_int64(Machine& machine, const Cell* at, std::string_view builtin,
                          const Compute& compute) {
  return int64_operation(machine, at, builtin,
                         [&](std::int64_t left, std::int64_t right, std::int64_t& result) {
                           const Result<std::int64_t> computed = compute(left, right);
                           if (computed.ok())
                             result = *computed;
                           return !computed.ok();
                         });
}

} // namespace

const Cell* divide_int64(Machine& machine, const Cell* at) {
  return checked_int64(machine, at, "DIV_INT64", daml::divide_int64);
}

const Cell* remainder_int64(Machine& machine, const Cell* at) {
  return checked_int64(machine, at, "MOD_INT64", daml::remainder_int64);
}

const Cell* power_int64(Machine& machine, const Cell* at) {
  return checked_int64(machine, at, "EXP_INT64", daml::power_int64);
}

// --- Numeric.

namespace {

Numeric numeric_of(const Word& word) {
  return Numeric::make(unscaled_of(word), word.scale).value();
}

Word numeric_word(Machine& machine, const Numeric& value) {
  return machine.heap().numeric(value.unscaled(), static_cast<std::uint8_t>(value.scale()));
}

std::string show_scale(std::int64_t scale) {
  return "@" + std::to_string(scale);
}

// Sum or difference of two numbers of one scale.
template <typename Overflows, typename Compute>
const Cell* same_scale(Machine& machine, const Cell* at, std::string_view builtin,
                       const Overflows& overflows, const Compute& compute) {
  const Operation& operation = at->operation;
  Word* const words = machine.frame();
  const Word& left = words[operation.a];
  const Word& right = words[operation.b];
  if (left.kind != Kind::kNumeric || right.kind != Kind::kNumeric || left.scale != right.scale)
    return not_numbers(machine, "Numerics of one scale", left, right, Kind::kNumeric);
  std::int64_t sum = 0;
  if (!left.boxed && !right.boxed && !overflows(left.integer, right.integer, &sum)) [[likely]] {
    Word result = left;
    result.integer = sum;
    words[operation.target] = result;
    return at + 1;
  }
  const Result<Numeric> result = compute(numeric_of(left), numeric_of(right));
  if (!result.ok()) {
    return throw_error<3>(machine, builtin, {show_scale(left.scale), show(left), show(right)});
  }
  machine.reg(operation.target) = numeric_word(machine, *result);
  return at + 1;
}

// Product or quotient, to the scale in c.
template <typename Compute>
const Cell* to_scale(Machine& machine, const Cell* at, std::string_view builtin,
                     const Compute& compute) {
  const Operation& operation = at->operation;
  Word* const words = machine.frame();
  const Word& left = words[operation.a];
  const Word& right = words[operation.b];
  const Word& scale = words[operation.c];
  if (left.kind != Kind::kNumeric || right.kind != Kind::kNumeric)
    return not_numbers(machine, "a Numeric", left, right, Kind::kNumeric);
  if (scale.kind != Kind::kNat)
    return machine.fail_ill_formed("a scale", scale);
  const Result<Numeric> result =
      compute(numeric_of(left), numeric_of(right), static_cast<int>(scale.integer));
  if (!result.ok()) {
    return throw_error<5>(machine, builtin,
                          {show_scale(left.scale), show_scale(right.scale),
                           show_scale(scale.integer), show(left), show(right)});
  }
  words[operation.target] = numeric_word(machine, *result);
  return at + 1;
}

} // namespace

const Cell* add_numeric(Machine& machine, const Cell* at) {
  return same_scale(
      machine, at, "ADD_NUMERIC",
      [](std::int64_t left, std::int64_t right, std::int64_t* sum) {
        return __builtin_add_overflow(left, right, sum);
      },
      [](const Numeric& left, const Numeric& right) { return left.add(right); });
}

const Cell* subtract_numeric(Machine& machine, const Cell* at) {
  return same_scale(
      machine, at, "SUB_NUMERIC",
      [](std::int64_t left, std::int64_t right, std::int64_t* sum) {
        return __builtin_sub_overflow(left, right, sum);
      },
      [](const Numeric& left, const Numeric& right) { return left.subtract(right); });
}

const Cell* multiply_numeric(Machine& machine, const Cell* at) {
  return to_scale(machine, at, "MUL_NUMERIC",
                  [](const Numeric& left, const Numeric& right, int scale) {
                    return left.multiply(right, scale);
                  });
}

const Cell* divide_numeric(Machine& machine, const Cell* at) {
  return to_scale(machine, at, "DIV_NUMERIC",
                  [](const Numeric& left, const Numeric& right, int scale) {
                    return left.divide(right, scale);
                  });
}

const Cell* round_numeric(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word number = machine.reg(operation.a);
  const Word digits = machine.reg(operation.b);
  if (number.kind != Kind::kNumeric || digits.kind != Kind::kInt64)
    return machine.fail_ill_formed("a Numeric and digits", number);
  const Result<Numeric> result = numeric_of(number).round(digits.integer);
  if (!result.ok()) {
    return throw_error<3>(machine, "ROUND_NUMERIC",
                          {show_scale(number.scale), show(digits), show(number)});
  }
  machine.reg(operation.target) = numeric_word(machine, *result);
  return at + 1;
}

const Cell* cast_numeric(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word number = machine.reg(operation.a);
  const Word scale = machine.reg(operation.b);
  if (number.kind != Kind::kNumeric || scale.kind != Kind::kNat)
    return machine.fail_ill_formed("a Numeric and a scale", number);
  const Result<Numeric> result = numeric_of(number).cast(static_cast<int>(scale.integer));
  if (!result.ok()) {
    return throw_error<3>(machine, "CAST_NUMERIC",
                          {show_scale(number.scale), show_scale(scale.integer), show(number)});
  }
  machine.reg(operation.target) = numeric_word(machine, *result);
  return at + 1;
}

const Cell* shift_numeric(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  Word number = machine.reg(operation.a);
  const Word scale = machine.reg(operation.b);
  if (number.kind != Kind::kNumeric || scale.kind != Kind::kNat)
    return machine.fail_ill_formed("a Numeric and a scale", number);
  number.scale = static_cast<std::uint8_t>(scale.integer);
  machine.reg(operation.target) = number;
  return at + 1;
}

const Cell* int64_to_numeric(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word number = machine.reg(operation.a);
  const Word scale = machine.reg(operation.b);
  if (number.kind != Kind::kInt64 || scale.kind != Kind::kNat)
    return machine.fail_ill_formed("an Int64 and a scale", number);
  const Result<Numeric> result =
      Numeric::from_int64(number.integer, static_cast<int>(scale.integer));
  if (!result.ok()) {
    return throw_error<2>(machine, "INT64_TO_NUMERIC",
                          {show_scale(scale.integer), show(number)});
  }
  machine.reg(operation.target) = numeric_word(machine, *result);
  return at + 1;
}

const Cell* numeric_to_int64(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word number = machine.reg(operation.a);
  if (number.kind != Kind::kNumeric)
    return machine.fail_ill_formed("a Numeric", number);
  const Result<std::int64_t> result = numeric_of(number).to_int64();
  if (!result.ok()) {
    return throw_error<2>(machine, "NUMERIC_TO_INT64",
                          {show_scale(number.scale), show(number)});
  }
  machine.reg(operation.target) = int64_word(*result);
  return at + 1;
}

// --- Moments.

namespace {

// The number of one kind as one of another.
const Cell* rename(Machine& machine, const Cell* at, Kind from, Kind to) {
  const Word word = machine.reg(at->operation.a);
  if (word.kind != from)
    return machine.fail_ill_formed(kind_name(from), word);
  machine.reg(at->operation.target) = make_word(to, word.integer);
  return at + 1;
}

const Cell* within(Machine& machine, const Cell* at, std::string_view builtin, Kind to,
                   std::int64_t first, std::int64_t last) {
  const Word word = machine.reg(at->operation.a);
  if (word.kind == Kind::kInt64 && (word.integer < first || word.integer > last))
    return throw_error<1>(machine, builtin, {show(word)});
  return rename(machine, at, Kind::kInt64, to);
}

} // namespace

const Cell* date_to_unix_days(Machine& machine, const Cell* at) {
  return rename(machine, at, Kind::kDate, Kind::kInt64);
}

const Cell* unix_days_to_date(Machine& machine, const Cell* at) {
  return within(machine, at, "UNIX_DAYS_TO_DATE", Kind::kDate, Date::kFirstDay, Date::kLastDay);
}

const Cell* timestamp_to_unix_micros(Machine& machine, const Cell* at) {
  return rename(machine, at, Kind::kTimestamp, Kind::kInt64);
}

const Cell* unix_micros_to_timestamp(Machine& machine, const Cell* at) {
  return within(machine, at, "UNIX_MICROSECONDS_TO_TIMESTAMP", Kind::kTimestamp,
                Timestamp::kFirstMicros, Timestamp::kLastMicros);
}

} // namespace tenon::daml::interpreter::operations
