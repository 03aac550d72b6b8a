#include "validation/builtin_types.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace tenon::daml::validation {

using lf::AliasForm;
using lf::Builtin;
using lf::BuiltinType;

namespace {

struct Signature {
  Builtin builtin;
  // Lower case: variables, quantified in alphabetical order; those named like a scale, from m to r,
  // are naturals. Type names: signs of the built-in types below. [x] list, ?x optional, #x contract
  // id, %x Numeric of a scale, {x} text map, (k, v) generic map, <x> the entries of a text map.
  std::string_view type;
};

// Signs: B Bool, I Int64, T Text, S Timestamp, D Date, P Party, G BigNumeric, R RoundingMode,
// E AnyException. "a > b > c" are functions; a function as a parameter stands in |...|.
using B = Builtin;
constexpr std::array kSignatures = {
    Signature{B::kAddInt64, "I>I>I"},
    Signature{B::kSubInt64, "I>I>I"},
    Signature{B::kMulInt64, "I>I>I"},
    Signature{B::kDivInt64, "I>I>I"},
    Signature{B::kModInt64, "I>I>I"},
    Signature{B::kExpInt64, "I>I>I"},
    Signature{B::kFoldl, "|b>a>b|>b>[a]>b"},
    Signature{B::kFoldr, "|a>b>b|>b>[a]>b"},
    Signature{B::kExplodeText, "T>[T]"},
    Signature{B::kAppendText, "T>T>T"},
    Signature{B::kError, "T>a"},
    Signature{B::kInt64ToText, "I>T"},
    Signature{B::kTextToText, "T>T"},
    Signature{B::kTimestampToText, "S>T"},
    Signature{B::kPartyToQuotedText, "P>T"},
    Signature{B::kDateToText, "D>T"},
    Signature{B::kDateToUnixDays, "D>I"},
    Signature{B::kUnixDaysToDate, "I>D"},
    Signature{B::kTimestampToUnixMicroseconds, "S>I"},
    Signature{B::kUnixMicrosecondsToTimestamp, "I>S"},
    Signature{B::kImplodeText, "[T]>T"},
    Signature{B::kEqualList, "|a>a>B|>[a]>[a]>B"},
    Signature{B::kTrace, "T>a>a"},
    Signature{B::kSha256Text, "T>T"},
    Signature{B::kPartyToText, "P>T"},
    Signature{B::kTextToParty, "T>?P"},
    Signature{B::kTextMapEmpty, "{a}"},
    Signature{B::kTextMapInsert, "T>a>{a}>{a}"},
    Signature{B::kTextMapLookup, "T>{a}>?a"},
    Signature{B::kTextMapDelete, "T>{a}>{a}"},
    Signature{B::kTextMapToList, "{a}>[<a>]"},
    Signature{B::kTextMapSize, "{a}>I"},
    Signature{B::kCoerceContractId, "#a>#b"},
    Signature{B::kTextToInt64, "T>?I"},
    Signature{B::kCodePointsToText, "[I]>T"},
    Signature{B::kTextToCodePoints, "T>[I]"},
    Signature{B::kAddNumeric, "%m>%m>%m"},
    Signature{B::kSubNumeric, "%m>%m>%m"},
    Signature{B::kMulNumeric, "%m>%n>%o"},
    Signature{B::kDivNumeric, "%m>%n>%o"},
    Signature{B::kRoundNumeric, "I>%m>%m"},
    Signature{B::kNumericToText, "%m>T"},
    Signature{B::kTextToNumeric, "T>?%m"},
    Signature{B::kInt64ToNumeric, "I>%m"},
    Signature{B::kNumericToInt64, "%m>I"},
    Signature{B::kCastNumeric, "%m>%n"},
    Signature{B::kShiftNumeric, "%m>%n"},
    Signature{B::kGenMapEmpty, "(a,b)"},
    Signature{B::kGenMapInsert, "a>b>(a,b)>(a,b)"},
    Signature{B::kGenMapLookup, "a>(a,b)>?b"},
    Signature{B::kGenMapDelete, "a>(a,b)>(a,b)"},
    Signature{B::kGenMapKeys, "(a,b)>[a]"},
    Signature{B::kGenMapValues, "(a,b)>[b]"},
    Signature{B::kGenMapSize, "(a,b)>I"},
    Signature{B::kEqual, "a>a>B"},
    Signature{B::kLessEq, "a>a>B"},
    Signature{B::kLess, "a>a>B"},
    Signature{B::kGreaterEq, "a>a>B"},
    Signature{B::kGreater, "a>a>B"},
    Signature{B::kContractIdToText, "#a>?T"},
    Signature{B::kScaleBigNumeric, "G>I"},
    Signature{B::kPrecisionBigNumeric, "G>I"},
    Signature{B::kAddBigNumeric, "G>G>G"},
    Signature{B::kSubBigNumeric, "G>G>G"},
    Signature{B::kMulBigNumeric, "G>G>G"},
    Signature{B::kDivBigNumeric, "I>R>G>G>G"},
    Signature{B::kShiftRightBigNumeric, "I>G>G"},
    Signature{B::kBigNumericToNumeric, "G>%m"},
    Signature{B::kNumericToBigNumeric, "%m>G"},
    Signature{B::kBigNumericToText, "G>T"},
    Signature{B::kAnyExceptionMessage, "E>T"},
};

constexpr bool is_variable(char sign) {
  return sign >= 'a' && sign <= 'z';
}
constexpr bool is_scale(char sign) {
  return sign >= 'm' && sign <= 'r';
}

// Reads a signature; it is part of the program, so what is wrong in it is a bug.
class SignatureReader {
public:
  SignatureReader(World& world, TypeStore& store, std::string_view text)
      : world_(world), store_(store), text_(text) {
    for (const char sign : text) {
      if (is_variable(sign) && variables_.find(sign) == std::string::npos)
        variables_.push_back(sign);
    }
    std::sort(variables_.begin(), variables_.end());
  }

