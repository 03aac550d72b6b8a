// The built-in functions of Daml-LF: one table. Constants; any thread.
//
// Before 1.11 comparisons, and before 1.7 decimals, had one built-in per type. Those older names
// are the generic function with some type arguments already given; the table says which, so that
// only the generic ones need a type and a meaning.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lf/types.hpp"
#include "lf/version.hpp"

namespace tenon::daml::lf {

// The values are those of the archive format.
enum class Builtin : std::uint8_t {
  kAddDecimal = 0,
  kSubDecimal = 1,
  kMulDecimal = 2,
  kDivDecimal = 3,
  kRoundDecimal = 6,
  kAddInt64 = 7,
  kSubInt64 = 8,
  kMulInt64 = 9,
  kDivInt64 = 10,
  kModInt64 = 11,
  kExpInt64 = 12,
  kFoldl = 20,
  kFoldr = 21,
  kExplodeText = 23,
  kAppendText = 24,
  kError = 25,
  kLessEqInt64 = 33,
  kLessEqDecimal = 34,
  kLessEqText = 36,
  kLessEqTimestamp = 37,
  kLessInt64 = 39,
  kLessDecimal = 40,
  kLessText = 42,
  kLessTimestamp = 43,
  kGreaterEqInt64 = 45,
  kGreaterEqDecimal = 46,
  kGreaterEqText = 48,
  kGreaterEqTimestamp = 49,
  kGreaterInt64 = 51,
  kGreaterDecimal = 52,
  kGreaterText = 54,
  kGreaterTimestamp = 55,
  kInt64ToText = 57,
  kDecimalToText = 58,
  kTextToText = 60,
  kTimestampToText = 61,
  kPartyToQuotedText = 63,
  kLessEqDate = 67,
  kLessDate = 68,
  kGreaterEqDate = 69,
  kGreaterDate = 70,
  kDateToText = 71,
  kDateToUnixDays = 72,
  kUnixDaysToDate = 73,
  kTimestampToUnixMicroseconds = 74,
  kUnixMicrosecondsToTimestamp = 75,
  kInt64ToDecimal = 76,
  kDecimalToInt64 = 77,
  kImplodeText = 78,
  kEqualInt64 = 79,
  kEqualDecimal = 80,
  kEqualText = 81,
  kEqualTimestamp = 82,
  kEqualDate = 83,
  kEqualParty = 84,
  kEqualBool = 85,
  kEqualContractId = 86,
  kEqualList = 87,
  kTrace = 88,
  kLessEqParty = 89,
  kLessParty = 90,
  kGreaterEqParty = 91,
  kGreaterParty = 92,
  kSha256Text = 93,
  kPartyToText = 94,
  kTextToParty = 95,
  kTextMapEmpty = 96,
  kTextMapInsert = 97,
  kTextMapLookup = 98,
  kTextMapDelete = 99,
  kTextMapToList = 100,
  kTextMapSize = 101,
  kCoerceContractId = 102,
  kTextToInt64 = 103,
  kTextToDecimal = 104,
  kCodePointsToText = 105,
  kTextToCodePoints = 106,
  kAddNumeric = 107,
  kSubNumeric = 108,
  kMulNumeric = 109,
  kDivNumeric = 110,
  kRoundNumeric = 111,
  kLessEqNumeric = 112,
  kLessNumeric = 113,
  kGreaterEqNumeric = 114,
  kGreaterNumeric = 115,
  kNumericToText = 116,
  kTextToNumeric = 117,
  kInt64ToNumeric = 118,
  kNumericToInt64 = 119,
  kEqualNumeric = 120,
  kCastNumeric = 121,
  kShiftNumeric = 122,
  kEqualTypeRep = 123,
  kGenMapEmpty = 124,
  kGenMapInsert = 125,
  kGenMapLookup = 126,
  kGenMapDelete = 127,
  kGenMapKeys = 128,
  kGenMapValues = 129,
  kGenMapSize = 130,
  kEqual = 131,
  kLessEq = 132,
  kLess = 133,
  kGreaterEq = 134,
  kGreater = 135,
  kContractIdToText = 136,
  kScaleBigNumeric = 137,
  kPrecisionBigNumeric = 138,
  kAddBigNumeric = 139,
  kSubBigNumeric = 140,
  kMulBigNumeric = 141,
  kDivBigNumeric = 142,
  kShiftRightBigNumeric = 143,
  kBigNumericToNumeric = 144,
  kNumericToBigNumeric = 145,
  kBigNumericToText = 146,
  kAnyExceptionMessage = 147,
};

// How an older built-in is its generic one.
enum class AliasForm : std::uint8_t {
  kNone,                // it is the generic one
  kType,                // generic @T
  kDecimals,            // generic @10, as many times as `scales` says
  kNumericOfScale,      // Λ(n : nat). generic @(Numeric n)
  kContractIdOfPayload, // Λ(t : *). generic @(ContractId t)
};

struct BuiltinInfo {
  Builtin builtin;
  std::string_view name; // "ADD_INT64"
  LanguageVersion first;
  LanguageVersion last;
  Builtin generic;
  AliasForm alias = AliasForm::kNone;
  BuiltinType type = BuiltinType::kUnit; // kType: T; Numeric stands for Numeric 10
  std::uint8_t scales = 0;               // kDecimals: 1 or 3

  [[nodiscard]] bool legal_in(LanguageVersion version) const {
    return first <= version && version <= last;
  }
};

// By ascending code.
[[nodiscard]] std::span<const BuiltinInfo> builtins();
// Null when no built-in of a supported version has the code.
[[nodiscard]] const BuiltinInfo* find_builtin(std::uint64_t code);
[[nodiscard]] const BuiltinInfo* find_builtin(std::string_view name);
[[nodiscard]] const BuiltinInfo& builtin_info(Builtin builtin);

} // namespace tenon::daml::lf
