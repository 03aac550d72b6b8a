// Types and kinds, each as it is written: read, archived, and written again.
#include "texts.hpp"

namespace tenon::daml::text {
namespace {

TEST_CASE("text: every form of type is read and written", "[daml][text]") {
  for (const std::string type : {
           "Unit",
           "Bool",
           "Text",
           "Timestamp",
           "Party",
           "Date",
           "Any",
           "TypeRep",
           "BigNumeric",
           "RoundingMode",
           "AnyException",
           "List Int64",
           "Update Unit",
           "Scenario Unit",
           "ContractId :T",
           "Optional (List Int64)",
           "TextMap Int64",
           "GenMap Int64 Text",
           "Numeric 10",
           "Numeric a",
           "Int64 -> Text -> Bool",
           "(Int64 -> Text) -> Bool",
           "List Int64 -> Bool",
           "Arrow",
           "Arrow Int64",
           "Arrow Int64 Text Bool",
           "List",
           "a",
           "f Int64 (g a)",
           "`Int64`",
           "`forall` Int64",
           "`struct`",
           ":T",
           ":T Int64 (List Text)",
           "Other:T.Sub",
           "P1:Other.Module:T a",
           "synonym :S",
           "synonym P1:Other:S Int64",
           "List (synonym :S)",
           "forall a. a -> a",
           "forall a (n : nat) (f : * -> *). f a",
           "(forall a. a) -> Int64",
           "forall a. forall b. b",
           "struct { x : Int64, y : struct { z : a -> b } }",
           "List struct { x : Int64 }",
           "forall (f : * -> nat -> *) (g : (* -> *) -> *) (h : * -> (* -> *)). Unit",
       }) {
    const std::string written = again(in_module("synonym S = " + type + ";"));
    INFO(written);
    CHECK_THAT(squeezed(written), Catch::Contains("synonym S = " + type + ";"));
  }
}

TEST_CASE("text: other ways to write a type mean the same", "[daml][text]") {
  const auto same = [](const std::string& left, const std::string& right) {
    CHECK(again(in_module("synonym S = " + left + ";")) ==
          again(in_module("synonym S = " + right + ";")));
  };
  same("Arrow Int64 Text", "Int64 -> Text");
  same("(List (Int64))", "List Int64");
  same("forall (a : *). a", "forall a. a");
  same("struct { x : Int64, }", "struct { x : Int64 }");
  same("M:T", ":T");
  same("a -> (b -> c)", "a -> b -> c");
}

TEST_CASE("text: before 1.7 there is Decimal", "[daml][text]") {
  const std::string text = in_module("value f : Decimal -> List Decimal = x;", "1.6");
  CHECK_THAT(again(text), Catch::Contains("value f : Decimal -> List Decimal ="));
}

TEST_CASE("text: equal types share an entry, parts come before the whole", "[daml][text]") {
  const lf::Package package = assembled(in_module(
      "synonym S = List Int64; synonym T = Optional (List Int64); value v : List Int64 = x;"));
  CHECK(package.wire_form().types == 3);
  CHECK(package.types()[0]->is(lf::BuiltinType::kInt64));
  CHECK(package.modules()[0].synonyms[0].type == package.types()[1]);
  CHECK(package.modules()[0].values[0].type == package.types()[1]);
  CHECK(package.types()[2]->arguments()[0] == package.types()[1]);
}

TEST_CASE("text: entries of the type table that say the same are told apart", "[daml][text]") {
  const std::string tables = R"(
tables {
  types {
    #0 = Int64;
    #1 = List #0;
    #2 = List Int64;
    #3 = #1;
    #4 = Int64 -> #0;
    #5 = #2 -> #3 -> List (List #0);
    #6 = struct { x : #1, y : Text };
    #7 = forall a. #0;
  }
})";
  const std::string definitions = "synonym A = #0; synonym B = List Int64; synonym C = #2;"
                                  "synonym D = #3; synonym E = Int64 -> Int64; synonym F = #5;"
                                  "value v : Optional #2 = get (:T #2 #1) x r;";
  const lf::Package package = archived(assembled(in_module(definitions) + tables));
  CHECK(package.wire_form().types == 9);
  REQUIRE(package.wire_form().aliases.size() == 1);
  CHECK(package.wire_form().aliases[0].entry == 3);
  CHECK(package.wire_form().aliases[0].target == 1);
  const std::string text = disassembled(package);
  for (const std::string_view part :
       {"synonym A = Int64;", "synonym B = List Int64;", "synonym C = #2;", "synonym D = #3;",
        "synonym E = Int64 -> Int64;", "get (:T #2 (List Int64)) x r", "#2 = List Int64;",
        "#3 = #1;", "#4 = Int64 -> #0;", "#5 = #2 -> #3 -> List (List #0);",
        "#6 = struct { x : #1, y : Text };", "value v : Optional (List Int64) ="})
    CHECK_THAT(text, Catch::Contains(std::string(part)));
}

TEST_CASE("text: a large type is written as its entry", "[daml][text]") {
  std::string type = "Int64";
  for (int i = 0; i < 40; ++i)
    type = "List (" + type + ")";
  const std::string text = again(in_module("synonym S = " + type + ";"));
  CHECK_THAT(text, Catch::Contains("synonym S = #40;"));
}

} // namespace
} // namespace tenon::daml::text