  const TypeNode* read() {
    const auto count = static_cast<std::uint32_t>(variables_.size());
    const TypeNode* type = store_.abstract(function(), 0, count);
    for (std::size_t i = variables_.size(); i > 0; --i)
      type = store_.forall(kind(variables_[i - 1]), type);
    return type;
  }

private:
  [[nodiscard]] const KindNode* kind(char variable) const {
    return is_scale(variable) ? store_.nat() : store_.star();
  }
  bool take(char sign) {
    if (!text_.starts_with(sign))
      return false;
    text_.remove_prefix(1);
    return true;
  }
  const TypeNode* until(char sign, const TypeNode* type) {
    if (!take(sign))
      std::abort();
    return type;
  }

  const TypeNode* function() {
    const TypeNode* parameter = simple();
    return take('>') ? store_.function(parameter, function()) : parameter;
  }

  const TypeNode* entries() {
    const TypeNode* value = until('>', simple());
    const TypeNode* key = store_.builtin(BuiltinType::kText);
    if (value == nullptr || key == nullptr)
      return nullptr;
    const std::pair<NameId, const TypeNode*> fields[] = {{world_.name("key"), key},
                                                         {world_.name("value"), value}};
    return store_.structure(fields);
  }

  const TypeNode* map() {
    const TypeNode* key = until(',', simple());
    const TypeNode* value = until(')', simple());
    if (key == nullptr || value == nullptr)
      return nullptr;
    const TypeNode* const arguments[] = {key, value};
    return store_.builtin(BuiltinType::kGenMap, arguments);
  }

