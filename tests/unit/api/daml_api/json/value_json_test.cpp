// Values in the published JSON encoding.
#include <catch2/catch.hpp>

#include "json/value_json.hpp"
#include "json_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api::json;
using namespace tenon::daml_api::json::test;
using daml::v1::Value;

namespace {

std::string text_of(const Value& value) {
  api::JsonWriter json;
  write_value(json, value);
  return json.take();
}

Value some(const Value& inner) {
  Value value;
  *value.mutable_optional()->mutable_value() = inner;
  return value;
}

Value none() {
  Value value;
  value.mutable_optional();
  return value;
}

Value int64(std::int64_t number) {
  Value value;
  value.set_int64(number);
  return value;
}

} // namespace

TEST_CASE("json values: numbers are strings, and nothing of them is lost", "[json]") {
  CHECK(text_of(int64(INT64_MIN)) == R"("-9223372036854775808")");
  Value numeric;
  numeric.set_numeric("9999999999999999999999999999.9999999999");
  CHECK(text_of(numeric) == R"("9999999999999999999999999999.9999999999")");
  numeric.set_numeric("42.0000000000");
  CHECK(text_of(numeric) == R"("42.0")");
}

TEST_CASE("json values: an Optional is null or its value, and a list inside of another", "[json]") {
  CHECK(text_of(none()) == "null");
  CHECK(text_of(some(int64(42))) == R"("42")");
  CHECK(text_of(some(none())) == "[]");
  CHECK(text_of(some(some(int64(42)))) == R"(["42"])");
  CHECK(text_of(some(some(none()))) == "[[]]");
  CHECK(text_of(some(some(some(int64(42))))) == R"([["42"]])");
}

TEST_CASE("json values: every kind has its form", "[json]") {
  Value value;
  value.set_boolean(true);
  CHECK(text_of(value) == "true");
  value.mutable_unit();
  CHECK(text_of(value) == "{}");
  value.set_date(0);
  CHECK(text_of(value) == R"("1970-01-01")");
  value.set_timestamp(1'500'000);
  CHECK(text_of(value) == R"("1970-01-01T00:00:01.500Z")");
  value.set_text("a \"quoted\"\ntext");
  CHECK(Json::parse(text_of(value)) == "a \"quoted\"\ntext");
  CHECK(text_of(party_value("Alice")) == R"("Alice")");
  value.mutable_contract()->set_id("00ab");
  CHECK(text_of(value) == R"("00ab")");
  value.mutable_enumeration()->set_constructor_name("Red");
  CHECK(text_of(value) == R"("Red")");
  value.mutable_variant()->set_constructor_name("Left");
  *value.mutable_variant()->mutable_value() = int64(1);
  CHECK(text_of(value) == R"({"tag":"Left","value":"1"})");
  value.mutable_list();
  CHECK(text_of(value) == "[]");
  *value.mutable_list()->add_elements() = int64(1);
  *value.mutable_list()->add_elements() = int64(2);
  CHECK(text_of(value) == R"(["1","2"])");
  auto& entry = *value.mutable_text_map()->add_entries();
  entry.set_key("a b");
  *entry.mutable_value() = none();
  CHECK(text_of(value) == R"({"a b":null})");
  auto& pair = *value.mutable_gen_map()->add_entries();
  *pair.mutable_key() = int64(1);
  *pair.mutable_value() = text_value("one");
  CHECK(text_of(value) == R"([["1","one"]])");
  CHECK(text_of(record_value({{"owner", party_value("Alice")}, {"note", none()}})) ==
        R"({"owner":"Alice","note":null})");
}

TEST_CASE("json values: values nested as deep as the ledger allows are written, what is no value "
          "is a fault",
          "[json]") {
  Value value = int64(1);
  for (int i = 0; i < 99; ++i) {
    Value list;
    *list.mutable_list()->add_elements() = value;
    value = list;
  }
  api::JsonWriter json;
  REQUIRE(write_value(json, BytesView(value.SerializeAsString())).ok());
  CHECK(json.take() == std::string(99, '[') + "\"1\"" + std::string(99, ']'));
  const Status status = write_value(json, BytesView("\xff\xff"));
  CHECK_FALSE(status.ok());
  CHECK(status.fault());
}
