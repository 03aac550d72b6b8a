#include "lf/builtins.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tenon::daml::lf {

namespace {

using B = Builtin;
using T = BuiltinType;

constexpr LanguageVersion first_of(Feature feature) {
  return range_of(feature).first;
}
constexpr LanguageVersion last_of(Feature feature) {
  return range_of(feature).last;
}

constexpr BuiltinInfo always(B builtin, std::string_view name) {
  return {builtin, name, kOldestVersion, kNewestVersion, builtin};
}
constexpr BuiltinInfo since(Feature feature, B builtin, std::string_view name) {
  return {builtin, name, first_of(feature), kNewestVersion, builtin};
}
// Of the versions without Numeric.
constexpr BuiltinInfo decimal(B builtin, std::string_view name, B generic, std::uint8_t scales) {
  return {
      builtin,  name,  kOldestVersion, last_of(Feature::kDecimal), generic, AliasForm::kDecimals,
      T::kUnit, scales};
}
constexpr BuiltinInfo decimal_comparison(B builtin, std::string_view name, B generic) {
  return {builtin,          name,       kOldestVersion, last_of(Feature::kDecimal), generic,
          AliasForm::kType, T::kNumeric};
}
// Of the versions without generic comparison.
constexpr BuiltinInfo comparison(B builtin, std::string_view name, B generic, T type,
                                 LanguageVersion first = kOldestVersion) {
  return {builtin,          name, first, last_of(Feature::kTypedComparison), generic,
          AliasForm::kType, type};
}
constexpr BuiltinInfo numeric_comparison(B builtin, std::string_view name, B generic) {
  return {builtin,
          name,
          first_of(Feature::kNumeric),
          last_of(Feature::kTypedComparison),
          generic,
          AliasForm::kNumericOfScale};
}

constexpr std::array kBuiltins = {
    decimal(B::kAddDecimal, "ADD_DECIMAL", B::kAddNumeric, 1),
    decimal(B::kSubDecimal, "SUB_DECIMAL", B::kSubNumeric, 1),
    decimal(B::kMulDecimal, "MUL_DECIMAL", B::kMulNumeric, 3),
    decimal(B::kDivDecimal, "DIV_DECIMAL", B::kDivNumeric, 3),
    decimal(B::kRoundDecimal, "ROUND_DECIMAL", B::kRoundNumeric, 1),
    always(B::kAddInt64, "ADD_INT64"),
    always(B::kSubInt64, "SUB_INT64"),
    always(B::kMulInt64, "MUL_INT64"),
    always(B::kDivInt64, "DIV_INT64"),
    always(B::kModInt64, "MOD_INT64"),
    always(B::kExpInt64, "EXP_INT64"),
    always(B::kFoldl, "FOLDL"),
    always(B::kFoldr, "FOLDR"),
    always(B::kExplodeText, "EXPLODE_TEXT"),
    always(B::kAppendText, "APPEND_TEXT"),
    always(B::kError, "ERROR"),
    comparison(B::kLessEqInt64, "LEQ_INT64", B::kLessEq, T::kInt64),
    decimal_comparison(B::kLessEqDecimal, "LEQ_DECIMAL", B::kLessEq),
    comparison(B::kLessEqText, "LEQ_TEXT", B::kLessEq, T::kText),
    comparison(B::kLessEqTimestamp, "LEQ_TIMESTAMP", B::kLessEq, T::kTimestamp),
    comparison(B::kLessInt64, "LESS_INT64", B::kLess, T::kInt64),
    decimal_comparison(B::kLessDecimal, "LESS_DECIMAL", B::kLess),
    comparison(B::kLessText, "LESS_TEXT", B::kLess, T::kText),
    comparison(B::kLessTimestamp, "LESS_TIMESTAMP", B::kLess, T::kTimestamp),
    comparison(B::kGreaterEqInt64, "GEQ_INT64", B::kGreaterEq, T::kInt64),
    decimal_comparison(B::kGreaterEqDecimal, "GEQ_DECIMAL", B::kGreaterEq),
    comparison(B::kGreaterEqText, "GEQ_TEXT", B::kGreaterEq, T::kText),
    comparison(B::kGreaterEqTimestamp, "GEQ_TIMESTAMP", B::kGreaterEq, T::kTimestamp),
    comparison(B::kGreaterInt64, "GREATER_INT64", B::kGreater, T::kInt64),
    decimal_comparison(B::kGreaterDecimal, "GREATER_DECIMAL", B::kGreater),
    comparison(B::kGreaterText, "GREATER_TEXT", B::kGreater, T::kText),
    comparison(B::kGreaterTimestamp, "GREATER_TIMESTAMP", B::kGreater, T::kTimestamp),
    always(B::kInt64ToText, "INT64_TO_TEXT"),
    decimal(B::kDecimalToText, "DECIMAL_TO_TEXT", B::kNumericToText, 1),
    always(B::kTextToText, "TEXT_TO_TEXT"),
    always(B::kTimestampToText, "TIMESTAMP_TO_TEXT"),
    BuiltinInfo{B::kPartyToQuotedText, "PARTY_TO_QUOTED_TEXT", kOldestVersion,
                last_of(Feature::kQuotedParty), B::kPartyToQuotedText},
    comparison(B::kLessEqDate, "LEQ_DATE", B::kLessEq, T::kDate),
    comparison(B::kLessDate, "LESS_DATE", B::kLess, T::kDate),
    comparison(B::kGreaterEqDate, "GEQ_DATE", B::kGreaterEq, T::kDate),
    comparison(B::kGreaterDate, "GREATER_DATE", B::kGreater, T::kDate),
    always(B::kDateToText, "DATE_TO_TEXT"),
    always(B::kDateToUnixDays, "DATE_TO_UNIX_DAYS"),
    always(B::kUnixDaysToDate, "UNIX_DAYS_TO_DATE"),
    always(B::kTimestampToUnixMicroseconds, "TIMESTAMP_TO_UNIX_MICROSECONDS"),
    always(B::kUnixMicrosecondsToTimestamp, "UNIX_MICROSECONDS_TO_TIMESTAMP"),
    decimal(B::kInt64ToDecimal, "INT64_TO_DECIMAL", B::kInt64ToNumeric, 1),
    decimal(B::kDecimalToInt64, "DECIMAL_TO_INT64", B::kNumericToInt64, 1),
    always(B::kImplodeText, "IMPLODE_TEXT"),
    comparison(B::kEqualInt64, "EQUAL_INT64", B::kEqual, T::kInt64),
    decimal_comparison(B::kEqualDecimal, "EQUAL_DECIMAL", B::kEqual),
    comparison(B::kEqualText, "EQUAL_TEXT", B::kEqual, T::kText),
    comparison(B::kEqualTimestamp, "EQUAL_TIMESTAMP", B::kEqual, T::kTimestamp),
    comparison(B::kEqualDate, "EQUAL_DATE", B::kEqual, T::kDate),
    comparison(B::kEqualParty, "EQUAL_PARTY", B::kEqual, T::kParty),
    comparison(B::kEqualBool, "EQUAL_BOOL", B::kEqual, T::kBool),
    BuiltinInfo{B::kEqualContractId, "EQUAL_CONTRACT_ID", kOldestVersion,
                last_of(Feature::kTypedComparison), B::kEqual, AliasForm::kContractIdOfPayload},
    always(B::kEqualList, "EQUAL_LIST"),
    always(B::kTrace, "TRACE"),
    comparison(B::kLessEqParty, "LEQ_PARTY", B::kLessEq, T::kParty),
    comparison(B::kLessParty, "LESS_PARTY", B::kLess, T::kParty),
    comparison(B::kGreaterEqParty, "GEQ_PARTY", B::kGreaterEq, T::kParty),
    comparison(B::kGreaterParty, "GREATER_PARTY", B::kGreater, T::kParty),
    always(B::kSha256Text, "SHA256_TEXT"),
    always(B::kPartyToText, "PARTY_TO_TEXT"),
    always(B::kTextToParty, "TEXT_TO_PARTY"),
    always(B::kTextMapEmpty, "TEXTMAP_EMPTY"),
    always(B::kTextMapInsert, "TEXTMAP_INSERT"),
    always(B::kTextMapLookup, "TEXTMAP_LOOKUP"),
    always(B::kTextMapDelete, "TEXTMAP_DELETE"),
    always(B::kTextMapToList, "TEXTMAP_TO_LIST"),
    always(B::kTextMapSize, "TEXTMAP_SIZE"),
    always(B::kCoerceContractId, "COERCE_CONTRACT_ID"),
    always(B::kTextToInt64, "TEXT_TO_INT64"),
    decimal(B::kTextToDecimal, "TEXT_TO_DECIMAL", B::kTextToNumeric, 1),
    always(B::kCodePointsToText, "CODE_POINTS_TO_TEXT"),
    always(B::kTextToCodePoints, "TEXT_TO_CODE_POINTS"),
    since(Feature::kNumeric, B::kAddNumeric, "ADD_NUMERIC"),
    since(Feature::kNumeric, B::kSubNumeric, "SUB_NUMERIC"),
    since(Feature::kNumeric, B::kMulNumeric, "MUL_NUMERIC"),
    since(Feature::kNumeric, B::kDivNumeric, "DIV_NUMERIC"),
    since(Feature::kNumeric, B::kRoundNumeric, "ROUND_NUMERIC"),
    numeric_comparison(B::kLessEqNumeric, "LEQ_NUMERIC", B::kLessEq),
    numeric_comparison(B::kLessNumeric, "LESS_NUMERIC", B::kLess),
    numeric_comparison(B::kGreaterEqNumeric, "GEQ_NUMERIC", B::kGreaterEq),
    numeric_comparison(B::kGreaterNumeric, "GREATER_NUMERIC", B::kGreater),
    since(Feature::kNumeric, B::kNumericToText, "NUMERIC_TO_TEXT"),
    since(Feature::kNumeric, B::kTextToNumeric, "TEXT_TO_NUMERIC"),
    since(Feature::kNumeric, B::kInt64ToNumeric, "INT64_TO_NUMERIC"),
    since(Feature::kNumeric, B::kNumericToInt64, "NUMERIC_TO_INT64"),
    numeric_comparison(B::kEqualNumeric, "EQUAL_NUMERIC", B::kEqual),
    since(Feature::kNumeric, B::kCastNumeric, "CAST_NUMERIC"),
    since(Feature::kNumeric, B::kShiftNumeric, "SHIFT_NUMERIC"),
    comparison(B::kEqualTypeRep, "EQUAL_TYPE_REP", B::kEqual, T::kTypeRep,
               first_of(Feature::kTypeRep)),
    since(Feature::kGenMap, B::kGenMapEmpty, "GENMAP_EMPTY"),
    since(Feature::kGenMap, B::kGenMapInsert, "GENMAP_INSERT"),
    since(Feature::kGenMap, B::kGenMapLookup, "GENMAP_LOOKUP"),
    since(Feature::kGenMap, B::kGenMapDelete, "GENMAP_DELETE"),
    since(Feature::kGenMap, B::kGenMapKeys, "GENMAP_KEYS"),
    since(Feature::kGenMap, B::kGenMapValues, "GENMAP_VALUES"),
    since(Feature::kGenMap, B::kGenMapSize, "GENMAP_SIZE"),
    since(Feature::kGenericComparison, B::kEqual, "EQUAL"),
    since(Feature::kGenericComparison, B::kLessEq, "LESS_EQ"),
    since(Feature::kGenericComparison, B::kLess, "LESS"),
    since(Feature::kGenericComparison, B::kGreaterEq, "GREATER_EQ"),
    since(Feature::kGenericComparison, B::kGreater, "GREATER"),
    since(Feature::kContractIdToText, B::kContractIdToText, "CONTRACT_ID_TO_TEXT"),
    since(Feature::kBigNumeric, B::kScaleBigNumeric, "SCALE_BIGNUMERIC"),
    since(Feature::kBigNumeric, B::kPrecisionBigNumeric, "PRECISION_BIGNUMERIC"),
    since(Feature::kBigNumeric, B::kAddBigNumeric, "ADD_BIGNUMERIC"),
    since(Feature::kBigNumeric, B::kSubBigNumeric, "SUB_BIGNUMERIC"),
    since(Feature::kBigNumeric, B::kMulBigNumeric, "MUL_BIGNUMERIC"),
    since(Feature::kBigNumeric, B::kDivBigNumeric, "DIV_BIGNUMERIC"),
    since(Feature::kBigNumeric, B::kShiftRightBigNumeric, "SHIFT_RIGHT_BIGNUMERIC"),
    since(Feature::kBigNumeric, B::kBigNumericToNumeric, "BIGNUMERIC_TO_NUMERIC"),
    since(Feature::kBigNumeric, B::kNumericToBigNumeric, "NUMERIC_TO_BIGNUMERIC"),
    since(Feature::kBigNumeric, B::kBigNumericToText, "BIGNUMERIC_TO_TEXT"),
    since(Feature::kExceptions, B::kAnyExceptionMessage, "ANY_EXCEPTION_MESSAGE"),
};

constexpr bool ascending() {
  for (std::size_t i = 1; i < kBuiltins.size(); ++i) {
    if (kBuiltins[i - 1].builtin >= kBuiltins[i].builtin)
      return false;
  }
  return true;
}
static_assert(ascending());

} // namespace

std::span<const BuiltinInfo> builtins() {
  return kBuiltins;
}

const BuiltinInfo* find_builtin(std::uint64_t code) {
  const auto* found = std::lower_bound(kBuiltins.begin(), kBuiltins.end(), code,
                                       [](const BuiltinInfo& info, std::uint64_t wanted) {
                                         return static_cast<std::uint64_t>(info.builtin) < wanted;
                                       });
  if (found == kBuiltins.end() || static_cast<std::uint64_t>(found->builtin) != code)
    return nullptr;
  return found;
}

const BuiltinInfo* find_builtin(std::string_view name) {
  const auto* found = std::find_if(kBuiltins.begin(), kBuiltins.end(),
                                   [&](const BuiltinInfo& info) { return info.name == name; });
  return found == kBuiltins.end() ? nullptr : found;
}

const BuiltinInfo& builtin_info(Builtin builtin) {
  const BuiltinInfo* found = find_builtin(static_cast<std::uint64_t>(builtin));
  if (found == nullptr)
    std::abort(); // the enumeration and the table have the same codes
  return *found;
}

} // namespace tenon::daml::lf