  const TypeNode* simple() {
    const char sign = text_.empty() ? '\0' : text_.front();
    text_.remove_prefix(text_.empty() ? 0 : 1);
    switch (sign) {
    case '|':
      return until('|', function());
    case '[':
      return store_.builtin(BuiltinType::kList, until(']', simple()));
    case '{':
      return store_.builtin(BuiltinType::kTextMap, until('}', simple()));
    case '?':
      return store_.builtin(BuiltinType::kOptional, simple());
    case '#':
      return store_.builtin(BuiltinType::kContractId, simple());
    case '%':
      return store_.builtin(BuiltinType::kNumeric, simple());
    case '<':
      return entries();
    case '(':
      return map();
    default:
      return is_variable(sign) ? store_.free_variable(
                                     static_cast<std::uint32_t>(variables_.find(sign)), kind(sign))
                               : store_.builtin(named(sign));
    }
  }

  static BuiltinType named(char sign) {
    switch (sign) {
    case 'B':
      return BuiltinType::kBool;
    case 'I':
      return BuiltinType::kInt64;
    case 'T':
      return BuiltinType::kText;
    case 'S':
      return BuiltinType::kTimestamp;
    case 'D':
      return BuiltinType::kDate;
    case 'P':
      return BuiltinType::kParty;
    case 'G':
      return BuiltinType::kBigNumeric;
    case 'R':
      return BuiltinType::kRoundingMode;
    case 'E':
      return BuiltinType::kAnyException;
    default:
      std::abort();
    }
  }

  World& world_;
  TypeStore& store_;
  std::string_view text_;
  std::string variables_;
};

} // namespace

const TypeNode* BuiltinTypes::generic(Builtin builtin) {
  const auto* found = std::find_if(kSignatures.begin(), kSignatures.end(),
                                   [&](const Signature& row) { return row.builtin == builtin; });
  if (found == kSignatures.end())
    std::abort(); // a built-in without a type
  return SignatureReader(world_, store_, found->type).read();
}

// The generic type with what the alias has already given; its quantifiers are the outermost.
const TypeNode* BuiltinTypes::alias(const lf::BuiltinInfo& info) {
  const TypeNode* whole = type(info.generic);
  if (whole == nullptr || info.alias == AliasForm::kNone)
    return whole;
  const auto given = [&](const TypeNode* argument, std::size_t count) -> const TypeNode* {
    const TypeNode* body = whole;
    for (std::size_t i = 0; i < count; ++i)
      body = body->parts[0];
    if (argument == nullptr)
      return nullptr;
    return store_.instantiate(body, std::vector<const TypeNode*>(count, argument));
  };
  const auto quantified = [&](const KindNode* kind, BuiltinType applied) {
    const TypeNode* variable = store_.free_variable(0, kind);
    const TypeNode* body = given(store_.builtin(applied, variable), 1);
    return store_.forall(kind, store_.abstract(body, 0, 1));
  };
  switch (info.alias) {
  case AliasForm::kType:
    return given(info.type == BuiltinType::kNumeric
                     ? store_.builtin(info.type, store_.natural(lf::kDecimalScale))
                     : store_.builtin(info.type),
                 1);
  case AliasForm::kDecimals:
    return given(store_.natural(lf::kDecimalScale), info.scales);
  case AliasForm::kNumericOfScale:
    return quantified(store_.nat(), BuiltinType::kNumeric);
  case AliasForm::kContractIdOfPayload:
    return quantified(store_.star(), BuiltinType::kContractId);
  case AliasForm::kNone:
    break;
  }
  return whole;
}

const TypeNode* BuiltinTypes::type(Builtin builtin) {
  const TypeNode*& known = types_[static_cast<std::size_t>(builtin)];
  if (known == nullptr) {
    const lf::BuiltinInfo& info = lf::builtin_info(builtin);
    const TypeNode* made = info.alias == AliasForm::kNone ? generic(builtin) : alias(info);
    types_[static_cast<std::size_t>(builtin)] = made;
    return made;
  }
  return known;
}

} // namespace tenon::daml::validation
