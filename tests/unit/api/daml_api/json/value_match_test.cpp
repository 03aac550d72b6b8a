// The query language, and keys as JSON has them.
#include <catch2/catch.hpp>

#include "json/members.hpp"
#include "json/value_match.hpp"
#include "json_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api::json;
using namespace tenon::daml_api::json::test;
using daml::v1::Value;

namespace {

Value with(void (*set)(Value&)) {
  Value value;
  set(value);
  return value;
}

// One field of each kind.
Value contract() {
  const auto some = [](const Value& inner) {
    Value value;
    *value.mutable_optional()->mutable_value() = inner;
    return value;
  };
  const Value none = with([](Value& value) { value.mutable_optional(); });
  const Value count = with([](Value& value) { value.set_int64(50); });
  return record_value({
      {"person", record_value({{"name", text_value("Bob")},
                               {"dob", with([](Value& value) { value.set_date(6000); })}})},
      {"owner", party_value("Alice")},
      {"count", count},
      {"amount", with([](Value& value) { value.set_numeric("999.9900000000"); })},
      {"at", with([](Value& value) { value.set_timestamp(1'000'000); })},
      {"active", with([](Value& value) { value.set_boolean(true); })},
      {"color",
       with([](Value& value) { value.mutable_enumeration()->set_constructor_name("Red"); })},
      {"shape", with([](Value& value) {
         value.mutable_variant()->set_constructor_name("Circle");
         value.mutable_variant()->mutable_value()->set_int64(3);
       })},
      {"contract", with([](Value& value) { value.mutable_contract()->set_id("00aa"); })},
      {"note", none},
      {"memo", some(text_value("hi"))},
      {"deep", some(some(count))},
      {"hollow", some(none)},
      {"unit", with([](Value& value) { value.mutable_unit(); })},
      {"list", with([](Value& value) { value.mutable_list(); })},
  });
}

std::string verdict(const std::string& query) {
  const Json json = Json::parse(query);
  if (const Status status = check_query(json); !status.ok())
    return "refused: " + status.message();
  const auto matched = matches(contract(), json);
  if (!matched.ok())
    return "refused: " + matched.status().message();
  return *matched ? "yes" : "no";
}

} // namespace

TEST_CASE("json query: nested partial records are compared field by field", "[json]") {
  CHECK(verdict("{}") == "yes");
  CHECK(verdict(R"({"owner": "Alice"})") == "yes");
  CHECK(verdict(R"({"owner": "Bob"})") == "no");
  CHECK(verdict(R"({"person": {"name": "Bob"}})") == "yes");
  CHECK(verdict(R"({"person": {"name": "Bob"}, "owner": "Bob"})") == "no");
  CHECK(verdict(R"({"person": {}})") == "yes");
}

TEST_CASE("json query: every scalar has its equality", "[json]") {
  for (const char* query :
       {R"({"count": 50})", R"({"count": "50"})", R"({"count": "+50"})", R"({"amount": 999.99})",
        R"({"amount": "999.99"})", R"({"amount": "9999.9e-1"})",
        R"({"amount": "999.990000000001"})",
        R"({"at": "1970-01-01T00:00:01Z"})", R"({"active": true})", R"({"color": "Red"})",
        R"({"shape": {"tag": "Circle", "value": "3"}})", R"({"contract": "00aa"})",
        R"({"note": null})", R"({"memo": "hi"})", R"({"deep": ["50"]})", R"({"hollow": []})",
        R"({"unit": {}})", R"({"person": {"dob": "1986-06-06"}})"}) {
    INFO(query);
    CHECK(verdict(query) == "yes");
  }
  for (const char* query :
       {R"({"count": 51})", R"({"amount": "1000"})", R"({"at": "1970-01-01T00:00:02Z"})",
        R"({"active": false})", R"({"color": "Blue"})",
        R"({"shape": {"tag": "Square", "value": "3"}})",
        R"({"shape": {"tag": "Circle", "value": "4"}})", R"({"contract": "00ab"})",
        R"({"note": "hi"})", R"({"memo": null})", R"({"deep": null})", R"({"deep": []})",
        R"({"hollow": null})", R"({"hollow": ["50"]})", R"({"person": {"dob": "1986-06-07"}})"}) {
    INFO(query);
    CHECK(verdict(query) == "no");
  }
}

TEST_CASE("json query: bounds hold for numbers, texts, dates and times", "[json]") {
  for (const char* query :
       {R"({"count": {"%lt": 51}})", R"({"count": {"%lte": "50", "%gte": 50}})",
        R"({"amount": {"%gt": "999.98", "%lt": 1000}})", R"({"person": {"name": {"%gt": "Bo"}}})",
        R"({"person": {"dob": {"%lt": "2000-01-01", "%gte": "1980-01-01"}}})",
        R"({"at": {"%gte": "1970-01-01T00:00:01Z"}})", R"({"memo": {"%gt": "h"}})"}) {
    INFO(query);
    CHECK(verdict(query) == "yes");
  }
  for (const char* query :
       {R"({"count": {"%lt": 50}})", R"({"count": {"%gt": 50}})", R"({"count": {"%gte": 51}})",
        R"({"count": {"%lte": 49}})", R"({"amount": {"%gt": "999.99"}})",
        R"({"person": {"name": {"%lt": "Bob"}}})", R"({"note": {"%gt": "a"}})"}) {
    INFO(query);
    CHECK(verdict(query) == "no");
  }
}

