// The value itself: kinds, sharing, depth, text form, and values made from values.
#include <catch2/catch.hpp>
#include <thread>

#include "builders.hpp"
#include "values/transformation.hpp"
#include "values/value_text.hpp"

namespace tenon::daml {
namespace {

using Kind = Value::Kind;

const std::string kLocal = "00" + std::string(64, 'a');
const std::string kGlobal = kLocal + "0102";

TEST_CASE("value: takes two words", "[daml][value]") {
  CHECK(sizeof(Value) == 2 * sizeof(void*));
}

TEST_CASE("value: gives back what it was made of", "[daml][value]") {
  CHECK(Value().kind() == Kind::kUnit);
  CHECK(Value::boolean(true).as_bool());
  CHECK(Value::int64(-5).as_int64() == -5);
  CHECK(Value::date(Date::from_days(-7).value()).as_date().days() == -7);
  CHECK(Value::timestamp(Timestamp::from_micros(-7).value()).as_timestamp().micros() == -7);
  CHECK(numeric("-1.50").as_numeric().to_text() == "-1.50");
  CHECK(text("a").as_text() == "a");
  CHECK(party("Alice").as_party().str() == "Alice");
  CHECK(contract(kGlobal).as_contract_id().to_text() == kGlobal);
  CHECK(Value::none().children().empty());
  CHECK(Value::some(text("x")).children()[0].as_text() == "x");
  CHECK(Value::list({text("x"), text("y")}).children().size() == 2);
  const Value map = text_map({{"b", Value::int64(2)}, {"a", Value::int64(1)}});
  CHECK(map.keys() == std::vector<std::string>{"a", "b"});
  CHECK(map.children()[0].as_int64() == 1);
  CHECK(text_map({}).keys().empty());
  const Value made = Value::record(type_name("p:M:T"), labels({"a", ""}), {text("x"), Value()});
  CHECK(made.type()->to_text() == "p:M:T");
  CHECK((*made.labels())[0] == "a");
  CHECK(made.children().size() == 2);
  CHECK(variant("Left", Value(), 3).constructor().rank == 3);
  CHECK(enumeration("Red").constructor().name.str() == "Red");
  CHECK(enumeration("Red").constructor().rank == Constructor::kNoRank);
}

TEST_CASE("value: a text map with a key twice is refused", "[daml][value]") {
  const auto map = Value::text_map({{"a", Value()}, {"b", Value()}, {"a", Value::none()}});
  CHECK(map.status().message() == "text map: the key \"a\" occurs twice");
}

TEST_CASE("value: copies share, moves leave a unit", "[daml][value]") {
  Value list = Value::list({text("x")});
  Value copy = list;
  CHECK(copy.is_same(list));
  CHECK_FALSE(Value::list({text("x")}).is_same(list));
  const Value moved = std::move(copy);
  CHECK(copy.kind() == Kind::kUnit); // NOLINT: the state after a move is promised
  CHECK(moved.is_same(list));
  list = list.children()[0]; // the child outlives what contained it
  CHECK(list.as_text() == "x");
  list = *&list;
  CHECK(list.as_text() == "x");
}

TEST_CASE("value: nesting counts what lies around the innermost value", "[daml][value]") {
  CHECK(Value().nesting() == 0);
  CHECK(Value::none().nesting() == 0);
  CHECK(Value::list({}).nesting() == 0);
  CHECK(record({}).nesting() == 0);
  CHECK(enumeration("Red").nesting() == 0);
  CHECK(Value::some(Value()).nesting() == 1);
  CHECK(record({Value(), Value::list({nested(2), Value()})}).nesting() == 4);
  CHECK(Value::gen_map({{nested(5), Value()}}).nesting() == 6);
  CHECK(check_nesting(nested(100)).ok());
  CHECK(check_nesting(nested(101)).message() == "a value nested 101 deep; expected at most 100");
}

TEST_CASE("value: a million levels are made, compared, shown and destroyed without a stack",
          "[daml][value]") {
  constexpr std::uint32_t kDepth = 1'000'000;
  Value deep = nested(kDepth);
  const Value same = nested(kDepth);
  CHECK(deep.nesting() == kDepth);
  CHECK(deep == same);
  CHECK(std::is_eq(compare(deep, same).value()));
  CHECK(std::is_gt(
      compare(nested(kDepth, Value::none()), nested(kDepth - 1, Value::none())).value()));
  CHECK(to_text(deep) == "Some Some Some Some Some Some Some Some ...");
  std::size_t ids = 0;
  for_each_contract_id(deep, [&ids](const ContractId&) { ++ids; });
  CHECK(ids == 0);
  CHECK_FALSE(normalize(deep, TransactionVersion::k15).ok());
  // A part that somebody still holds stays.
  const Value inner = deep.children()[0].children()[0];
  deep = Value();
  CHECK(inner.nesting() == kDepth - 2);
  // And wide ones: every level twice in the next, 2^30 values if they were not shared.
  Value wide = text("x");
  for (int i = 0; i < 30; ++i)
    wide = Value::list({wide, wide});
  CHECK(wide.nesting() == 30);
}

TEST_CASE("value: threads share one and let it go in any order", "[daml][value]") {
  Value shared = Value::list({text("x"), nested(50), text_map({{"k", party("P")}})});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = shared]() mutable {
      for (int round = 0; round < 2000; ++round) {
        Value mine = copy;
        const Value part = mine.children()[static_cast<std::size_t>(round) % 3];
        mine = part;
        copy = Value::list({copy.children()[0], copy.children()[1], copy.children()[2]});
      }
    });
  }
  shared = Value();
  for (std::thread& thread : threads)
    thread.join();
}

