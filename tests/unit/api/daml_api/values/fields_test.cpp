#include "values/fields.hpp"

#include <catch2/catch.hpp>

#include "values_kit.hpp"

using namespace tenon::daml_api;
using namespace tenon::daml_api::test;

TEST_CASE("fields: each kind of name has its letters and its length", "[daml_api][values]") {
  struct Case {
    const NameSyntax& syntax;
    std::string good;
    std::string bad;
  };
  const Case cases[] = {
      {kNameSyntax, "$_aZ9", "9a"},
      {kNameSyntax, std::string(1000, 'a'), std::string(1001, 'a')},
      {kPartySyntax, "Alice::12-3_4 b", "a.b"},
      {kPartySyntax, std::string(255, 'a'), std::string(256, 'a')},
      {kPackageIdSyntax, "-_ 0a", "a#b"},
      {kPackageIdSyntax, std::string(64, '0'), std::string(65, '0')},
      {kPackageNameSyntax, "my-package_1", "my package"},
      {kLedgerStringSyntax, "._:-#/ a0", "a|b"},
      {kApplicationIdSyntax, "._:-#/!|@^$`+'~ ", "a*b"},
      {kUserIdSyntax, "@^$.!`-#+'~_|:", "a b"},
      {kUserIdSyntax, std::string(128, 'u'), std::string(129, 'u')},
      {kLedgerStringSyntax, "a", "ä"},
  };
  for (const Case& tried : cases) {
    INFO(tried.syntax.what << ": " << tried.good << ", " << tried.bad);
    REQUIRE(name_flaw(tried.syntax, tried.good).empty());
    REQUIRE_FALSE(name_flaw(tried.syntax, tried.bad).empty());
    REQUIRE(name_flaw(tried.syntax, "") == std::string(tried.syntax.what) + " is empty");
  }
}

TEST_CASE("fields: a missing one, a wrong one and a wrong argument have errors of their own",
          "[daml_api][values]") {
  const auto id = [](const Outcome& outcome) { return std::string(outcome.failure().code().id); };
  REQUIRE(id(require_field(kLedgerStringSyntax, "", "command_id")) == "MISSING_FIELD");
  REQUIRE(id(require_field(kLedgerStringSyntax, "?", "command_id")) == "INVALID_FIELD");
  REQUIRE(id(optional_field(kLedgerStringSyntax, "?", "command_id")) == "INVALID_FIELD");
  REQUIRE(optional_field(kLedgerStringSyntax, "", "command_id").ok());
  REQUIRE(id(require_party("")) == "INVALID_ARGUMENT");
  REQUIRE(id(require_contract_id("", "contract_id")) == "MISSING_FIELD");
  REQUIRE(id(require_contract_id("00", "contract_id")) == "INVALID_FIELD");
  REQUIRE(require_contract_id("00" + std::string(252, 'f'), "contract_id").ok());
  REQUIRE(id(require_contract_id("00" + std::string(254, 'f'), "contract_id")) == "INVALID_FIELD");
  REQUIRE(id(require_contract_id("01" + std::string(64, 'f'), "contract_id")) == "INVALID_FIELD");
  REQUIRE(id(require_contract_id("00" + std::string(65, 'f'), "contract_id")) == "INVALID_FIELD");
}

TEST_CASE("fields: types are named as the engine names them, and back", "[daml_api][values]") {
  REQUIRE(*require_identifier(identifier("p", "A.B", "C")) == "p:A.B:C");
  REQUIRE(*require_type(identifier("#name", "A.B", "C.D")) == "#name:A.B:C.D");
  const auto by_name = require_identifier(identifier("#name", "A", "C"));
  REQUIRE(by_name.failure().code().id == "INVALID_FIELD");
  REQUIRE(require_type(identifier("#", "A", "C")).failure().code().id == "INVALID_FIELD");
  REQUIRE(require_type(identifier("", "A", "C")).failure().code().id == "MISSING_FIELD");
  REQUIRE(require_type(identifier("p", "A", "")).failure().code().id == "INVALID_FIELD");
  REQUIRE(require_type(identifier("p", std::string(1001, 'A'), "C")).failure().code().id ==
          "INVALID_FIELD");
  const auto back = api_identifier("p:A.B:C.D");
  REQUIRE(back.package_id() == "p");
  REQUIRE(back.module_name() == "A.B");
  REQUIRE(back.entity_name() == "C.D");
  REQUIRE(api_identifier("none").package_id().empty());
}

TEST_CASE("fields: an empty ledger id is that of any ledger", "[daml_api][values]") {
  REQUIRE(match_ledger_id("ours", "").ok());
  REQUIRE(match_ledger_id("ours", "ours").ok());
  const Outcome other = match_ledger_id("ours", "theirs");
  REQUIRE(other.failure().code().id == "LEDGER_ID_MISMATCH");
  REQUIRE(other.failure().cause().find("'theirs' not found. Actual Ledger ID is 'ours'") !=
          std::string::npos);
}

TEST_CASE("fields: a long text is quoted only in part", "[daml_api][values]") {
  const std::string flaw = name_flaw(kPartySyntax, std::string(255, '!'));
  REQUIRE(flaw.find("non expected character 0x21 in Party") == 0);
  REQUIRE(flaw.size() < 300);
}
