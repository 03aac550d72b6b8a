// Packages made to be expensive or deep, and what failures say.
#include <catch2/catch.hpp>
#include <pthread.h>

#include "archive/archive.hpp"
#include "lab.hpp"
#include "validation/limits.hpp"
#include "validation/rules.hpp"

namespace tenon::daml::validation {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif
constexpr std::size_t kStackSize = std::size_t{4} << 20;

Status validate_lab(Lab& lab, Effort* effort = nullptr) {
  return validate(lab.build(), PackageSet(), effort);
}

TEST_CASE("limits: a chain of many synonyms is followed without recursion",
          "[daml][validation][hostile]") {
  Lab lab;
  constexpr int kCount = 50'000;
  for (int i = 0; i < kCount; ++i) {
    const auto* next = i + 1 < kCount ? lab.synonym("S" + std::to_string(i + 1)) : lab.int64();
    lab.synonyms.push_back(lab.make_synonym("S" + std::to_string(i), next));
  }
  lab.add({lab.synonym("S0"), lab.integer(1)});
  CHECK(validate_lab(lab).to_string() == "OK");
}

TEST_CASE("limits: a chain of many modules is followed without recursion",
          "[daml][validation][hostile]") {
  Lab lab;
  constexpr int kCount = 20'000;
  for (int i = 0; i < kCount; ++i) {
    lf::Module module = lab.make_module("N" + std::to_string(i));
    lf::Value value;
    value.name = lab.dotted("v");
    value.type = lab.int64();
    value.body = i + 1 < kCount ? lab.value("N" + std::to_string(i + 1) + ":v") : lab.integer(1);
    module.values = lab.builder.list(std::vector<lf::Value>{value});
    lab.modules.push_back(module);
  }
  CHECK(validate_lab(lab).to_string() == "OK");
}

// Runs it on a thread that has no more stack than the validator says it takes. Sanitizers make
// every call several times as large.
template <typename Run> void on_little_stack(Run run) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, kSanitized ? kStackSize * 16 : kStackSize) == 0);
  pthread_t thread{};
  const auto start = [](void* argument) -> void* {
    (*static_cast<Run*>(argument))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, start, &run) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  pthread_attr_destroy(&attributes);
}

std::string validated_on_little_stack(Lab& lab) {
  const lf::Package package = lab.build();
  std::string result;
  on_little_stack([&] { result = validate(package, PackageSet()).to_string(); });
  return result;
}

TEST_CASE("limits: a type of the greatest depth is read", "[daml][validation][hostile]") {
  Lab lab;
  const auto* type = lab.int64();
  for (int i = 1; i < lf::kMaxTypeDepth; ++i)
    type = lab.list(type);
  lab.add({type, lab.any(type)});
  CHECK(validated_on_little_stack(lab) == "OK");
}

// Expressions of as many levels as there may be, with one of the deepest types that can be made of
// what is written at the innermost place.
TEST_CASE("limits: the deepest expressions of every kind are checked on little stack",
          "[daml][validation][hostile]") {
  Lab lab;
  const auto* one = lab.integer(1);
  const auto* number = lab.int64();
  const auto* inner = lab.variable_type("a");
  for (int i = 2; i < lf::kMaxTypeDepth; ++i)
    inner = lab.list(inner);
  const auto* argument = number;
  for (int i = 1; i < lf::kMaxTypeDepth; ++i)
    argument = lab.optional(argument);
  const auto* deep = lab.apply_type(lab.type_lambda("a", lab.any(inner)), {argument});
  const auto* innermost = lab.struct_project(
      "n", lab.structure_value({{"n", one}, {"deep", deep}}));
  Lab::E applied = innermost;
  Lab::E chosen = innermost;
  Lab::E projected = innermost;
  Lab::E quantified = innermost;
  Lab::E changed = lab.rec();
  Lab::E bound = innermost;
  Lab::E listed = lab.cons(number, {innermost}, lab.nil(number));
  Lab::E pure = lab.typed_step(lf::UpdateForm::kPure, number, innermost);
  Lab::E blocks = pure;
  Lab::E tried = pure;
  for (int i = 0; i < lf::kMaxNesting / 2 - 4; ++i) {
    applied = lab.apply(lab.lambda("x", number, lab.variable("x")), {applied});
    chosen = lab.match(lab.truth(), {lab.otherwise(chosen)});
    projected = lab.struct_project("f", lab.structure_value({{"f", projected}}));
    quantified = lab.apply_type(lab.type_lambda("a", quantified), {lab.text()});
    const auto* inside = lab.project(lab.data("Rec"), "n", changed);
    changed = lab.update_field(lab.data("Rec"), "n", lab.rec(), inside);
    bound = lab.let("x", number, lab.let("y", number, bound, lab.variable("y")), one);
    listed = lab.cons(number, {one}, lab.cons(number, {one}, listed));
    blocks = lab.block(number, lab.block(number, blocks, pure), pure);
    tried = lab.try_catch(number, lab.try_catch(number, tried, lab.none(lab.update(number))),
                          lab.none(lab.update(number)));
  }
  lab.add({number, applied}, "applied");
  lab.add({number, chosen}, "chosen");
  lab.add({number, projected}, "projected");
  lab.add({number, quantified}, "quantified");
  lab.add({lab.data("Rec"), changed}, "changed");
  lab.add({number, bound}, "bound");
  lab.add({lab.list(number), listed}, "listed");
  lab.add({lab.update(number), blocks}, "blocks");
  lab.add({lab.update(number), tried}, "tried");
  CHECK(validated_on_little_stack(lab) == "OK");
}

