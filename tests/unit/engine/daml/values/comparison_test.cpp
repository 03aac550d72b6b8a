// The order of values, contract ids and generic maps.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "builders.hpp"

namespace tenon::daml {
namespace {

const std::string kLocal = "00" + std::string(64, 'a');

int sign(const Result<std::strong_ordering>& order) {
  REQUIRE(order.ok());
  return *order < 0 ? -1 : *order > 0 ? 1 : 0;
}

// Each of one type, in ascending order.
std::vector<std::vector<Value>> ascending() {
  const auto time = [](std::int64_t micros) {
    return Value::timestamp(Timestamp::from_micros(micros).value());
  };
  const Value one = Value::int64(1);
  const Value two = Value::int64(2);
  return {
      {Value()},
      {Value::boolean(false), Value::boolean(true)},
      {Value::int64(-1), Value::int64(0), one},
      {numeric("-1.0"), numeric("0.9"), numeric("1.0")},
      {time(-1), time(0), time(1)},
      {Value::date(Date::from_days(-1).value()), Value::date(Date())},
      {text(""), text("Z"), text("a"), text("aa"), text("a\uffee"), text("a\U0001f600"),
       text("\u00e9"), text("\ue000"), text("\uffee"), text("\U0001f600")},
      {party("A"), party("A-"), party("B"), party("a")},
      {contract("00" + std::string(64, '0') + "ff"), contract(kLocal),
       contract("00" + std::string(64, 'b') + "00"),
       contract("00" + std::string(64, 'b') + "0000"),
       contract("00" + std::string(64, 'b') + "01")},
      {Value::none(), Value::some(one), Value::some(two)},
      {Value::some(Value::none()), Value::some(Value::some(one))},
      {Value::list({}), Value::list({one}), Value::list({one, one}), Value::list({one, two}),
       Value::list({two})},
      {text_map({}), text_map({{"a", one}}), text_map({{"a", one}, {"b", one}}),
       text_map({{"a", two}}), text_map({{"b", one}})},
      {Value::gen_map({}), Value::gen_map({{one, one}}), Value::gen_map({{one, one}, {two, one}}),
       Value::gen_map({{one, two}}), Value::gen_map({{two, one}})},
      {record({one, two}), record({two, one}), record({two, two})},
      {variant("Z", two, 0), variant("A", one, 1), variant("A", two, 1), variant("M", one, 2)},
      {enumeration("Z", 0), enumeration("A", 1), enumeration("M", 2)},
  };
}

TEST_CASE("comparison: values of one type are in one order", "[daml][comparison]") {
  for (const std::vector<Value>& values : ascending()) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t j = 0; j < values.size(); ++j) {
        INFO(kind_name(values[i].kind()) << " " << i << " and " << j);
        CHECK(sign(compare(values[i], values[j])) == (i < j ? -1 : i > j ? 1 : 0));
        CHECK((values[i] == values[j]) == (i == j));
      }
    }
  }
}

TEST_CASE("comparison: the order of a type is the order of what contains it",
          "[daml][comparison]") {
  for (const std::vector<Value>& values : ascending()) {
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
      const Value& less = values[i];
      const Value& more = values[i + 1];
      CHECK(sign(compare(Value::some(less), Value::some(more))) < 0);
      CHECK(sign(compare(Value::list({less, more}), Value::list({more}))) < 0);
      CHECK(sign(compare(record({Value(), less}), record({Value(), more}))) < 0);
      CHECK(sign(compare(variant("C", less, 1), variant("C", more, 1))) < 0);
      CHECK(sign(compare(Value::gen_map({{less, Value()}}), Value::gen_map({{more, Value()}}))) <
            0);
    }
  }
}

TEST_CASE("comparison: values of different types are not compared", "[daml][comparison]") {
  const auto order = compare(Value::list({text("x")}), Value::list({Value::int64(1)}));
  CHECK(order.status().message() == "compared values are of different types: text and int64");
  CHECK_FALSE(Value::int64(0) == Value::boolean(false));
  CHECK_FALSE(Value::list({}) == text_map({}));
}

TEST_CASE("comparison: constructors without rank are equal or an error", "[daml][comparison]") {
  CHECK(sign(compare(enumeration("Red"), enumeration("Red", 1))) == 0);
  CHECK_THAT(compare(enumeration("Red"), enumeration("Blue", 1)).status().message(),
             Catch::Contains("\"Red\" and \"Blue\""));
  CHECK(enumeration("Red", 1) == enumeration("Red"));
}

