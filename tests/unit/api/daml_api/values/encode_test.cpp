#include "values/encode.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "errors/codes.hpp"
#include "values_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;

namespace {

const std::string kId = "00" + std::string(64, 'a');

api::Value made(const std::function<void(api::Value&)>& fill) {
  api::Value value;
  fill(value);
  return value;
}

struct Wrong {
  std::string what;
  api::Value value;
  std::string id;
  std::string says;
};

std::vector<Wrong> wrong_leaves() {
  return {
      {"nothing", {}, "MISSING_FIELD", "value"},
      {"contract id", made([](auto& v) { v.set_contract_id("#V0 Contract ID"); }),
       "INVALID_ARGUMENT", "ContractId"},
      {"short contract id", made([](auto& v) { v.set_contract_id(kId.substr(2)); }),
       "INVALID_ARGUMENT", "ContractId"},
      {"upper-case contract id",
       made([](auto& v) { v.set_contract_id("00" + std::string(64, 'A')); }), "INVALID_ARGUMENT",
       "ContractId"},
      {"empty party", made([](auto& v) { v.set_party(""); }), "INVALID_ARGUMENT", "Party is empty"},
      {"party", made([](auto& v) { v.set_party("a!"); }), "INVALID_ARGUMENT", "0x21"},
      {"long party", made([](auto& v) { v.set_party(std::string(256, 'a')); }),
       "INVALID_ARGUMENT", "Party is too long"},
      {"numeric", made([](auto& v) { v.set_numeric("1e5"); }), "INVALID_ARGUMENT", "Numeric"},
      {"early time", made([](auto& v) { v.set_timestamp(-62135596800000001); }),
       "INVALID_ARGUMENT", "Timestamp"},
      {"late time", made([](auto& v) { v.set_timestamp(253402300800000000); }),
       "INVALID_ARGUMENT", "Timestamp"},
      {"early date", made([](auto& v) { v.set_date(-719163); }), "INVALID_ARGUMENT", "Date"},
      {"late date", made([](auto& v) { v.set_date(2932897); }), "INVALID_ARGUMENT", "Date"},
      {"enum without constructor", made([](auto& v) { v.mutable_enum_(); }), "MISSING_FIELD",
       "value"},
      {"enum constructor", made([](auto& v) { v.mutable_enum_()->set_constructor("1"); }),
       "INVALID_FIELD", "value"},
  };
}

std::vector<Wrong> wrong_branches() {
  return {
      {"record field without value", made([](auto& v) { v.mutable_record()->add_fields(); }),
       "MISSING_FIELD", "value"},
      {"label", made([](auto& v) {
         v.mutable_record()->add_fields()->set_label("a b");
         v.mutable_record()->mutable_fields(0)->mutable_value()->set_int64(1);
       }),
       "INVALID_ARGUMENT", "0x20"},
      {"record id without package",
       made([](auto& v) { *v.mutable_record()->mutable_record_id() = identifier("", "M", "T"); }),
       "MISSING_FIELD", "package_id"},
      {"record id by a package's name",
       made([](auto& v) { *v.mutable_record()->mutable_record_id() = identifier("#p", "M", "T"); }),
       "INVALID_FIELD", "package_id"},
      {"record id without module",
       made([](auto& v) { *v.mutable_record()->mutable_record_id() = identifier("p", "", "T"); }),
       "INVALID_FIELD", "module_name"},
      {"record id with a gap in its name",
       made([](auto& v) {
         *v.mutable_record()->mutable_record_id() = identifier("p", "M", "T..U");
       }),
       "INVALID_FIELD", "entity_name"},
      {"variant without constructor",
       made([](auto& v) { v.mutable_variant()->mutable_value()->set_int64(1); }), "MISSING_FIELD",
       "constructor"},
      {"variant without value", made([](auto& v) { v.mutable_variant()->set_constructor("A"); }),
       "MISSING_FIELD", "value"},
      {"empty element", made([](auto& v) { v.mutable_list()->add_elements(); }), "MISSING_FIELD",
       "value"},
      {"empty optional value", made([](auto& v) { v.mutable_optional()->mutable_value(); }),
       "MISSING_FIELD", "value"},
      {"map entry without value", made([](auto& v) { v.mutable_map()->add_entries(); }),
       "MISSING_FIELD", "value"},
      {"a key twice", made([](auto& v) {
         for (int i = 0; i < 2; ++i)
           v.mutable_map()->add_entries()->mutable_value()->set_int64(1);
       }),
       "INVALID_ARGUMENT", "twice"},
      {"generic map entry without key", made([](auto& v) { v.mutable_gen_map()->add_entries(); }),
       "MISSING_FIELD", "key"},
      {"generic map entry without value",
       made([](auto& v) { v.mutable_gen_map()->add_entries()->mutable_key()->set_int64(1); }),
       "MISSING_FIELD", "value"},
  };
}

void check(const Wrong& wrong) {
  INFO(wrong.what);
  const auto answer = encode_value(wrong.value);
  REQUIRE_FALSE(answer.ok());
  REQUIRE(answer.failure().code().id == wrong.id);
  REQUIRE(answer.failure().cause().find(wrong.says) != std::string::npos);
  if (wrong.id == "MISSING_FIELD")
    REQUIRE(answer.failure().metadata().at("field_name") == wrong.says);
}

} // namespace

