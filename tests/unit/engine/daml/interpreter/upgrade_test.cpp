// Packages of one name from version 1.17 on: contracts are seen as newer and older versions of
// their template see them.
#include <catch2/catch.hpp>

#include "ledger.hpp"

namespace tenon::daml::interpreter::test {
namespace {

constexpr std::string_view kFirst = "first-package";
constexpr std::string_view kSecond = "second-package";

struct Shape {
  bool has_note = false;        // a field more: note : Optional Text
  bool owner_observes = false;  // other observers
  lf::LanguageVersion version = lf::LanguageVersion::k1_17;
};

// A template Asset, with a choice Size, in a version of the package "main".
class Versioned : public Program {
public:
  Versioned(std::string_view id, const Shape& shape) : Program(shape.version, id) {
    std::vector<std::pair<std::string_view, T>> fields{
        {"issuer", party()}, {"owner", party()}, {"size", int64()}};
    if (shape.has_note)
      fields.emplace_back("note", optional(text()));
    define_record("Asset", fields);
    TemplateParts asset;
    asset.name = "Asset";
    asset.signatories = list_of(party(), {mine("issuer")});
    asset.observers = shape.owner_observes ? list_of(party(), {mine("owner")}) : nil(party());
    ChoiceParts size;
    size.name = "Size";
    size.consuming = false;
    size.result = shape.has_note ? optional(text()) : int64();
    size.controllers = list_of(party(), {mine("issuer")});
    size.update = pure(size.result, shape.has_note ? mine("note") : mine("size"));
    ChoiceParts rename;
    rename.name = "Rename";
    rename.argument = text();
    rename.result = contract_id(named("Asset"));
    rename.controllers = list_of(party(), {mine("issuer")});
    rename.update = create("Asset", shape.has_note ? with_field("Asset", "note", variable("this"),
                                                                some(text(), variable("arg")))
                                                   : variable("this"));
    asset.choices = {size, rename};
    define_template(asset);
  }
  E mine(std::string_view name) { return field("Asset", name, variable("this")); }
};

Command on(std::string_view package, Command command) {
  command.type = id_of("Asset", package);
  return command;
}

Value asset(std::vector<Value> more = {}) {
  std::vector<Value> fields{party("Bank"), party("Alice"), Value::int64(7)};
  fields.insert(fields.end(), more.begin(), more.end());
  return record(std::move(fields));
}

TEST_CASE("upgrade: a newer version sees new fields as none", "[daml][interpreter][upgrade]") {
  Versioned first(kFirst, {});
  Versioned second(kSecond, {true});
  TestLedger ledger(first);
  ledger.add(second);
  REQUIRE(ledger.submit("Bank", {on(kFirst, create("Asset", asset()))}));
  const ContractId id = ledger.created()[0];
  REQUIRE(ledger.submit("Bank", {on(kFirst, exercise("Asset", id, "Size"))}));
  CHECK(ledger.result() == "7");
  REQUIRE(ledger.submit("Bank", {on(kSecond, exercise("Asset", id, "Size"))}));
  CHECK(ledger.result() == "None");
  const auto& node = std::get<ledger::Exercise>(ledger.transaction().transaction.nodes[0]);
  CHECK(node.template_id == id_of("Asset", kSecond));
  CHECK(node.creation_package->str() == kFirst);
  CHECK(node.package_name->str() == "main");
  // Made and upgraded in one transaction.
  REQUIRE(ledger.submit("Bank", {on(kSecond, exercise("Asset", id, "Rename", Value::text("x")))}));
  const ContractId renamed = ledger.created()[0];
  REQUIRE(ledger.submit("Bank", {on(kSecond, exercise("Asset", renamed, "Size"))}));
  CHECK(ledger.result() == "Some \"x\"");
  // Back: what is in use cannot be left out.
  CHECK(!ledger.submit("Bank", {on(kFirst, exercise("Asset", renamed, "Size"))}));
  CHECK(ledger.error().kind == ErrorKind::kUpgrade);
  REQUIRE(ledger.submit("Bank", {on(kSecond, create("Asset", asset({Value::none()})))}));
  REQUIRE(ledger.submit("Bank", {on(kFirst, exercise("Asset", ledger.created()[0], "Size"))}));
  CHECK(ledger.result() == "7");
}

TEST_CASE("upgrade: other stakeholders are refused", "[daml][interpreter][upgrade]") {
  Versioned first(kFirst, {});
  Versioned second(kSecond, {true, true});
  TestLedger ledger(first);
  ledger.add(second);
  REQUIRE(ledger.submit("Bank", {on(kFirst, create("Asset", asset()))}));
  CHECK(!ledger.submit("Bank",
                       {on(kSecond, exercise("Asset", ledger.created()[0], "Size"))}));
  CHECK(ledger.error().kind == ErrorKind::kUpgrade);
  CHECK(ledger.error().message.find("stakeholders") != std::string::npos);
}

TEST_CASE("upgrade: packages before 1.17 are what they are", "[daml][interpreter][upgrade]") {
  Versioned first(kFirst, {false, false, lf::LanguageVersion::k1_15});
  Versioned second(kSecond, {true, false, lf::LanguageVersion::k1_15});
  TestLedger ledger(first);
  ledger.add(second);
  REQUIRE(ledger.submit("Bank", {on(kFirst, create("Asset", asset()))}));
  CHECK(!ledger.submit("Bank",
                       {on(kSecond, exercise("Asset", ledger.created()[0], "Size"))}));
  CHECK(ledger.error().kind == ErrorKind::kWrongTemplate);
}

} // namespace
} // namespace tenon::daml::interpreter::test
