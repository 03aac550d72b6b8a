// Kinds and types as the builder makes them: shared, measured, bounded.
#include <array>
#include <catch2/catch.hpp>

#include "lf/builder.hpp"

namespace tenon::daml::lf {
namespace {

using Types = std::vector<const Type*>;

TEST_CASE("types: equal ones outside the table are one", "[daml][lf][types]") {
  PackageBuilder builder(LanguageVersion::k1_8);
  const Type* text = builder.type(builtin_type(BuiltinType::kText)).value();
  const Types arguments{text};
  const Type* list = builder.type(builtin_type(BuiltinType::kList, arguments)).value();
  CHECK(builder.type(builtin_type(BuiltinType::kList, Types{text})).value() == list);
  CHECK(builder.type(builtin_type(BuiltinType::kOptional, arguments)).value() != list);
  CHECK(builder.type(nat_type(10)).value() == builder.type(nat_type(10)).value());
  CHECK(builder.type(nat_type(10)).value() != builder.type(nat_type(11)).value());
  CHECK(list->arguments().size() == 1);
  CHECK(list->arguments()[0] == text);
  CHECK(list->depth == 2);
  CHECK(list->size == 2);
  CHECK(list->is(BuiltinType::kList));
  CHECK_FALSE(list->is(BuiltinType::kText));
}

TEST_CASE("types: parameters and fields take part in equality", "[daml][lf][types]") {
  PackageBuilder builder(LanguageVersion::k1_8);
  const Name a = builder.name("a").value();
  const Name b = builder.name("b").value();
  const Type* variable = builder.type(variable_type(a)).value();
  const std::vector<TypeParameter> star{{a, PackageBuilder::star()}};
  const std::vector<TypeParameter> nat{{a, PackageBuilder::nat()}};
  const std::vector<TypeParameter> other{{b, PackageBuilder::star()}};
  const Type* forall = builder.type(forall_type(star, variable)).value();
  CHECK(builder.type(forall_type(star, variable)).value() == forall);
  CHECK(builder.type(forall_type(nat, variable)).value() != forall);
  CHECK(builder.type(forall_type(other, variable)).value() != forall);
  const std::vector<FieldType> fields{{a, variable}};
  const std::vector<FieldType> renamed{{b, variable}};
  const Type* record = builder.type(struct_type(fields)).value();
  CHECK(builder.type(struct_type(fields)).value() == record);
  CHECK(builder.type(struct_type(renamed)).value() != record);
  CHECK(record->fields()[0].type == variable);
  CHECK(forall->parameters()[0].name == a);
}

TEST_CASE("types: entries of the table keep their places, repeated or not", "[daml][lf][types]") {
  PackageBuilder builder(LanguageVersion::k1_15);
  REQUIRE(builder.add_type(builtin_type(BuiltinType::kText)).ok());
  REQUIRE(builder.add_type(builtin_type(BuiltinType::kText)).ok());
  REQUIRE(builder.add_type_alias(0).ok());
  const Type* text = builder.table_type(builtin_type(BuiltinType::kText)).value();
  CHECK(text->id == 0);
  const Type* number = builder.table_type(builtin_type(BuiltinType::kInt64)).value();
  CHECK(number->id == 3);
  const Type* inlined = builder.type(builtin_type(BuiltinType::kText)).value();
  const Package package = builder.finish({}).value();
  CHECK(package.wire_form().types == 4);
  REQUIRE(package.types().size() == 5);
  CHECK(inlined->id == 4);
  for (std::uint32_t id = 0; id < 5; ++id)
    CHECK(package.types()[id]->id == id);
  REQUIRE(package.wire_form().aliases.size() == 1);
  CHECK(package.wire_form().aliases[0].entry == 2);
  CHECK(package.wire_form().aliases[0].target == 0);
}

TEST_CASE("types: a struct with a field twice is refused by the field's name",
          "[daml][lf][types]") {
  PackageBuilder builder(LanguageVersion::k1_15);
  const Type* text = builder.type(builtin_type(BuiltinType::kText)).value();
  const Name twice = builder.name("twice").value();
  const std::vector<FieldType> fields{
      {twice, text}, {builder.name("once").value(), text}, {twice, text}};
  CHECK(builder.type(struct_type(fields)).status().message() ==
        "struct type: expected fields of different names, found \"twice\" twice");
}

TEST_CASE("types: a type that doubles with each entry of the table soon is too large",
          "[daml][lf][types][limits]") {
  PackageBuilder builder(LanguageVersion::k1_15);
  const Type* type = builder.type(builtin_type(BuiltinType::kText)).value();
  Status status;
  int levels = 0;
  for (; status.ok() && levels < 100; ++levels) {
    const Types arguments{type, type};
    const auto next = builder.table_type(builtin_type(BuiltinType::kGenMap, arguments));
    status = next.status();
    type = next.ok() ? *next : type;
  }
  CHECK(levels == 16);
  CHECK(status.code() == Code::kInvalidArgument);
  CHECK(status.message() == "type: expected at most 65536 parts, found 131071");
}

TEST_CASE("types: a type may be as deep as the limit says and not deeper",
          "[daml][lf][types][limits]") {
  PackageBuilder builder(LanguageVersion::k1_15);
  const Type* type = builder.type(builtin_type(BuiltinType::kText)).value();
  for (std::uint16_t depth = 2; depth <= kMaxTypeDepth; ++depth) {
    const Types arguments{type};
    type = builder.table_type(builtin_type(BuiltinType::kList, arguments)).value();
    REQUIRE(type->depth == depth);
  }
  const Types arguments{type};
  CHECK(builder.table_type(builtin_type(BuiltinType::kList, arguments)).status().message() ==
        "type: expected at most 1000 levels, found 1001");
}

TEST_CASE("kinds: equal ones are one", "[daml][lf][types]") {
  PackageBuilder builder(LanguageVersion::k1_15);
  const std::array<const Kind*, 1> star{PackageBuilder::star()};
  const std::array<const Kind*, 1> nat{PackageBuilder::nat()};
  const Kind* arrow = builder.arrow(star, PackageBuilder::star());
  CHECK(builder.arrow(star, PackageBuilder::star()) == arrow);
  CHECK(builder.arrow(nat, PackageBuilder::star()) != arrow);
  CHECK(arrow->depth == 2);
  CHECK(arrow->result == PackageBuilder::star());
}

TEST_CASE("built-in types: every code has a name, the gaps have none", "[daml][lf][types]") {
  std::size_t named = 0;
  for (int code = 0; code < 256; ++code)
    named += builtin_type_name(static_cast<BuiltinType>(code)).empty() ? 0 : 1;
  CHECK(named == 21);
  CHECK(builtin_type_name(BuiltinType::kGenMap) == "GenMap");
  CHECK(builtin_type_name(static_cast<BuiltinType>(3)).empty());
}

} // namespace
} // namespace tenon::daml::lf