TEST_CASE("values: every wrong value is refused with the published error", "[daml_api][values]") {
  for (const Wrong& wrong : wrong_leaves())
    check(wrong);
  for (const Wrong& wrong : wrong_branches())
    check(wrong);
}

TEST_CASE("values: the bounds of times are themselves times", "[daml_api][values]") {
  for (const std::int64_t micros : {-62135596800000000, 253402300799999999})
    REQUIRE(encode_value(made([&](auto& v) { v.set_timestamp(micros); }))->timestamp() == micros);
  for (const std::int32_t days : {-719162, 2932896})
    REQUIRE(encode_value(made([&](auto& v) { v.set_date(days); }))->date() == days);
}

TEST_CASE("values: one that lies in more than a hundred others is refused as the engine would",
          "[daml_api][values]") {
  REQUIRE(encode_value(nested(100)).ok());
  for (const int levels : {101, 200}) {
    const auto answer = encode_value(nested(levels));
    REQUIRE_FALSE(answer.ok());
    REQUIRE(answer.failure().code().id == "COMMAND_PREPROCESSING_FAILED");
  }
  api::Record record;
  *record.add_fields()->mutable_value() = nested(99);
  REQUIRE(encode_record(record).ok());
  *record.mutable_fields(0)->mutable_value() = nested(100);
  REQUIRE_FALSE(encode_record(record).ok());
}

TEST_CASE("values: the engine gets names in parts and maps in order", "[daml_api][values]") {
  api::Value value;
  *value.mutable_record()->mutable_record_id() = identifier("pkg", "A.B", "C.D.E");
  api::RecordField& field = *value.mutable_record()->add_fields();
  field.set_label("x");
  for (const char* key : {"b", "", "ä", "a"}) {
    api::Map::Entry& entry = *field.mutable_value()->mutable_map()->add_entries();
    entry.set_key(key);
    entry.mutable_value()->mutable_unit();
  }
  const auto encoded = encode_value(value);
  REQUIRE(encoded.ok());
  const daml::v1::Identifier& type = encoded->record().type();
  REQUIRE(type.package() == "pkg");
  REQUIRE(type.module_size() == 2);
  REQUIRE(type.name_size() == 3);
  REQUIRE(type.name(2) == "E");
  REQUIRE(encoded->record().fields(0).label() == "x");
  std::vector<std::string> keys;
  for (const auto& entry : encoded->record().fields(0).value().text_map().entries())
    keys.push_back(entry.key());
  REQUIRE(keys == std::vector<std::string>{"", "a", "b", "ä"});
}
