// Values as JSON and back.
#include <catch2/catch.hpp>

#include "archive/archive.hpp"
#include "engine/json_values.hpp"
#include "text/assembler.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml::engine {
namespace {

using nlohmann::json;

constexpr const char* kTypes = R"(language 1.15;
package "types" "1.0.0";
module M {
  serializable record R { a : Int64, b : Optional Text }
  serializable variant V { A : Int64, B : :R }
  serializable enum E { Red, Green }
  serializable record All {
    unit : Unit, bool : Bool, int : Int64, date : Date, time : Timestamp, number : Numeric 4,
    text : Text, party : Party, id : ContractId :R, list : List Int64,
    optional : Optional (Optional (Optional Int64)), texts : TextMap Int64,
    map : GenMap Int64 Text, record : :R, variant : :V, enum : :E
  }
}
)";

struct Types {
  interpreter::PackageStore store;
  std::string package;

  Types() {
    const auto payload = archive::encode_package(text::assemble(kTypes).value()).value();
    auto decoded = archive::decode_payload(payload);
    package = decoded->id();
    REQUIRE(store.add(std::make_shared<const lf::Package>(*std::move(decoded))).ok());
  }
  const interpreter::RuntimeType& type(std::string_view name) {
    const auto source = store.package(package);
    const auto fields = source->find("M", "All")->data_type->fields;
    for (const auto& one : fields) {
      if (source->text(one.name) == name)
        return *store.type(package, *one.type).value();
    }
    FAIL("no such field");
    std::abort();
  }
};

TEST_CASE("daml json: every kind of value comes back from its JSON", "[daml][engine]") {
  Types types;
  const std::string id = "00" + std::string(64, 'b');
  const std::vector<std::pair<const char*, json>> cases = {
      {"unit", json::object()},
      {"bool", true},
      {"int", "-9223372036854775808"},
      {"date", "2024-02-29"},
      {"time", "2024-02-29T23:59:59.123456Z"},
      {"number", "-12.3"},
      {"text", "a \"quoted\" ü"},
      {"party", "alice"},
      {"id", id},
      {"list", json::array({"1", "2"})},
      {"texts", {{"a", "1"}, {"b", "2"}}},
      {"map", json::array({json::array({"1", "one"}), json::array({"2", "two"})})},
      {"record", {{"a", "1"}, {"b", nullptr}}},
      {"record", {{"a", "1"}, {"b", "x"}}},
      {"variant", {{"tag", "A"}, {"value", "5"}}},
      {"variant", {{"tag", "B"}, {"value", {{"a", "1"}, {"b", "x"}}}}},
      {"enum", "Green"},
      {"optional", nullptr},
      {"optional", json::array()},
      {"optional", json::array({json::array()})},
      {"optional", json::array({json::array({"7"})})},
  };
  for (const auto& [field, value] : cases) {
    INFO(field << " " << value.dump());
    const auto read = value_from_json(types.store, types.type(field), value);
    INFO(read.status().to_string());
    REQUIRE(read.ok());
    CHECK(value_to_json(*read) == value);
  }
}

TEST_CASE("daml json: other ways to write the same are taken", "[daml][engine]") {
  Types types;
  const auto reads_as = [&](const char* field, const json& given, const json& told) {
    const auto read = value_from_json(types.store, types.type(field), given);
    INFO(field << " " << given.dump() << " " << read.status().to_string());
    return read.ok() && value_to_json(*read) == told;
  };
  CHECK(reads_as("int", 5, "5"));
  CHECK(reads_as("number", 1.5, "1.5"));
  CHECK(reads_as("number", "1.23456", "1.2346"));
  CHECK(reads_as("record", json::array({1, "x"}), {{"a", "1"}, {"b", "x"}}));
  CHECK(reads_as("record", {{"a", 1}}, {{"a", "1"}, {"b", nullptr}}));
  CHECK(reads_as("map", json::array({json::array({"2", "b"}), json::array({"1", "a"})}),
                 json::array({json::array({"1", "a"}), json::array({"2", "b"})})));
}

TEST_CASE("daml json: what is not of the type is refused with its place", "[daml][engine]") {
  Types types;
  const std::vector<std::pair<const char*, json>> cases = {
      {"unit", 1},
      {"bool", "true"},
      {"int", "9223372036854775808"},
      {"int", 9223372036854775808u},
      {"int", 1.5},
      {"date", "2023-02-29"},
      {"time", "now"},
      {"number", "1e40"},
      {"number", true},
      {"text", 5},
      {"party", "a/b"},
      {"id", "zz"},
      {"list", "1"},
      {"list", json::array({"x"})},
      {"texts", json::array()},
      {"map", json::array({json::array({"1"})})},
      {"record", {{"b", "x"}}},
      {"record", {{"a", "1"}, {"c", "x"}}},
      {"record", json::array({1})},
      {"variant", {{"tag", "C"}, {"value", 1}}},
      {"variant", {{"tag", "A"}}},
      {"enum", "Blue"},
      {"optional", "7"},
      {"optional", json::array({"7"})},
  };
  for (const auto& [field, value] : cases) {
    INFO(field << " " << value.dump());
    const auto read = value_from_json(types.store, types.type(field), value);
    CHECK(read.status().code() != Code::kOk);
    CHECK_FALSE(read.status().fault());
    CHECK_FALSE(read.status().message().empty());
  }
  const auto nested = value_from_json(types.store, types.type("record"),
                                      {{"a", json::array({json::array()})}});
  CHECK(nested.status().message().starts_with("a: "));
}

} // namespace
} // namespace tenon::daml::engine