// Each level is two messages of an archive: these come in through the decoder as from outside.
TEST_CASE("limits: an archive whose messages are nested 900 deep is checked on little stack",
          "[daml][validation][hostile]") {
  constexpr int kLevels = 440;
  Lab lab(lf::LanguageVersion::k1_8);
  const auto* number = lab.int64();
  const auto* type = number;
  Lab::E applied = lab.integer(1);
  Lab::E bound = lab.integer(1);
  for (int i = 0; i < kLevels; ++i) {
    type = lab.list(type);
    applied = lab.apply(lab.builtin(lf::Builtin::kAddInt64), {lab.integer(1), applied});
    bound = lab.let("x", number, lab.integer(1), bound);
  }
  lab.add({number, applied}, "applied");
  lab.add({number, bound}, "bound");
  lab.add({lab.list(type), lab.nil(type)}, "typed");
  const Bytes payload = archive::encode_package(lab.build()).value();
  const auto package = archive::decode_payload(payload);
  REQUIRE(package.ok());
  std::string result;
  on_little_stack([&] { result = validate(*package, PackageSet()).to_string(); });
  CHECK(result == "OK");
}

TEST_CASE("limits: equal types of any size are compared at once", "[daml][validation][hostile]") {
  Lab lab;
  const auto* type = lab.int64();
  for (int i = 0; i < 14; ++i)
    type = lab.structure({{"x", type}, {"y", type}});
  const auto* value = lab.any(type);
  for (int i = 0; i < 500; ++i)
    value = lab.let("x", type, value, lab.variable("x"));
  lab.add({type, value});
  Effort effort;
  CHECK(validate_lab(lab, &effort).to_string() == "OK");
  CHECK(effort.steps < 20'000);
}

// Each use of a polymorphic value puts another large type into its type.
TEST_CASE("limits: a package that is too much work is refused", "[daml][validation][hostile]") {
  Lab lab;
  const auto* a = lab.variable_type("a");
  const auto* large = a;
  for (int i = 0; i < 15; ++i)
    large = lab.structure({{"x", large}, {"y", large}});
  lab.add({lab.forall("a", large), lab.type_lambda("a", lab.any(large))}, "large");
  for (int i = 0; i < 900; ++i) {
    const auto scale = static_cast<std::uint8_t>(i % lf::kMaxScale);
    const auto* argument = lab.simple(lf::BuiltinType::kNumeric, {lab.nat(scale)});
    const auto* use = lab.apply_type(lab.value("large"), {argument});
    const auto* both = lab.structure_value({{"one", lab.integer(1)}, {"two", use}});
    lab.add({lab.int64(), lab.struct_project("one", both)}, "use" + std::to_string(i));
  }
  const Status status = validate_lab(lab);
  CHECK(status.code() == Code::kResourceExhausted);
  CHECK_THAT(status.message(), Catch::Contains(": work of the validation: expected at most "));
}

TEST_CASE("messages: they name package, module, definition, part, rule and place",
          "[daml][validation]") {
  Lab lab;
  lab.builder.set_id("abc");
  lf::Location location;
  location.range = lf::SourceRange{6, 2, 6, 9};
  auto* wrong = lab.builder.make<lf::Variable>(lf::ExprForm::kVariable, lab.name("arg"));
  wrong->location = lab.builder.location(location);
  lab.coin.choices[1].controllers = wrong;
  CHECK(validate_lab(lab).to_string() ==
        "INVALID_ARGUMENT: package abc: module M: template Coin: choice Give: controllers: "
        "expected List Party, found Party (line 7, column 3)");
}

TEST_CASE("messages: types are shown as they are written, and not at length",
          "[daml][validation]") {
  Lab lab;
  const auto* star = lf::PackageBuilder::star();
  const auto* f_of_a = lab.variable_type("f", {lab.variable_type("a")});
  const auto* type = lab.forall(
      "f",
      lab.forall("a", lab.function(lab.function(f_of_a, lab.list(lab.data("Box", {lab.text()}))),
                                   lab.structure({{"n", lab.simple(lf::BuiltinType::kNumeric,
                                                                   {lab.nat(3)})}}))),
      lab.arrow(star, star));
  lab.add({type, lab.integer(1)});
  CHECK_THAT(validate_lab(lab).message(),
             Catch::EndsWith("expected forall a1 : * -> *. forall a2 : *. (a1 a2 -> List (M:Box "
                             "Text)) -> <n: Numeric 3>, found Int64"));
  Lab other;
  const auto* large = other.int64();
  for (int i = 0; i < 10; ++i)
    large = other.structure({{"x", large}, {"y", large}});
  other.add({large, other.integer(1)});
  const std::string message = validate_lab(other).message();
  CHECK_THAT(message, Catch::EndsWith("..., found Int64"));
  CHECK(message.size() < kMaxTypeText + 200);
}

TEST_CASE("messages: variables in scope have their names", "[daml][validation]") {
  Lab lab;
  const auto* item = lab.variable_type("item");
  lab.add({lab.forall("item", lab.int64()),
           lab.type_lambda("item",
                           lab.apply(lab.builtin(lf::Builtin::kInt64ToText), {lab.any(item)}))});
  CHECK_THAT(validate_lab(lab).message(), Catch::EndsWith("expected Int64, found item"));
}

} // namespace
} // namespace tenon::daml::validation
