// The table of built-in functions.
#include "lf/builtins.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace tenon::daml::lf {
namespace {

std::size_t count_legal(LanguageVersion version) {
  return static_cast<std::size_t>(
      std::count_if(builtins().begin(), builtins().end(),
                    [&](const BuiltinInfo& info) { return info.legal_in(version); }));
}

TEST_CASE("built-ins: there are 118, each with a code and a name of its own",
          "[daml][lf][builtins]") {
  CHECK(builtins().size() == 118);
  std::set<std::string_view> names;
  for (const BuiltinInfo& info : builtins()) {
    CHECK(names.insert(info.name).second);
    CHECK(find_builtin(static_cast<std::uint64_t>(info.builtin)) == &info);
    CHECK(find_builtin(info.name) == &info);
    CHECK(&builtin_info(info.builtin) == &info);
  }
}

TEST_CASE("built-ins: codes in between and beyond are none", "[daml][lf][builtins]") {
  for (const std::uint64_t code : {std::uint64_t{4}, std::uint64_t{22}, std::uint64_t{148},
                                   std::uint64_t{256}, std::uint64_t{1} << 40, ~std::uint64_t{0}})
    CHECK(find_builtin(code) == nullptr);
  CHECK(find_builtin("MUL_NUMERIC_LEGACY") == nullptr);
}

TEST_CASE("built-ins: as many are legal as the versions have", "[daml][lf][builtins]") {
  CHECK(count_legal(LanguageVersion::k1_15) == 70);
  CHECK(count_legal(LanguageVersion::k1_17) == 70);
  CHECK(count_legal(LanguageVersion::k1_13) == 70); // no exceptions yet, quoted parties still
  CHECK(count_legal(LanguageVersion::k1_11) == 60);
}

TEST_CASE("built-ins: a generic one is its own; an older one leads to a generic one",
          "[daml][lf][builtins]") {
  for (const BuiltinInfo& info : builtins()) {
    INFO(info.name);
    CHECK((info.alias == AliasForm::kNone) == (info.generic == info.builtin));
    CHECK(builtin_info(info.generic).alias == AliasForm::kNone);
    CHECK((info.scales > 0) == (info.alias == AliasForm::kDecimals));
    CHECK((info.type != BuiltinType::kUnit) == (info.alias == AliasForm::kType));
  }
}

TEST_CASE("built-ins: no version has both an older form and its generic one for one type",
          "[daml][lf][builtins]") {
  for (const BuiltinInfo& info : builtins()) {
    if (info.alias != AliasForm::kNone)
      CHECK(info.last < builtin_info(info.generic).first);
  }
}

TEST_CASE("built-ins: older forms say what they are", "[daml][lf][builtins]") {
  const BuiltinInfo* text = find_builtin("EQUAL_TEXT");
  REQUIRE(text != nullptr);
  CHECK(text->generic == Builtin::kEqual);
  CHECK(text->type == BuiltinType::kText);
  const BuiltinInfo* product = find_builtin("MUL_DECIMAL");
  REQUIRE(product != nullptr);
  CHECK(product->generic == Builtin::kMulNumeric);
  CHECK(product->scales == 3);
  const BuiltinInfo* numeric = find_builtin("LEQ_NUMERIC");
  REQUIRE(numeric != nullptr);
  CHECK(numeric->alias == AliasForm::kNumericOfScale);
  CHECK(numeric->first == LanguageVersion::k1_7);
  CHECK(numeric->last == LanguageVersion::k1_8);
}

} // namespace
} // namespace tenon::daml::lf
