// Expressions, each as it is written: read, archived, and written again.
#include "texts.hpp"

namespace tenon::daml::text {
namespace {

using lf::as;
using lf::ExprForm;

void check_expression(const std::string& expression, std::string_view version) {
  const std::string written = again(value_text(expression, version));
  INFO(written);
  CHECK_THAT(squeezed(written), Catch::Contains("value v : Unit = " + expression + ";"));
}

// One of each form, as the disassembler writes it.
constexpr std::string_view kExpressions[] = {
    "x",
    "`case`",
    "`ADD_INT64`",
    ":v",
    "Other.Module:v.w",
    "P1:Other:v",
    "ADD_INT64",
    "()",
    "true",
    "false",
    "-9223372036854775808",
    "1.50",
    "-7.",
    R"("a \"text\" with\nall \\ \u{01} \u{7f}")",
    R"(date "2020-02-29")",
    R"(date "0001-01-01")",
    R"(timestamp "9999-12-31T23:59:59.999999Z")",
    "rounding half_even",
    "record :T { x = 1, y = f 2 }",
    "record (P1:O:T Int64 (List Text)) { }",
    "get :T x r",
    "get (:T Int64) x (f r)",
    "set :T x r 1",
    "variant (:V a) Left x",
    "enum :E Red",
    "struct { x = 1, y = g 2 }",
    "struct_get x s",
    "struct_set x s 1",
    "f x 1 \"t\" (g y)",
    "(f x) y",
    "f @Int64 @(List Text)",
    "(f @Int64) @Text",
    "f @Int64 x @Text y",
    "(\\(x : Unit) -> x) ()",
    "f (\\(x : Unit) -> x)",
    "\\(x : Unit) (case : List Int64) -> x",
    "/\\a (n : nat) -> x",
    "case x of { }",
    "case f x of { _ -> 1; () -> 2; true -> 3; false -> 4; nil -> 5; cons h t -> 6; none -> "
    "7; some v -> 8; variant :V Left v -> 9; enum P1:O:E Red -> 10 }",
    "let { x : Unit = (); y : Int64 = 1 } in f x",
    "nil Int64",
    "cons Int64 [1, f 2] (nil Int64)",
    "none (List Int64)",
    "some Int64 1",
    "to_any :T x",
    "from_any :T x",
    "type_rep :T",
    "to_any_exception :E x",
    "from_any_exception :E x",
    "throw Unit :E x",
    "to_interface :I :T x",
    "from_interface :I :T x",
    "unsafe_from_interface :I :T id x",
    "to_required_interface :I :J x",
    "from_required_interface :I :J x",
    "unsafe_from_required_interface :I :J id x",
    "call_interface :I method x",
    "view_interface :I x",
    "signatory_interface :I x",
    "observer_interface :I x",
    "interface_type_rep :I x",
    "pure Unit ()",
    "embed Unit (f x)",
    "do { x }",
    "do { x : Unit <- f; y : Int64 <- g x; h }",
    "create :T x",
    "create_interface :I x",
    "exercise :T Archive id x",
    "exercise_interface :I Archive id x",
    "exercise_by_key :T Archive k x",
    "fetch :T id",
    "fetch_interface :I id",
    "fetch_by_key :T k",
    "lookup_by_key :T k",
    "get_time",
    "f get_time",
    "try Unit (f x) catch e -> none (Update Unit)",
    "scenario_pure Unit ()",
    "scenario_do { x : Unit <- f; g }",
    "scenario_commit Unit p u",
    "scenario_must_fail_at Unit p u",
    "scenario_pass x",
    "scenario_get_time",
    "scenario_get_party x",
    "scenario_embed Unit x",
};

TEST_CASE("text: every form of expression is read and written", "[daml][text]") {
  for (const std::string_view expression : kExpressions)
    check_expression(std::string(expression), "1.15");
  check_expression("soft_exercise :T Archive id x", "1.17");
  check_expression("soft_fetch :T id", "1.17");
  check_expression("1.5", "1.6");
  check_expression("+0001.50", "1.6");
  check_expression("decimal \"7\"", "1.6");
  check_expression("decimal \"+7\"", "1.6");
  check_expression("EQUAL_INT64", "1.8");
}

TEST_CASE("text: every built-in function and rounding mode is read and written", "[daml][text]") {
  for (const lf::BuiltinInfo& info : lf::builtins())
    check_expression(std::string(info.name), to_string(info.last));
  for (const std::string_view mode :
       {"up", "down", "ceiling", "floor", "half_up", "half_down", "half_even", "unnecessary"})
    check_expression("rounding " + std::string(mode), "1.15");
}

TEST_CASE("text: a variable with the name of a word is quoted", "[daml][text]") {
  for (const std::string word : {"true", "case", "of", "let", "in", "do", "try", "catch", "date",
                                 "record", "get", "nil", "create", "get_time", "FOLDL"})
    check_expression("\\(" + word + " : Unit) -> `" + word + "`", "1.15");
  check_expression("\\(key : Unit) (choice : Unit) -> key choice", "1.15");
}

TEST_CASE("text: arguments are gathered as far as they go", "[daml][text]") {
  const lf::Package package = assembled(value_text("f @Int64 x (g y) @Text"));
  const lf::Expr& body = *package.modules()[0].values[0].body;
  REQUIRE(body.form == ExprForm::kTypeApplication);
  const lf::Expr& inner = *as<lf::TypeApplication>(body).function;
  REQUIRE(inner.form == ExprForm::kApplication);
  CHECK(as<lf::Application>(inner).arguments.size() == 2);
  const lf::Package nested = assembled(value_text("(f x) y"));
  const auto& outer = as<lf::Application>(*nested.modules()[0].values[0].body);
  CHECK(outer.arguments.size() == 1);
  CHECK(outer.function->form == ExprForm::kApplication);
}

TEST_CASE("text: other ways to write an expression mean the same", "[daml][text]") {
  const auto same = [](const std::string& left, const std::string& right) {
    CHECK(again(value_text(left)) == again(value_text(right)));
  };
  same("((f)) (x)", "f x");
  same("record :T { x = 1, }", "record :T { x = 1 }");
  same("case x of { _ -> 1; }", "case x of { _ -> 1 }");
  same("let { x : Unit = (); } in x", "let { x : Unit = () } in x");
  same("do { x; }", "do { x }");
  same("cons Int64 [1,] x", "cons Int64 [1] x");
  same("M:v", ":v");
  same("\"\\u{41}\"", "\"A\"");
  same("date \"1970-01-01\"", "(date \"1970-01-01\") -- the first day\n");
}

TEST_CASE("text: long expressions are broken over lines and are the same", "[daml][text]") {
  std::string body = "x";
  for (int i = 0; i < 30; ++i)
    body = "f_with_a_long_name (record :T { one = " + body + ", two = () }) y";
  const std::string written = again(value_text(body));
  for (std::size_t start = 0; start < written.size();) {
    const std::size_t end = std::min(written.find('\n', start), written.size());
    CHECK(end - start <= 120);
    start = end + 1;
  }
  CHECK(again(written) == written);
}

TEST_CASE("text: locations are marks on what they are of", "[daml][text]") {
  const std::string tables = "tables { locations { %1 1 2 3 4 in Elsewhere %2 5 6 7 -8 %3 here %4 "
                             "in P1:Other %5 } }";
  for (const std::string expression : {
           "%1 x",
           "f %1 x %2 1 (%3 case x of { })",
           "%1 f x",
           "(%1 f) x",
           "%2 (%1 f x) y",
           "(%1 f @Unit) x",
           "%5 record :T { x = %4 () }",
           "%3 \\(x : Unit) -> %2 get_time",
       }) {
    const lf::Package package = assembled(value_text(expression) + tables);
    const std::string written = disassembled(package);
    CHECK(disassembled(assembled(written)) == written);
    INFO(written);
    CHECK_THAT(squeezed(written), Catch::Contains("value v : Unit = " + expression + ";"));
  }
  const lf::Package package = assembled(value_text("%2 f x") + tables);
  const lf::Location& location = package.location(package.modules()[0].values[0].body->location);
  REQUIRE(location.range);
  CHECK(location.range->end_column == -8);
  REQUIRE(location.module);
  CHECK(package.text(location.module->module) == "Elsewhere");
}

} // namespace
} // namespace tenon::daml::text
