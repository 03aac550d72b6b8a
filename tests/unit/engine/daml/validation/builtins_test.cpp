// The types of all built-in functions, written out here a second time.
#include <catch2/catch.hpp>
#include <map>

#include "lab.hpp"
#include "lf/builtins.hpp"

namespace tenon::daml::validation {
namespace {

constexpr std::string_view kAny = "forall a1 : *. ";
constexpr std::string_view kScale = "forall a1 : nat. ";

std::string with(std::string_view quantifiers, std::string_view type) {
  return std::string(quantifiers).append(type);
}
std::string any(std::string_view type) {
  return with(kAny, type);
}
std::string any_two(std::string_view type) {
  return with(kAny, with("forall a2 : *. ", type));
}
std::string scale(std::string_view type) {
  return with(kScale, type);
}
std::string two_scales(std::string_view type) {
  return with(kScale, with("forall a2 : nat. ", type));
}
std::string operation(const std::string& type) {
  return type + " -> " + type + " -> " + type;
}
std::string comparison(const std::string& type) {
  return type + " -> " + type + " -> Bool";
}

using Types = std::map<std::string_view, std::string>;

void add_numbers(Types& types) {
  for (const std::string_view name :
       {"ADD_INT64", "SUB_INT64", "MUL_INT64", "DIV_INT64", "MOD_INT64", "EXP_INT64"})
    types[name] = operation("Int64");
  for (const std::string_view name : {"ADD_DECIMAL", "SUB_DECIMAL", "MUL_DECIMAL", "DIV_DECIMAL"})
    types[name] = operation("Numeric 10");
  types["ROUND_DECIMAL"] = "Int64 -> Numeric 10 -> Numeric 10";
  types["DECIMAL_TO_TEXT"] = "Numeric 10 -> Text";
  types["INT64_TO_DECIMAL"] = "Int64 -> Numeric 10";
  types["DECIMAL_TO_INT64"] = "Numeric 10 -> Int64";
  types["TEXT_TO_DECIMAL"] = "Text -> Optional (Numeric 10)";
  types["ADD_NUMERIC"] = types["SUB_NUMERIC"] = scale(operation("Numeric a1"));
  types["MUL_NUMERIC"] = types["DIV_NUMERIC"] =
      two_scales("forall a3 : nat. Numeric a1 -> Numeric a2 -> Numeric a3");
  types["ROUND_NUMERIC"] = scale("Int64 -> Numeric a1 -> Numeric a1");
  types["NUMERIC_TO_TEXT"] = scale("Numeric a1 -> Text");
  types["TEXT_TO_NUMERIC"] = scale("Text -> Optional (Numeric a1)");
  types["INT64_TO_NUMERIC"] = scale("Int64 -> Numeric a1");
  types["NUMERIC_TO_INT64"] = scale("Numeric a1 -> Int64");
  types["CAST_NUMERIC"] = types["SHIFT_NUMERIC"] = two_scales("Numeric a1 -> Numeric a2");
  types["SCALE_BIGNUMERIC"] = types["PRECISION_BIGNUMERIC"] = "BigNumeric -> Int64";
  for (const std::string_view name : {"ADD_BIGNUMERIC", "SUB_BIGNUMERIC", "MUL_BIGNUMERIC"})
    types[name] = operation("BigNumeric");
  types["DIV_BIGNUMERIC"] = "Int64 -> RoundingMode -> BigNumeric -> BigNumeric -> BigNumeric";
  types["SHIFT_RIGHT_BIGNUMERIC"] = "Int64 -> BigNumeric -> BigNumeric";
  types["BIGNUMERIC_TO_NUMERIC"] = scale("BigNumeric -> Numeric a1");
  types["NUMERIC_TO_BIGNUMERIC"] = scale("Numeric a1 -> BigNumeric");
  types["BIGNUMERIC_TO_TEXT"] = "BigNumeric -> Text";
}

void add_comparisons(Types& types) {
  const std::pair<std::string_view, std::string> named[] = {
      {"INT64", "Int64"}, {"DECIMAL", "Numeric 10"},  {"TEXT", "Text"},
      {"DATE", "Date"},   {"TIMESTAMP", "Timestamp"}, {"PARTY", "Party"},
  };
  static std::vector<std::string> names;
  for (const auto& [suffix, type] : named) {
    for (const std::string_view prefix : {"LEQ_", "LESS_", "GEQ_", "GREATER_", "EQUAL_"})
      names.push_back(with(prefix, suffix));
  }
  std::size_t i = 0;
  for (const auto& [suffix, type] : named) {
    for (int form = 0; form < 5; ++form)
      types[names[i++]] = comparison(type);
  }
  for (const std::string_view name :
       {"LEQ_NUMERIC", "LESS_NUMERIC", "GEQ_NUMERIC", "GREATER_NUMERIC", "EQUAL_NUMERIC"})
    types[name] = scale(comparison("Numeric a1"));
  types["EQUAL_BOOL"] = comparison("Bool");
  types["EQUAL_TYPE_REP"] = comparison("TypeRep");
  types["EQUAL_CONTRACT_ID"] = any(comparison("ContractId a1"));
  types["EQUAL_LIST"] = any("(a1 -> a1 -> Bool) -> List a1 -> List a1 -> Bool");
  for (const std::string_view name : {"EQUAL", "LESS_EQ", "LESS", "GREATER_EQ", "GREATER"})
    types[name] = any(comparison("a1"));
}

void add_texts(Types& types) {
  types["EXPLODE_TEXT"] = "Text -> List Text";
  types["APPEND_TEXT"] = operation("Text");
  types["ERROR"] = any("Text -> a1");
  types["INT64_TO_TEXT"] = "Int64 -> Text";
  types["TEXT_TO_TEXT"] = types["SHA256_TEXT"] = "Text -> Text";
  types["TIMESTAMP_TO_TEXT"] = "Timestamp -> Text";
  types["PARTY_TO_QUOTED_TEXT"] = types["PARTY_TO_TEXT"] = "Party -> Text";
  types["DATE_TO_TEXT"] = "Date -> Text";
  types["IMPLODE_TEXT"] = "List Text -> Text";
  types["TRACE"] = any("Text -> a1 -> a1");
  types["TEXT_TO_PARTY"] = "Text -> Optional Party";
  types["TEXT_TO_INT64"] = "Text -> Optional Int64";
  types["CODE_POINTS_TO_TEXT"] = "List Int64 -> Text";
  types["TEXT_TO_CODE_POINTS"] = "Text -> List Int64";
  types["CONTRACT_ID_TO_TEXT"] = any("ContractId a1 -> Optional Text");
  types["ANY_EXCEPTION_MESSAGE"] = "AnyException -> Text";
}

void add_others(Types& types) {
  types["FOLDL"] = any_two("(a2 -> a1 -> a2) -> a2 -> List a1 -> a2");
  types["FOLDR"] = any_two("(a1 -> a2 -> a2) -> a2 -> List a1 -> a2");
  types["DATE_TO_UNIX_DAYS"] = "Date -> Int64";
  types["UNIX_DAYS_TO_DATE"] = "Int64 -> Date";
  types["TIMESTAMP_TO_UNIX_MICROSECONDS"] = "Timestamp -> Int64";
  types["UNIX_MICROSECONDS_TO_TIMESTAMP"] = "Int64 -> Timestamp";
  types["TEXTMAP_EMPTY"] = any("TextMap a1");
  types["TEXTMAP_INSERT"] = any("Text -> a1 -> TextMap a1 -> TextMap a1");
  types["TEXTMAP_LOOKUP"] = any("Text -> TextMap a1 -> Optional a1");
  types["TEXTMAP_DELETE"] = any("Text -> TextMap a1 -> TextMap a1");
  types["TEXTMAP_TO_LIST"] = any("TextMap a1 -> List <key: Text, value: a1>");
  types["TEXTMAP_SIZE"] = any("TextMap a1 -> Int64");
  types["COERCE_CONTRACT_ID"] = any_two("ContractId a1 -> ContractId a2");
  types["GENMAP_EMPTY"] = any_two("GenMap a1 a2");
  types["GENMAP_INSERT"] = any_two("a1 -> a2 -> GenMap a1 a2 -> GenMap a1 a2");
  types["GENMAP_LOOKUP"] = any_two("a1 -> GenMap a1 a2 -> Optional a2");
  types["GENMAP_DELETE"] = any_two("a1 -> GenMap a1 a2 -> GenMap a1 a2");
  types["GENMAP_KEYS"] = any_two("GenMap a1 a2 -> List a1");
  types["GENMAP_VALUES"] = any_two("GenMap a1 a2 -> List a2");
  types["GENMAP_SIZE"] = any_two("GenMap a1 a2 -> Int64");
}

TEST_CASE("built-in functions: each has its type in every version that has it",
          "[daml][validation][builtins]") {
  Types types;
  add_numbers(types);
  add_comparisons(types);
  add_texts(types);
  add_others(types);
  for (const lf::BuiltinInfo& info : lf::builtins()) {
    INFO(info.name);
    REQUIRE(types.contains(info.name));
    for (const lf::LanguageVersion version : {info.first, info.last}) {
      Lab lab(version);
      lab.add({lab.unit(), lab.builtin(info.builtin)});
      const Status status = validate(lab.build(), PackageSet());
      CHECK(status.message() == "package: module M: value claim: type of a value: expected Unit, "
                                "found " +
                                    types[info.name]);
    }
  }
  CHECK(types.size() == lf::builtins().size());
}

} // namespace
} // namespace tenon::daml::validation
