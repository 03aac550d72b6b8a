#include "interpreter/builtin_code.hpp"

#include <map>
#include <memory>

#include "interpreter/operations_builtins.hpp"

namespace tenon::daml::interpreter {

namespace {

namespace op = operations;
using B = lf::Builtin;

constexpr std::int8_t kNone = BuiltinCode::kUnused;

// Of arguments that are all operands.
BuiltinCode plain(B builtin, std::uint8_t arguments, Handler handler) {
  BuiltinCode code{builtin, 0, arguments, handler, {kNone, kNone, kNone, kNone}};
  for (std::int8_t i = 0; i < static_cast<std::int8_t>(arguments); ++i)
    code.operands[static_cast<std::size_t>(i)] = i;
  return code;
}
// With scales before the arguments, some of which the numbers tell by themselves.
BuiltinCode scaled(B builtin, std::uint8_t nats, std::uint8_t arguments, Handler handler,
                   std::int8_t a, std::int8_t b = kNone, std::int8_t c = kNone) {
  return {builtin, nats, arguments, handler, {a, b, c, kNone}};
}
BuiltinCode calling(B builtin, std::uint8_t arguments) {
  return {builtin, 0, arguments, nullptr, {kNone, kNone, kNone, kNone}};
}

const BuiltinCode kCodes[] = {
    plain(B::kAddInt64, 2, op::add_int64),
    plain(B::kSubInt64, 2, op::subtract_int64),
    plain(B::kMulInt64, 2, op::multiply_int64),
    plain(B::kDivInt64, 2, op::divide_int64),
    plain(B::kModInt64, 2, op::remainder_int64),
    plain(B::kExpInt64, 2, op::power_int64),
    calling(B::kFoldl, 3),
    calling(B::kFoldr, 3),
    calling(B::kEqualList, 3),
    calling(B::kAnyExceptionMessage, 1),
    plain(B::kExplodeText, 1, op::explode_text),
    plain(B::kImplodeText, 1, op::implode_text),
    plain(B::kAppendText, 2, op::append_text),
    plain(B::kError, 1, op::user_error),
    plain(B::kTrace, 2, op::trace),
    plain(B::kInt64ToText, 1, op::to_text),
    plain(B::kTextToText, 1, op::to_text),
    plain(B::kTimestampToText, 1, op::to_text),
    plain(B::kDateToText, 1, op::to_text),
    plain(B::kPartyToText, 1, op::to_text),
    plain(B::kBigNumericToText, 1, op::to_text),
    scaled(B::kNumericToText, 1, 1, op::to_text, 1),
    plain(B::kPartyToQuotedText, 1, op::party_to_quoted_text),
    plain(B::kContractIdToText, 1, op::contract_id_to_text),
    plain(B::kCoerceContractId, 1, op::move),
    plain(B::kSha256Text, 1, op::sha256_text),
    plain(B::kTextToParty, 1, op::text_to_party),
    plain(B::kTextToInt64, 1, op::text_to_int64),
    scaled(B::kTextToNumeric, 1, 1, op::text_to_numeric, 1, 0),
    plain(B::kTextToCodePoints, 1, op::text_to_code_points),
    plain(B::kCodePointsToText, 1, op::code_points_to_text),
    plain(B::kDateToUnixDays, 1, op::date_to_unix_days),
    plain(B::kUnixDaysToDate, 1, op::unix_days_to_date),
    plain(B::kTimestampToUnixMicroseconds, 1, op::timestamp_to_unix_micros),
    plain(B::kUnixMicrosecondsToTimestamp, 1, op::unix_micros_to_timestamp),
    scaled(B::kAddNumeric, 1, 2, op::add_numeric, 1, 2),
    scaled(B::kSubNumeric, 1, 2, op::subtract_numeric, 1, 2),
    scaled(B::kMulNumeric, 3, 2, op::multiply_numeric, 3, 4, 2),
    scaled(B::kDivNumeric, 3, 2, op::divide_numeric, 3, 4, 2),
    scaled(B::kRoundNumeric, 1, 2, op::round_numeric, 2, 1),
    scaled(B::kCastNumeric, 2, 1, op::cast_numeric, 2, 1),
    scaled(B::kShiftNumeric, 2, 1, op::shift_numeric, 2, 1),
    scaled(B::kInt64ToNumeric, 1, 1, op::int64_to_numeric, 1, 0),
    scaled(B::kNumericToInt64, 1, 1, op::numeric_to_int64, 1),
    scaled(B::kLessEqNumeric, 1, 2, op::less_or_equal, 1, 2),
    scaled(B::kLessNumeric, 1, 2, op::less, 1, 2),
    scaled(B::kGreaterEqNumeric, 1, 2, op::greater_or_equal, 1, 2),
    scaled(B::kGreaterNumeric, 1, 2, op::greater, 1, 2),
    scaled(B::kEqualNumeric, 1, 2, op::equal, 1, 2),
    plain(B::kEqual, 2, op::equal),
    plain(B::kLessEq, 2, op::less_or_equal),
    plain(B::kLess, 2, op::less),
    plain(B::kGreaterEq, 2, op::greater_or_equal),
    plain(B::kGreater, 2, op::greater),
    plain(B::kTextMapInsert, 3, op::map_insert),
    plain(B::kTextMapLookup, 2, op::map_lookup),
    plain(B::kTextMapDelete, 2, op::map_delete),
    plain(B::kTextMapToList, 1, op::map_to_list),
    plain(B::kTextMapSize, 1, op::map_size),
    plain(B::kGenMapInsert, 3, op::map_insert),
    plain(B::kGenMapLookup, 2, op::map_lookup),
    plain(B::kGenMapDelete, 2, op::map_delete),
    plain(B::kGenMapKeys, 1, op::map_keys),
    plain(B::kGenMapValues, 1, op::map_values),
    plain(B::kGenMapSize, 1, op::map_size),
    plain(B::kScaleBigNumeric, 1, op::scale_big_numeric),
    plain(B::kPrecisionBigNumeric, 1, op::precision_big_numeric),
    plain(B::kAddBigNumeric, 2, op::add_big_numeric),
    plain(B::kSubBigNumeric, 2, op::subtract_big_numeric),
    plain(B::kMulBigNumeric, 2, op::multiply_big_numeric),
    plain(B::kDivBigNumeric, 4, op::divide_big_numeric),
    plain(B::kShiftRightBigNumeric, 2, op::shift_right_big_numeric),
    scaled(B::kBigNumericToNumeric, 1, 1, op::big_numeric_to_numeric, 1, 0),
    scaled(B::kNumericToBigNumeric, 1, 1, op::numeric_to_big_numeric, 1),
};

// A built-in as a function: its instruction between the arguments and a return.
struct Wrapper {
  explicit Wrapper(const BuiltinCode& code) {
    const Register result = code.arity();
    const auto operand = [&](std::size_t i) {
      return static_cast<Register>(code.operands[i] == kNone ? 0 : code.operands[i]);
    };
    body.cells.emplace_back();
    body.cells.back().operation = {code.handler, result, operand(0), operand(1), operand(2)};
    if (code.has_extra_cell()) {
      body.cells.emplace_back();
      body.cells.back().registers[0] = operand(3);
    }
    body.cells.emplace_back();
    body.cells.back().operation = {op::return_from, 0, result, 0, 0};
    body.frame_size = result + 1u;
    function.arity = code.arity();
    function.body.store(&body, std::memory_order_relaxed);
  }
  Body body;
  Function function;
};

} // namespace

const BuiltinCode* find_builtin_code(lf::Builtin builtin) {
  for (const BuiltinCode& code : kCodes) {
    if (code.builtin == builtin)
      return &code;
  }
  return nullptr;
}

const Function& builtin_function(lf::Builtin builtin) {
  static const auto kWrappers = [] {
    std::map<lf::Builtin, std::unique_ptr<const Wrapper>> wrappers;
    for (const BuiltinCode& code : kCodes) {
      if (code.handler != nullptr)
        wrappers.emplace(code.builtin, std::make_unique<const Wrapper>(code));
    }
    return wrappers;
  }();
  if (const Function* own = find_own_function(builtin))
    return *own;
  return kWrappers.at(builtin)->function;
}

Handler comparison_handler(lf::Builtin builtin, lf::BuiltinType type) {
  switch (type) {
  case lf::BuiltinType::kBool:
  case lf::BuiltinType::kInt64:
  case lf::BuiltinType::kDate:
  case lf::BuiltinType::kTimestamp:
    break;
  default:
    return nullptr;
  }
  switch (builtin) {
  case B::kEqual:
    return op::equal_number;
  case B::kLess:
    return op::less_number;
  case B::kLessEq:
    return op::less_or_equal_number;
  case B::kGreater:
    return op::greater_number;
  case B::kGreaterEq:
    return op::greater_or_equal_number;
  default:
    return nullptr;
  }
}

} // namespace tenon::daml::interpreter
