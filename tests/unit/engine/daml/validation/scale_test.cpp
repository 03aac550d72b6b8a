// Packages with very much of one thing: the work grows as the package does, and what is kept is
// paid for.
#include <catch2/catch.hpp>

#include "lab.hpp"
#include "validation/limits.hpp"
#include "validation/rules.hpp"
#include "validation/type_store.hpp"

namespace tenon::daml::validation {
namespace {

using lf::DataForm;
using lf::ExprForm;

std::string numbered(std::string_view text, int i) {
  return std::string(text) + std::to_string(i);
}

Effort effort_of(Lab& lab) {
  Effort effort;
  const Status status = validate(lab.build(), PackageSet(), &effort);
  INFO(status.to_string());
  CHECK(status.ok());
  return effort;
}

// What `count` of something takes and what four times as many take.
void check_linear(void (*fill)(Lab&, int), int count) {
  Lab small;
  fill(small, count / 4);
  Lab large;
  fill(large, count);
  const Effort one = effort_of(small);
  const Effort four = effort_of(large);
  CHECK(four.steps > static_cast<std::uint64_t>(count));
  CHECK(four.steps < 5 * one.steps);
}

void add_record(Lab& lab, int count, lf::DataType& type) {
  std::vector<lf::FieldType> fields;
  for (int i = 0; i < count; ++i)
    fields.push_back({lab.name(numbered("f", i)), lab.int64()});
  type = lab.make_data("Large", DataForm::kRecord, {});
  type.fields = lab.builder.list(fields);
}

TEST_CASE("scale: many small definitions", "[daml][validation][hostile]") {
  check_linear(
      [](Lab& lab, int count) {
        for (int i = 0; i < count; ++i) {
          lab.add({lab.int64(), lab.integer(i)}, numbered("v", i));
          lab.data_types.push_back(
              lab.make_data(numbered("T", i), DataForm::kRecord, {{"x", lab.int64()}}));
          lab.synonyms.push_back(lab.make_synonym(numbered("S", i), lab.data(numbered("T", i))));
        }
      },
      100'000);
}

TEST_CASE("scale: a record of many fields, made, changed and looked at",
          "[daml][validation][hostile]") {
  check_linear(
      [](Lab& lab, int count) {
        lf::DataType type;
        add_record(lab, count, type);
        lab.data_types.push_back(type);
        const auto* large = lab.data("Large");
        std::vector<lf::FieldExpr> values;
        for (const lf::FieldType& field : type.fields)
          values.push_back({field.name, lab.integer(1)});
        lab.add({large, lab.builder.make<lf::Record>(ExprForm::kRecord, large,
                                                     lab.builder.list(values))},
                "made");
        std::vector<Lab::E> parts;
        for (int i = 0; i < count; ++i) {
          const auto* changed = lab.update_field(large, numbered("f", i), lab.value("made"),
                                                 lab.integer(2));
          parts.push_back(lab.project(large, numbered("f", i), changed));
        }
        lab.add({lab.list(lab.int64()), lab.cons(lab.int64(), parts, lab.nil(lab.int64()))});
      },
      100'000);
}

TEST_CASE("scale: an enum of many constructors, all of them matched",
          "[daml][validation][hostile]") {
  check_linear(
      [](Lab& lab, int count) {
        std::vector<lf::Name> constructors;
        std::vector<lf::Alternative> alternatives;
        for (int i = 0; i < count; ++i) {
          const std::string text = numbered("C", i);
          constructors.push_back(lab.name(text));
          alternatives.push_back(
              lab.on_constructor(lf::PatternForm::kEnum, "Large", text, lab.integer(i)));
        }
        lf::DataType type = lab.make_data("Large", DataForm::kEnum, {});
        type.constructors = lab.builder.list(constructors);
        lab.data_types.push_back(type);
        lab.add({lab.int64(), lab.match(lab.any(lab.data("Large")), alternatives)});
      },
      100'000);
}

TEST_CASE("scale: a block of many bindings, each using the one before",
          "[daml][validation][hostile]") {
  check_linear(
      [](Lab& lab, int count) {
        std::vector<lf::Binding> bindings;
        for (int i = 0; i < count; ++i) {
          bindings.push_back({{lab.name(numbered("x", i)), lab.int64()},
                              i == 0 ? lab.integer(1) : lab.variable(numbered("x", i - 1))});
        }
        lab.add({lab.int64(),
                 lab.builder.make<lf::Let>(ExprForm::kLet, lab.builder.list(bindings),
                                           lab.variable(numbered("x", count - 1)))});
      },
      100'000);
}

TEST_CASE("scale: a template of many choices, each exercised", "[daml][validation][hostile]") {
  check_linear(
      [](Lab& lab, int count) {
        for (int i = 0; i < count; ++i) {
          const std::string text = numbered("C", i);
          lab.coin.choices.push_back(lab.make_choice(text, lab.unit(), lab.int64()));
          lab.add({lab.update(lab.int64()), lab.step(lf::UpdateForm::kExercise, "Coin",
                                                     lab.any_id("Coin"), lab.unit_value(), text)},
                  numbered("v", i));
        }
      },
      20'000);
}

TEST_CASE("scale: an interface of many methods and many instances",
          "[daml][validation][hostile]") {
  check_linear(
      [](Lab& lab, int count) {
        std::vector<lf::MethodBody> bodies{{lab.name("holder"), lab.any_party()}};
        for (int i = 0; i < count; ++i) {
          const lf::Name method = lab.name(numbered("m", i));
          lab.base.methods.push_back({method, lab.int64(), {}});
          bodies.push_back({method, lab.integer(i)});
        }
        lab.coin.implements[0].methods = lab.builder.list(bodies);
      },
      20'000);
}

// A small package may not fill the memory: each use of `large` makes many types that there were not
// before.
TEST_CASE("scale: new types are paid for as they are made", "[daml][validation][hostile]") {
  Lab lab;
  const auto* a = lab.variable_type("a");
  std::vector<lf::FieldType> fields;
  for (int i = 0; i < 2'000; ++i)
    fields.push_back({lab.name(numbered("f", i)), lab.structure({{numbered("g", i), a}})});
  const auto* large = lab.type(lf::struct_type(fields));
  lab.add({lab.forall("a", large), lab.type_lambda("a", lab.any(large))}, "large");
  for (int i = 0; i < 900; ++i) {
    lab.data_types.push_back(lab.make_data(numbered("T", i), DataForm::kRecord, {}));
    const auto* use = lab.apply_type(lab.value("large"), {lab.data(numbered("T", i))});
    lab.add({lab.int64(), lab.struct_project(
                              "one", lab.structure_value({{"one", lab.integer(1)}, {"two", use}}))},
            numbered("use", i));
  }
  const Status status = validate(lab.build(), PackageSet());
  CHECK(status.code() == Code::kResourceExhausted);
  CHECK_THAT(status.message(), Catch::Contains(": work of the validation: expected at most "));
}

TEST_CASE("scale: a type costs steps for what is kept of it, and nothing is kept without",
          "[daml][validation][hostile]") {
  Meter meter;
  TypeStore store(meter);
  const TypeNode* const part = store.builtin(lf::BuiltinType::kInt64);
  const TypeNode* made = part;
  for (NameId i = 0; made != nullptr; ++i) {
    const std::pair<NameId, const TypeNode*> field[] = {{i, part}};
    made = store.structure(field);
  }
  CHECK(store.limit() == Limit::kWork);
  CHECK(store.size() > kBaseWork / kTypeWork / 2);
  CHECK(store.size() < kBaseWork / kTypeWork);
}

// Many modules with one long name: each is a path of its own through the names.
TEST_CASE("scale: names on the way to others are paid for", "[daml][validation][hostile]") {
  const auto validate_modules = [](int count) {
    Lab lab;
    std::string long_name = "T";
    for (int i = 0; i < 450; ++i)
      long_name.append(".T");
    for (int i = 0; i < count; ++i) {
      lf::Module module = lab.make_module(numbered("N", i));
      module.data_types = lab.builder.list(
          std::vector<lf::DataType>{lab.make_data(long_name, DataForm::kRecord, {})});
      lab.modules.push_back(module);
    }
    return validate(lab.build(), PackageSet());
  };
  CHECK(validate_modules(500).to_string() == "OK");
  const Status status = validate_modules(2000);
  CHECK(status.code() == Code::kResourceExhausted);
  CHECK_THAT(status.message(), Catch::Contains(": work of the validation: expected at most "));
}

TEST_CASE("scale: no package is so large that its work has no end", "[daml][validation]") {
  Meter meter;
  meter.allow(~std::uint64_t{0} / 2);
  CHECK(meter.allowed() == kMaxWork);
  CHECK(meter.spend(kMaxWork));
  CHECK_FALSE(meter.spend(1));
  CHECK_FALSE(meter.spend(0));
}

} // namespace
} // namespace tenon::daml::validation
