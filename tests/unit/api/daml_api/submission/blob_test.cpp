#include "submission/blob.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "tenon/daml/v1/value.pb.h"
#include "tenon/daml_api/v1/context.pb.h"

using namespace tenon;
using namespace tenon::daml_api;

namespace {

daml::engine::v1::Contract contract() {
  daml::engine::v1::Contract result;
  result.set_contract_id(Bytes(1, '\0') + Bytes(32, 'c'));
  result.set_template_("pkg:Main:Asset");
  result.set_argument("argument");
  result.set_created_at_us(77);
  result.set_key_hash(Bytes(32, 'h'));
  return result;
}

Answer<daml::engine::v1::DisclosedContract> parse(const context::v1::ContractBlob& blob) {
  return parse_blob(blob.SerializeAsString());
}

} // namespace

TEST_CASE("blob: what comes back of a contract's blob is the contract", "[daml_api][submission]") {
  const auto blob = parse_blob(contract_blob(contract()));
  const auto arguments = parse_arguments_any(arguments_any(contract()));
  REQUIRE(blob.ok());
  REQUIRE(arguments.ok());
  REQUIRE(*arguments == blob->argument());
  REQUIRE(blob->contract_id() == contract().contract_id());
  REQUIRE(blob->template_() == "pkg:Main:Asset");
  REQUIRE(blob->argument() == "argument");
  REQUIRE(blob->created_at_us() == 77);
  REQUIRE(blob->key_hash() == Bytes(32, 'h'));
}

TEST_CASE("blob: of another version, without a contract or of another type it is refused",
          "[daml_api][submission]") {
  context::v1::ContractBlob blob;
  REQUIRE(blob.ParseFromString(contract_blob(contract())));
  REQUIRE(parse(blob).ok());
  context::v1::ContractBlob later = blob;
  later.set_version(2);
  REQUIRE(parse(later).failure().cause().find("version 2; expected 1") != std::string::npos);
  context::v1::ContractBlob short_id = blob;
  short_id.set_contract_id("id");
  REQUIRE(parse(short_id).failure().code().id == "INVALID_ARGUMENT");
  context::v1::ContractBlob long_id = blob;
  long_id.set_contract_id(Bytes(128, '\0'));
  REQUIRE_FALSE(parse(long_id).ok());
  context::v1::ContractBlob no_template = blob;
  no_template.clear_template_();
  REQUIRE_FALSE(parse(no_template).ok());
  context::v1::ContractBlob no_argument = blob;
  no_argument.clear_argument();
  REQUIRE_FALSE(parse(no_argument).ok());
}

TEST_CASE("blob: arguments of another type or version, or damaged ones, are refused",
          "[daml_api][submission]") {
  google::protobuf::Any any = arguments_any(contract());
  any.set_type_url("type.googleapis.com/another.Type");
  REQUIRE(parse_arguments_any(any).failure().code().id == "INVALID_FIELD");
  any = arguments_any(contract());
  any.mutable_value()->pop_back();
  REQUIRE(parse_arguments_any(any).failure().code().id == "INVALID_FIELD");
  daml::v1::VersionedValue value;
  REQUIRE(value.ParseFromString(arguments_any(contract()).value()));
  value.set_version("14");
  any = arguments_any(contract());
  any.set_value(value.SerializeAsString());
  REQUIRE(parse_arguments_any(any).failure().cause().find("\"14\"") != std::string::npos);
}

TEST_CASE("blob: damaged ones never do harm", "[daml_api][submission]") {
  std::mt19937 random(1);
  const Bytes blob = contract_blob(contract());
  std::size_t refused = 0;
  for (int i = 0; i < 5'000; ++i) {
    Bytes damaged = blob;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    damaged.resize(random() % 2 == 0 ? damaged.size() : random() % damaged.size());
    const auto answer = parse_blob(damaged);
    refused += answer.ok() ? 0 : 1;
    if (!answer.ok())
      REQUIRE(answer.failure().code().id == "INVALID_ARGUMENT");
  }
  REQUIRE(refused > 1'000);
}

TEST_CASE("blob: a contract's driver metadata are its own", "[daml_api][submission]") {
  REQUIRE_FALSE(driver_metadata(contract()).empty());
  REQUIRE(is_driver_metadata(driver_metadata(contract()), contract().contract_id()));
  REQUIRE_FALSE(is_driver_metadata("00aabbcc", contract().contract_id()));
  REQUIRE_FALSE(is_driver_metadata("", contract().contract_id()));
}