TEST_CASE("json query: numbers are compared with all their digits", "[json]") {
  const Value value = with([](Value& number) {
    number.set_numeric("1234567890123456789012345678.0123456789");
  });
  const Value record = record_value({{"n", value}});
  const auto matched = [&](const std::string& number) {
    const auto query = parse_body("{\"n\":" + number + "}");
    REQUIRE(query.ok());
    REQUIRE(check_query(*query).ok());
    return matches(record, *query).value();
  };
  CHECK(matched("1234567890123456789012345678.0123456789"));
  CHECK_FALSE(matched("1234567890123456789012345678.0123456788"));
  CHECK(matched(R"({"%gt":1234567890123456789012345678.0123456788})"));
  CHECK_FALSE(matched(R"({"%gt":1234567890123456789012345678.0123456789})"));
}

TEST_CASE("json query: texts stand in the order of their code points", "[json]") {
  const Value value = record_value({{"text", text_value("\xf0\x9f\x98\x80")}}); // beyond U+FFFF
  CHECK(*matches(value, {{"text", {{"%gt", "\xef\xbf\xbd"}}}}));
  CHECK(*matches(value, {{"text", {{"%gt", "z"}}}}));
}

TEST_CASE("json query: what does not fit the type is refused with its place", "[json]") {
  CHECK(verdict(R"({"nome": "x"})") == "refused: query: the record has no field \"nome\"");
  CHECK(verdict(R"({"person": {"name": ["Bob"]}})") ==
        "refused: query.person.name: expected a Text, found [\"Bob\"]");
  CHECK(verdict(R"({"person": "Bob"})") ==
        "refused: query.person: expected a record, found \"Bob\"");
  // Whatever the other fields say.
  CHECK(verdict(R"({"owner": "Bob", "zzz": 1})") ==
        "refused: query: the record has no field \"zzz\"");
  for (const char* query :
       {R"({"count": "x"})", R"({"count": 1.5})", R"({"count": 9223372036854775808})",
        R"({"amount": "a"})", R"({"at": "yesterday"})", R"({"active": "true"})", R"({"color": 1})",
        R"({"shape": {"tag": "Circle"}})", R"({"shape": "Circle"})", R"({"unit": 1})",
        R"({"list": []})", R"({"owner": {"%gt": "A"}})", R"({"count": {"%lt": 1, "%lte": 2}})",
        R"({"count": {"%gt": 1, "%gte": 2}})", R"({"count": {"%lt": 1, "x": 2}})",
        R"({"count": {"%lt": {}}})", R"({"deep": [1, 2]})", "[]", "7"}) {
    INFO(query);
    CHECK(verdict(query).starts_with("refused: query"));
  }
}

TEST_CASE("json keys: equal is what encodes the same value, in whichever way", "[json]") {
  const Value key = record_value({{"_1", party_value("Alice")}, {"_2", text_value("abc")}});
  CHECK(is_equal(key, {{"_1", "Alice"}, {"_2", "abc"}}));
  CHECK(is_equal(key, Json::array({"Alice", "abc"})));
  CHECK_FALSE(is_equal(key, {{"_1", "Alice"}}));
  CHECK_FALSE(is_equal(key, {{"_1", "Alice"}, {"_2", "abd"}}));
  CHECK_FALSE(is_equal(key, Json::array({"Alice"})));
  CHECK_FALSE(is_equal(key, "Alice"));
  const Value whole = contract();
  const Json encoded = {{"person", {{"name", "Bob"}, {"dob", "1986-06-06"}}},
                        {"owner", "Alice"},
                        {"count", 50},
                        {"amount", "999.99"},
                        {"at", "1970-01-01T00:00:01Z"},
                        {"active", true},
                        {"color", "Red"},
                        {"shape", {{"tag", "Circle"}, {"value", 3}}},
                        {"contract", "00aa"},
                        {"memo", "hi"}, // and "note" left out
                        {"deep", Json::array({"50"})},
                        {"hollow", Json::array()},
                        {"unit", Json::object()},
                        {"list", Json::array()}};
  CHECK(is_equal(whole, encoded));
  for (const auto& [name, value] : encoded.items()) {
    Json changed = encoded;
    changed[name] = "something else";
    INFO(name);
    CHECK_FALSE(is_equal(whole, changed));
  }
  // A bound is no value.
  CHECK_FALSE(is_equal(text_value("b"), {{"%gt", "a"}}));
}

TEST_CASE("json keys: maps are equal whatever the order of their entries", "[json]") {
  Value map;
  for (const int number : {1, 2}) {
    auto& entry = *map.mutable_gen_map()->add_entries();
    entry.mutable_key()->set_int64(number);
    entry.mutable_value()->set_text(std::to_string(number));
  }
  CHECK(is_equal(map, Json::parse(R"([["2", "2"], [1, "1"]])")));
  CHECK_FALSE(is_equal(map, Json::parse(R"([[1, "1"], [1, "1"]])")));
  CHECK_FALSE(is_equal(map, Json::parse(R"([[1, "1"]])")));
}