TEST_CASE("value: as text for messages", "[daml][value]") {
  CHECK(to_text(Value()) == "()");
  CHECK(to_text(Value::boolean(false)) == "false");
  CHECK(to_text(Value::int64(-3)) == "-3");
  CHECK(to_text(numeric("1.50")) == "1.50");
  CHECK(to_text(text("a\u00e9")) == "\"a\u00e9\"");
  CHECK(to_text(party("Alice")) == "'Alice'");
  CHECK(to_text(Value::date(Date())) == "1970-01-01");
  CHECK(to_text(Value::timestamp(Timestamp())) == "1970-01-01T00:00:00Z");
  CHECK(to_text(contract(kLocal)) == kLocal);
  CHECK(to_text(Value::none()) == "None");
  CHECK(to_text(Value::some(Value::int64(1))) == "Some 1");
  CHECK(to_text(Value::list({Value::int64(1), Value::int64(2)})) == "[1, 2]");
  CHECK(to_text(text_map({{"a", Value::int64(1)}})) == "TextMap [\"a\" -> 1]");
  CHECK(to_text(Value::gen_map({{Value::int64(1), Value()}, {Value::int64(2), Value()}})) ==
        "Map [1 -> (), 2 -> ()]");
  CHECK(to_text(record({Value::int64(1)})) == "{1}");
  CHECK(to_text(Value::record(type_name("p:Main:Iou"), labels({"owner", ""}),
                              {party("Alice"), Value()})) == "Main:Iou {owner: 'Alice', ()}");
  CHECK(to_text(variant("Left", Value::int64(1))) == "Left 1");
  CHECK(to_text(enumeration("Red")) == "Red");
}

TEST_CASE("value: a large value is shown in part, in time for the part", "[daml][value]") {
  const Value large = Value::list(std::vector<Value>(100'000, text(std::string(1000, 'x'))));
  CHECK(to_text(large).size() <= kMaxValueTextSize + 3);
  CHECK(to_text(large, 5) == "[\"xxx...");
  CHECK(to_text(text("\u00e9\u00e9\u00e9"), 4) == "\"\u00e9...");
}

TEST_CASE("value: normal form drops types and labels from version 12 on", "[daml][value]") {
  const Value written = Value::record(
      type_name("p:M:T"), labels({"a", "b", "c", "d"}),
      {Value::variant({type_name("p:M:V"), Name::literal("Left"), 1}, Value::int64(1)),
       Value::some(Value::enumeration({type_name("p:M:E"), Name::literal("Red"), 2})),
       Value::list({text("x")}), Value::none()});
  const Value bare = record({variant("Left", Value::int64(1)), Value::some(enumeration("Red")),
                             Value::list({text("x")}), Value::none()});
  CHECK(normalize(written, TransactionVersion::k11).value() == written);
  const Value normal = normalize(written, TransactionVersion::k12).value();
  CHECK(normal == bare);
  CHECK_FALSE(normal == written);
  CHECK(normal.children()[0].constructor().rank == 1);
  CHECK(normal.children()[2].is_same(written.children()[2]));
  CHECK(normalize(bare, TransactionVersion::k15).value().is_same(bare));
}

TEST_CASE("value: versions before 11 have no generic maps", "[daml][value]") {
  const Value map = Value::some(Value::gen_map({{Value::int64(1), Value()}}));
  CHECK(normalize(map, TransactionVersion::k11).ok());
  CHECK_THAT(normalize(map, TransactionVersion::k10).status().message(),
             Catch::Contains("version 11"));
}

TEST_CASE("value: contract ids are found in order and replaced one by one", "[daml][value]") {
  const Value value = record({contract(kLocal), Value::list({contract(kGlobal), Value::none()}),
                              text_map({{"k", contract(kLocal)}}),
                              Value::gen_map({{contract(kGlobal), contract(kLocal)}}),
                              variant("Left", text("x"))});
  std::vector<std::string> found;
  for_each_contract_id(value, [&found](const ContractId& id) { found.push_back(id.to_text()); });
  CHECK(found == std::vector<std::string>{kLocal, kGlobal, kLocal, kGlobal, kLocal});

  const auto suffixed = map_contract_ids(value, [](const ContractId& id) -> Result<ContractId> {
    return id.is_local() ? ContractId::make(id.discriminator(), "\x01\x02") : id;
  });
  found.clear();
  for_each_contract_id(*suffixed,
                       [&found](const ContractId& id) { found.push_back(id.to_text()); });
  CHECK(found == std::vector<std::string>(5, kGlobal));
  CHECK(suffixed->children()[4].is_same(value.children()[4]));
  const auto refused = map_contract_ids(
      value, [](const ContractId&) -> Result<ContractId> { return not_found("no such id"); });
  CHECK(refused.status().message() == "no such id");
}

} // namespace
} // namespace tenon::daml