TEST_CASE("comparison: equality sees types, labels and scales", "[daml][comparison]") {
  CHECK_FALSE(Value::record(type_name("p:M:T"), nullptr, {}) == record({}));
  CHECK(Value::record(type_name("p:M:T"), nullptr, {}) ==
        Value::record(type_name("p:M:T"), nullptr, {}));
  CHECK_FALSE(Value::record(nullptr, labels({"a"}), {Value()}) == record({Value()}));
  CHECK_FALSE(numeric("1.0") == numeric("1.00"));
  CHECK(sign(compare(numeric("1.0"), numeric("1.00"))) == 0);
  CHECK_FALSE(Value::enumeration({type_name("p:M:E"), Name::literal("A")}) == enumeration("A"));
}

TEST_CASE("comparison: a local contract id and a global one of the same discriminator fail",
          "[daml][comparison]") {
  const Value local = contract(kLocal);
  const Value global = contract(kLocal + "ff");
  for (const auto& order :
       {compare(local, global), compare(global, local),
        compare(Value::list({local}), Value::list({global})),
        compare(record({Value::int64(1), global}), record({Value::int64(1), local}))}) {
    CHECK(order.status().code() == Code::kFailedPrecondition);
    CHECK_THAT(order.status().message(),
               Catch::StartsWith("CONTRACT_ID_COMPARABILITY: " + kLocal + "ff "));
  }
  CHECK(incomparable_global_id(local.as_contract_id(), global.as_contract_id()) ==
        &global.as_contract_id());
  CHECK(sign(compare(local, contract(kLocal))) == 0);
  // A difference before them decides first.
  CHECK(sign(compare(record({Value::int64(1), global}), record({Value::int64(2), local}))) < 0);
  CHECK_FALSE(local == global);
}

TEST_CASE("comparison: contract ids have one text, and limits", "[daml][comparison]") {
  CHECK(ContractId::parse(kLocal).value().is_local());
  const std::string longest = kLocal + std::string(188, '0');
  CHECK(ContractId::parse(longest).value().to_text() == longest);
  CHECK(ContractId::parse(longest).value().suffix().size() == 94);
  CHECK(ContractId::from_bytes(ContractId::parse(longest).value().bytes()).value().to_text() ==
        longest);
  for (const std::string& bad :
       {std::string(), std::string("#1"), kLocal.substr(2), kLocal.substr(1),
        "01" + kLocal.substr(2), longest + "00", "00" + std::string(64, 'A'), kLocal + "0",
        kLocal + "zz", std::string("00")}) {
    INFO(bad);
    CHECK(ContractId::parse(bad).status().code() == Code::kInvalidArgument);
  }
}

TEST_CASE("comparison: generic maps are sorted, and the last entry of a key counts",
          "[daml][comparison]") {
  std::vector<Value::GenMapEntry> entries;
  for (std::int64_t i = 0; i < 1000; ++i)
    entries.push_back({Value::int64(i % 100), Value::int64(i)});
  std::shuffle(entries.begin(), entries.end(), std::minstd_rand(3));
  std::vector<std::int64_t> last(100);
  for (const auto& entry : entries)
    last[static_cast<std::size_t>(entry.key.as_int64())] = entry.value.as_int64();
  const Value map = make_gen_map(entries).value();
  REQUIRE(map.children().size() == 200);
  for (std::size_t i = 0; i < 100; ++i) {
    CHECK(map.children()[2 * i].as_int64() == static_cast<std::int64_t>(i));
    CHECK(map.children()[2 * i + 1].as_int64() == last[i]);
  }
  CHECK(make_gen_map({}).value() == Value::gen_map({}));
}

TEST_CASE("comparison: generic maps whose keys may not be compared are refused",
          "[daml][comparison]") {
  std::vector<Value::GenMapEntry> entries;
  for (int i = 0; i < 200; ++i) {
    std::string id = kLocal;
    id[5] = static_cast<char>('0' + i % 10);
    id[6] = static_cast<char>('0' + i / 10 % 10);
    entries.push_back({contract(id), Value()});
  }
  CHECK(make_gen_map(entries).ok());
  entries.push_back({contract(entries[50].key.as_contract_id().to_text() + "00"), Value()});
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::shuffle(entries.begin(), entries.end(), std::minstd_rand(seed));
    CHECK(make_gen_map(entries).status().code() == Code::kFailedPrecondition);
  }
  CHECK_FALSE(make_gen_map({{text("a"), Value()}, {Value::int64(1), Value()}}).ok());
}

} // namespace
} // namespace tenon::daml
