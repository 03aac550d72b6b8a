#include "submission/disclosure.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "submission/blob.hpp"
#include "submission_kit.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/daml/v1/value.pb.h"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;

namespace {

daml::engine::v1::Contract contract() {
  daml::engine::v1::Contract result;
  result.set_contract_id(*from_hex(kContractId));
  result.set_template_("pkg:Main:Asset");
  daml::v1::Value argument;
  daml::v1::Field& field = *argument.mutable_record()->add_fields();
  field.set_label("owner");
  field.mutable_value()->set_party("Alice");
  result.set_argument(argument.SerializeAsString());
  result.set_created_at_us(5'000'001);
  return result;
}

// As version 2.6 has it.
lapi::DisclosedContract by_arguments() {
  lapi::DisclosedContract result;
  *result.mutable_template_id() = identifier("pkg", "Main", "Asset");
  result.set_contract_id(kContractId);
  *result.mutable_create_arguments() = one_field_record();
  lapi::ContractMetadata& metadata = *result.mutable_metadata();
  metadata.mutable_created_at()->set_seconds(5);
  metadata.mutable_created_at()->set_nanos(1'000);
  metadata.set_driver_metadata(driver_metadata(contract()));
  return result;
}

// As version 2.10 has it.
lapi::DisclosedContract by_blob() {
  lapi::DisclosedContract result;
  *result.mutable_template_id() = identifier("pkg", "Main", "Asset");
  result.set_contract_id(kContractId);
  result.set_created_event_blob(contract_blob(contract()));
  return result;
}

void refused(const lapi::DisclosedContract& good,
             const std::function<void(lapi::DisclosedContract&)>& spoil, std::string_view id,
             const std::string& says) {
  lapi::DisclosedContract wrong = good;
  spoil(wrong);
  INFO(wrong.DebugString());
  const auto answer = validate_disclosed(wrong);
  REQUIRE_FALSE(answer.ok());
  REQUIRE(answer.failure().code().id == id);
  REQUIRE(answer.failure().cause().find(says) != std::string::npos);
}

} // namespace

TEST_CASE("disclosure: all ways to show a contract say the same of it", "[daml_api][submission]") {
  lapi::DisclosedContract by_any = by_arguments();
  *by_any.mutable_create_arguments_blob() = arguments_any(contract());
  for (const auto& shown : {by_arguments(), by_any, by_blob()}) {
    const auto answer = validate_disclosed(shown);
    REQUIRE(answer.ok());
    REQUIRE(answer->contract_id() == contract().contract_id());
    REQUIRE(answer->template_() == contract().template_());
    REQUIRE(answer->argument() == contract().argument());
    REQUIRE(answer->created_at_us() == contract().created_at_us());
  }
}

TEST_CASE("disclosure: what is missing is named", "[daml_api][submission]") {
  const std::pair<std::string, std::function<void(lapi::DisclosedContract&)>> missing[] = {
      {"DisclosedContract.template_id", [](auto& c) { c.clear_template_id(); }},
      {"DisclosedContract.contract_id", [](auto& c) { c.clear_contract_id(); }},
      {"DisclosedContract.arguments", [](auto& c) { c.clear_arguments(); }},
      {"DisclosedContract.metadata", [](auto& c) { c.clear_metadata(); }},
      {"DisclosedContract.metadata.created_at",
       [](auto& c) { c.mutable_metadata()->clear_created_at(); }},
      {"package_id", [](auto& c) { c.mutable_template_id()->clear_package_id(); }},
  };
  for (const auto& [field, spoil] : missing)
    refused(by_arguments(), spoil, "MISSING_FIELD", field);
}

TEST_CASE("disclosure: what is wrong has the published error", "[daml_api][submission]") {
  refused(by_arguments(), [](auto& c) { c.set_contract_id("00ff"); }, "INVALID_FIELD",
          "DisclosedContract.contract_id");
  refused(by_arguments(), [](auto& c) { c.mutable_metadata()->set_contract_key_hash("short"); },
          "INVALID_FIELD", "found 5");
  refused(by_arguments(),
          [](auto& c) { c.mutable_metadata()->mutable_created_at()->set_nanos(1'001); },
          "INVALID_ARGUMENT", "created_at");
  refused(by_arguments(),
          [](auto& c) { c.mutable_create_arguments()->mutable_fields(0)->clear_value(); },
          "MISSING_FIELD", "value");
  refused(by_arguments(), [](auto& c) { c.mutable_create_arguments_blob()->set_value("x"); },
          "INVALID_FIELD", "blob");
}

TEST_CASE("disclosure: what is not authentic is left to the engine, as of no time of the ledger",
          "[daml_api][submission]") {
  lapi::DisclosedContract shown = by_arguments();
  shown.mutable_metadata()->set_contract_key_hash(std::string(32, 'h'));
  REQUIRE(validate_disclosed(shown)->key_hash() == std::string(32, 'h'));
  shown.mutable_metadata()->set_driver_metadata("00aabbcc");
  const auto answer = validate_disclosed(shown);
  REQUIRE(answer.ok());
  REQUIRE(answer->created_at_us() != contract().created_at_us());
  REQUIRE(answer->created_at_us() != 0);
}

TEST_CASE("disclosure: a blob of another contract than the one that is named is refused",
          "[daml_api][submission]") {
  refused(by_blob(), [](auto& c) { c.set_contract_id("00" + std::string(64, 'b')); },
          "INVALID_ARGUMENT", "contract_id");
  refused(by_blob(), [](auto& c) { c.mutable_template_id()->set_entity_name("Other"); },
          "INVALID_ARGUMENT", "template_id");
  refused(by_blob(), [](auto& c) { c.set_created_event_blob("garbage"); }, "INVALID_ARGUMENT",
          "blob");
}
