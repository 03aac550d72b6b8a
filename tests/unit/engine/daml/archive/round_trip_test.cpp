// Packages to bytes and back: nothing is lost, nothing is added.
#include <catch2/catch.hpp>

#include "archive/archive.hpp"
#include "sample.hpp"
#include "wire.hpp"

namespace tenon::daml::archive {
namespace {

using lf::FieldOrder;
using lf::LanguageVersion;

std::vector<LanguageVersion> versions() {
  return {lf::kLanguageVersions.begin(), lf::kLanguageVersions.end()};
}

TEST_CASE("archive: a package that says everything its version can say comes back byte for byte",
          "[daml][archive][round trip]") {
  for (const LanguageVersion version : versions()) {
    INFO(to_string(version));
    const lf::Package package = lf::Sample(version).build();
    const Bytes payload = encode_package(package).value();
    const Result<lf::Package> decoded = decode_payload(payload);
    INFO(decoded.status().to_string());
    REQUIRE(decoded.ok());
    CHECK(decoded->version() == version);
    CHECK(decoded->id() == package_id_of(payload));
    CHECK(encode_package(*decoded).value() == payload);
  }
}

TEST_CASE("archive: both orders of fields are read, told apart and written again",
          "[daml][archive][round trip]") {
  for (const LanguageVersion version : versions()) {
    INFO(to_string(version));
    const Bytes by_number =
        encode_package(lf::value_package(version, FieldOrder::kByNumber)).value();
    const Bytes as_listed =
        encode_package(lf::value_package(version, FieldOrder::kAsListed)).value();
    CHECK(by_number != as_listed);
    CHECK(by_number.size() == as_listed.size());
    const lf::Package first = decode_payload(by_number).value();
    const lf::Package second = decode_payload(as_listed).value();
    CHECK(first.wire_form().order == FieldOrder::kByNumber);
    CHECK(second.wire_form().order == FieldOrder::kAsListed);
    CHECK(encode_package(first).value() == by_number);
    CHECK(encode_package(second).value() == as_listed);
  }
}

TEST_CASE("archive: what is decoded is what was built", "[daml][archive][round trip]") {
  const lf::Package built = lf::Sample(LanguageVersion::k1_17).build();
  const lf::Package package = decode_payload(encode_package(built).value()).value();
  REQUIRE(package.metadata());
  CHECK(package.text(package.metadata()->name) == "sample");
  CHECK(package.text(package.metadata()->version) == "1.0.12");
  REQUIRE(package.metadata()->upgraded_package_id);
  REQUIRE(package.dependencies().size() == 1);
  CHECK(package.dependencies()[0] == package.text(*package.metadata()->upgraded_package_id));
  const lf::Definition* keyed = package.find("Sample.Module", "Keyed");
  REQUIRE(keyed != nullptr);
  REQUIRE(keyed->contract != nullptr);
  CHECK(keyed->contract->choices.size() == 2);
  CHECK(keyed->contract->choices[0].consuming);
  CHECK_FALSE(keyed->contract->choices[1].consuming);
  REQUIRE(keyed->contract->key != nullptr);
  CHECK_FALSE(keyed->contract->key->restricted);
  REQUIRE(keyed->contract->implements.size() == 2);
  CHECK(package.to_string(keyed->contract->implements[0].other) == "Sample.Module:Interface");
  const lf::Definition* old = package.find("Sample.Module", "Old.Keyed");
  REQUIRE(old != nullptr);
  CHECK(old->contract->key->restricted);
  CHECK(lf::as<lf::Record>(*old->contract->key->key).fields.size() == 2);
  const lf::Value& located = package.modules()[0].values[1];
  const lf::Location& location = package.location(located.body->location);
  REQUIRE(location.range);
  CHECK(location.range->end_column == -1);
  CHECK_FALSE(location.module);
  const lf::Value& nowhere = package.modules()[0].values[2];
  CHECK_FALSE(nowhere.body->location.is_none());
  CHECK_FALSE(package.location(nowhere.body->location).range);
  CHECK(package.find_module("Empty") != nullptr);
}

TEST_CASE("archive: at 1.6 both ways to mention a package are kept apart",
          "[daml][archive][round trip]") {
  const auto reference = [](BytesView package) {
    const Bytes module = wire::part(1, package) + wire::part(2, wire::part(1, "N"));
    return wire::part(2, wire::part(1, module) + wire::part(2, "w"));
  };
  const Bytes interned = reference(wire::number(3, 0));
  const Bytes written = reference(wire::part(2, "abcd"));
  const Bytes list = wire::part(11, wire::part(1, interned) + wire::part(2, written));
  const Bytes package = wire::part(1, wire::old_module(wire::old_value(list))) +
                        wire::part(2, "abcd") + wire::part(2, "used nowhere");
  const Bytes payload = wire::payload("6", package);
  const Result<lf::Package> decoded = decode_payload(payload);
  INFO(decoded.status().to_string());
  REQUIRE(decoded.ok());
  CHECK(decoded->mentions().size() == 3);
  REQUIRE(decoded->dependencies().size() == 1);
  CHECK(decoded->dependencies()[0] == "abcd");
  CHECK(encode_package(*decoded).value() == payload);
}

TEST_CASE("archive: an older name for Numeric 10 is read as that", "[daml][archive][round trip]") {
  const lf::Package package =
      decode_payload(encode_package(lf::Sample(LanguageVersion::k1_6).build()).value()).value();
  std::size_t found = 0;
  for (const lf::Type* type : package.types()) {
    if (!type->is(lf::BuiltinType::kNumeric))
      continue;
    ++found;
    REQUIRE(type->arguments().size() == 1);
    CHECK(type->arguments()[0]->nat == 10);
  }
  CHECK(found == 1);
}

TEST_CASE("archive: the deepest expression that may be is read and written",
          "[daml][archive][round trip][limits]") {
  // Package, module and value are around the body; each step is two messages, and the last one has
  // a type of two in it.
  const auto nested = [](int steps) {
    Bytes body = wire::unit_expr();
    for (int i = 0; i < steps; ++i)
      body = wire::part(27, wire::part(1, wire::old_type(0)) + wire::part(2, body));
    return wire::old_value_payload(body);
  };
  constexpr int kMost = (lf::kMaxNesting - 5) / 2;
  const Bytes payload = nested(kMost);
  const Result<lf::Package> decoded = decode_payload(payload);
  INFO(decoded.status().to_string());
  REQUIRE(decoded.ok());
  CHECK(encode_package(*decoded).value() == payload);
  const Status status = decode_payload(nested(kMost + 1)).status();
  CHECK(status.code() == Code::kInvalidArgument);
  CHECK_THAT(status.message(), Catch::Contains("expected at most 1000 messages in each other"));
}

TEST_CASE("encoder: what its version cannot say or nest is refused", "[daml][archive]") {
  lf::PackageBuilder builder(LanguageVersion::k1_15);
  const lf::Type* beside = builder.type(lf::builtin_type(lf::BuiltinType::kUnit)).value();
  lf::Value value;
  value.name = builder.dotted_name("v").value();
  value.type = builder.table_type(lf::builtin_type(lf::BuiltinType::kUnit)).value();
  value.body = builder.make<lf::ConstantValue>(lf::ExprForm::kConstant, lf::Constant::kUnit);
  std::string expected;
  SECTION("a type beside the table") {
    value.type = beside;
    expected = "type: expected an entry of the type table in version 1.15, found one beside it";
  }
  SECTION("a tree too deep") {
    for (int i = 0; i < 100'000; ++i)
      value.body = builder.make<lf::Typed>(lf::ExprForm::kSome, value.type, value.body);
    expected = "expected at most 1000 messages in each other, found more";
  }
  lf::Module module;
  module.name = builder.dotted_name("M").value();
  module.values = builder.list(std::vector<lf::Value>{value});
  const lf::Package package = builder.finish({module}).value();
  const Status status = encode_package(package).status();
  CHECK(status.code() == Code::kInvalidArgument);
  CHECK_THAT(status.message(), Catch::Contains(expected));
}

} // namespace
} // namespace tenon::daml::archive
