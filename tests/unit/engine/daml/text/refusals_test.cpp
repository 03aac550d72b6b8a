// What is wrong in a text is told with its place, what was expected there and what was found.
#include "lf/builder.hpp"
#include "texts.hpp"

namespace tenon::daml::text {
namespace {

std::string refusal(const std::string& text) {
  const Result<lf::Package> package = assemble(text);
  INFO(text);
  REQUIRE_FALSE(package.ok());
  CHECK_FALSE(package.status().fault());
  return package.status().message();
}

// The body of the value stands in line 7.
std::string in_body(const std::string& body, std::string_view version = "1.15") {
  return refusal(in_module("value v : Unit =\n" + body + "\n;", version));
}

TEST_CASE("refusals: the head of a text", "[daml][text]") {
  CHECK(refusal("") == "1:1: package: expected \"language\", found the end of the text");
  CHECK(refusal("language 2;") == "1:10: language version: expected one of 1.6-1.8, 1.11-1.15 and "
                                  "1.17, found \"2\"");
  CHECK_THAT(refusal("language 1.16;"), Catch::StartsWith("1:10: language version: expected one"));
  CHECK(refusal("language 1.15;\n import") == "2:2: name and version of the package: expected "
                                              "\"package\", found \"import\"");
  CHECK_THAT(refusal("language 1.15; package \"a b\" \"1\";"), Catch::StartsWith("1:16: "));
  CHECK_THAT(refusal("language 1.15; package \"a\" \"01\";"), Catch::StartsWith("1:16: "));
  CHECK_THAT(refusal("language 1.15; package \"a\" \"1\"; upgrades \"a\";"),
             Catch::Contains("1:33: upgrades: expected upgrades in versions 1.17 to 1.17 only, "
                             "found it in 1.15"));
  CHECK_THAT(refusal("language 1.7; import \"?\" as P;"), Catch::StartsWith("1:22: package id"));
  CHECK(refusal("language 1.7; import \"a\" as P; import \"b\" as P;") ==
        "1:46: import: expected a name of its own, found P again");
  CHECK(refusal("language 1.7; value") ==
        "1:15: package: expected a module, or the tables, found \"value\"");
  CHECK(refusal("language 1.7; module M { } module M { }") ==
        "1:28: module: expected one definition, found another");
}

TEST_CASE("refusals: expressions", "[daml][text]") {
  CHECK(in_body("") == "8:1: expression: expected an expression, found \";\"");
  CHECK(in_body("f\n (") == "9:1: expression: expected an expression, found \";\"");
  CHECK(in_body("(f") == "8:1: expression: expected \")\", found \";\"");
  CHECK(in_body("f some Int64 x") == "7:3: argument: expected parentheses around it, or backticks "
                                     "when it is a variable, found \"some\"");
  CHECK(in_body("A.b") == "7:1: expression: expected an expression (what modules define is "
                          "Module:Name), found \"A.b\"");
  CHECK(in_body("Unknown:A:b") ==
        "7:1: package: expected the name of an import, found \"Unknown:A:b\"");
  CHECK(in_body("get x y z") == "7:5: data type: expected Module:Name, or :Name in the same "
                                "module, found \"x\"");
  CHECK(in_body("\\x -> x") == "7:2: parameter: expected \"(\", found \"x\"");
  CHECK(in_body("/\\ -> x") == "7:4: type function: expected a type parameter, found \"->\"");
  CHECK(in_body("\\(x :Unit) -> x") == "7:5: parameter: expected \":\", found \":Unit\"");
  CHECK(in_body("case x { }") == "7:8: case: expected \"of\", found \"{\"");
  CHECK(in_body("case x of { x -> 1 }") == "7:13: pattern: expected one of _ () true false nil "
                                           "cons none some variant enum, found \"x\"");
  CHECK(in_body("let { } in x") == "7:7: let: expected a name, found \"}\"");
  CHECK(in_body("do { x : Unit = y; x }") == "7:15: do: expected \"<-\", found \"=\"");
  CHECK(in_body("try Unit x -> y") == "7:12: try: expected \"catch\", found \"->\"");
  CHECK(in_body("cons Unit [] x") == "7:12: expression: expected an expression, found \"]\"");
  CHECK(in_body("of") == "7:1: expression: expected an expression, found \"of\"");
  CHECK(in_body("%1 x") == "7:1: location: expected a number below 1, found \"%1\"");
  CHECK(refusal(value_text("%1 (%2 x)") + "tables { locations { %1 %2 } }") ==
        "6:18: location: expected one, found another inside");
  CHECK(in_body("`case") == "7:1: text: expected a name between backticks, found \"`case\"");
}

TEST_CASE("refusals: literals", "[daml][text]") {
  CHECK(in_body("9223372036854775808") ==
        "7:1: Int64: expected a number of 64 bits, found \"9223372036854775808\"");
  CHECK(in_body("+5") == "7:1: Int64: expected a whole number, found \"+5\"");
  CHECK_THAT(in_body("00.5"), Catch::StartsWith("7:1: "));
  CHECK_THAT(in_body("+0.5"), Catch::StartsWith("7:1: "));
  CHECK_THAT(in_body("7.", "1.6"), Catch::StartsWith("7:1: Decimal: expected up to 28 digits"));
  CHECK_THAT(in_body("decimal \"1e5\"", "1.6"), Catch::StartsWith("7:9: Decimal: "));
  CHECK_THAT(in_body("date \"2021-02-29\""), Catch::StartsWith("7:6: "));
  CHECK_THAT(in_body("timestamp \"x\""), Catch::StartsWith("7:11: "));
  CHECK_THAT(in_body("rounding sideways"), Catch::StartsWith("7:10: rounding: expected one of up"));
  CHECK(in_body("\"ab\\q\"") ==
        "7:4: Text: expected one of \\n \\r \\t \\\" \\\\ \\u{1f600}, found "
        "\\q");
  CHECK_THAT(in_body("\"ab"),
             Catch::StartsWith("7:1: text: expected a text that is closed on its"));
}

TEST_CASE("refusals: types", "[daml][text]") {
  CHECK(in_body("nil") == "8:1: type: expected a type, found \";\"");
  CHECK(in_body("nil 38") == "7:5: type: expected 0 to 37, found 38");
  CHECK(in_body("nil forall a. a") ==
        "7:5: type: expected parentheses around it, found \"forall\"");
  CHECK(in_body("nil (forall . a)") == "7:13: type: expected a type parameter, found \".\"");
  CHECK(in_body("nil struct { }") == "7:5: struct type: expected at least one field, found none");
  CHECK(in_body("nil struct { x : Unit, x : Unit }") ==
        "7:24: field of a struct type: expected one definition, found another");
  CHECK(in_body("nil #0") == "7:5: type: expected a number below 0, found \"#0\"");
  CHECK(in_body("/\\(a : b) -> x") == "7:8: kind: expected \"*\", \"nat\" or \"(\", found \"b\"");
}

TEST_CASE("refusals: what a version does not have", "[daml][text]") {
  // Body, version and the column that the message begins with.
  const auto check = [](const std::string& body, std::string_view version,
                        const std::string& column) {
    const std::string message = in_body(body, version);
    CHECK_THAT(message, Catch::StartsWith("7:" + column + ": "));
    CHECK_THAT(message, Catch::EndsWith(" only, found it in " + std::string(version)));
  };
  check("throw Unit :E x", "1.13", "1");
  check("try Unit x catch e -> x", "1.13", "1");
  check("view_interface :I x", "1.14", "1");
  check("exercise_by_key :T C k x", "1.8", "1");
  check("soft_fetch :T x", "1.15", "1");
  check("EQUAL_INT64", "1.11", "1");
  check("rounding up", "1.12", "1");
  check("type_rep Unit", "1.6", "1");
  check("nil (Numeric 10)", "1.6", "6");
  check("nil Decimal", "1.7", "5");
  check("nil (GenMap Unit Unit)", "1.8", "6");
  check("nil (synonym :S)", "1.7", "6");
  check("/\\(n : nat) -> x", "1.6", "8");
  for (const std::string definition :
       {"synonym S = Unit;", "exception E = x;", "interface I this { view Unit; }",
        "interface_type I;", "template T this { implements :I { view = x; } }"})
    CHECK_THAT(refusal(in_module(definition, "1.7")), Catch::Contains(" only, found it in 1.7"));
  CHECK_THAT(refusal(in_module("template T t { signatories = s; consuming choice C s (a : Unit) : "
                               "Unit { controllers = c; observers = o; update = u; } }",
                               "1.8")),
             Catch::Contains("found it in 1.8"));
}

TEST_CASE("refusals: definitions", "[daml][text]") {
  const auto in_line_6 = [](const std::string& definitions) {
    return refusal(in_module(definitions));
  };
  CHECK_THAT(in_line_6("foo"), Catch::StartsWith("6:1: definition: expected one of synonym"));
  CHECK(in_line_6("serializable value") ==
        "6:14: data type: expected one of record, variant, enum, interface_type, found \"value\"");
  CHECK(in_line_6("test record") == "6:6: definition: expected \"value\", found \"record\"");
  CHECK(in_line_6("value v : Unit = x; value v : Unit = x;") ==
        "6:27: name: expected one definition, found another");
  CHECK(in_line_6("record T { } value T : Unit = x;") ==
        "6:20: name: expected one definition, found another");
  CHECK(in_line_6("record R { x : Unit y : Unit }") ==
        "6:23: data type: expected \"}\", found \":\"");
  CHECK(in_line_6("value v = x;") == "6:9: value: expected \":\", found \"=\"");
  CHECK(in_line_6("template T this { }") ==
        "6:10: signatories: expected \"signatories = ...;\", found none");
  CHECK(in_line_6("template T this { signatories = s; signatories = s; }") ==
        "6:36: signatories: expected it once, found \"signatories\"");
  CHECK(in_line_6("template T this { signatories = s; key Unit = k; }") ==
        "6:10: template: expected both key and maintainers or neither, found one of them");
  CHECK_THAT(in_line_6("template T this { signatories = s; x = k; }"),
             Catch::StartsWith("6:36: template: expected one of precondition"));
  CHECK(in_line_6("template T this { consuming Archive") ==
        "6:29: choice: expected \"choice\", found \"Archive\"");
  CHECK(in_line_6("template T t { signatories = s; consuming choice C s (a : Unit) : Unit { "
                  "controllers = c; } }") ==
        "6:50: update: expected \"update = ...;\", found none");
  CHECK(in_line_6("interface I this { }") ==
        "6:11: interface: expected \"view type;\", found none");
  CHECK(in_line_6("interface I this { view Unit; method m : Unit; method m : Unit; }") ==
        "6:55: method: expected one definition, found another");
  CHECK(in_line_6("interface I this { view Unit; requires :J; requires :J; }") ==
        "6:53: requires: expected one definition, found another");
  CHECK(in_line_6("template T t { signatories = s; implements :I { } }") ==
        "6:44: view: expected \"view = ...;\", found none");
  CHECK_THAT(in_line_6("template T t { signatories = s; implements :I { view = x; } implements "
                       ":I { view = x; } }"),
             Catch::EndsWith("implements: expected one definition, found another"));
}

TEST_CASE("refusals: tables", "[daml][text]") {
  const auto tables = [](const std::string& content, std::string_view version = "1.15") {
    return refusal(in_module("", version) + "tables { " + content + " }");
  };
  CHECK_THAT(tables("types { } strings { }"),
             Catch::StartsWith("8:20: tables: expected \"}\", or fields, interned, strings"));
  CHECK_THAT(tables("strings { a a }"), Catch::StartsWith("8:22: table of strings: expected an"));
  CHECK_THAT(tables("names { a.b a.b }"), Catch::StartsWith("8:22: table of dotted names: "));
  CHECK(tables("names { a:b }") == "8:18: names: expected a name, which may have dots, found "
                                   "\"a:b\"");
  CHECK(tables("types { #1 = Unit; }") == "8:18: types: expected entry #0, found \"#1\"");
  CHECK(tables("types { #0 = List #0; }") == "8:28: type: expected a number below 0, found \"#0\"");
  CHECK(tables("types { #0 = Unit; #1 = (List #0); }") ==
        "8:29: types: expected an entry without parentheses around it, found some");
  CHECK(tables("types { #0 = :T; }") ==
        "8:23: type: expected Module:Name outside of modules, found \":T\"");
  CHECK(tables("locations { %2 }") == "8:22: locations: expected \"%1\", found \"%2\"");
  CHECK(tables("locations { %1 1 2 3 }") ==
        "8:31: locations: expected a whole number, found \"}\"");
  CHECK(tables("locations { %1 1 2 3 2147483648 }") ==
        "8:31: locations: expected a number of 32 bits, found 2147483648");
  CHECK(tables("fields sideways;") ==
        "8:17: order of fields: expected \"by_number\", found \"sideways\"");
  CHECK_THAT(tables("interned P1;"), Catch::StartsWith("8:10: tables: expected nothing about"));
  CHECK_THAT(refusal("language 1.6; import \"abcd\" as A; module M { value v : Unit = A:N:v; } "
                     "tables { interned A; strings { other } }"),
             Catch::Contains("package: expected an import whose package id stands among the "
                             "strings of the tables"));
  CHECK_THAT(tables("types { }", "1.8"), Catch::Contains("found it in 1.8"));
  CHECK_THAT(tables("names { }", "1.6"), Catch::Contains("found it in 1.6"));
  CHECK(refusal(in_module("") + "tables { } tables { }") ==
        "8:12: package: expected one section of tables, found \"tables\"");
}

TEST_CASE("refusals: packages that no archive can hold are not written", "[daml][text]") {
  lf::PackageBuilder builder(lf::LanguageVersion::k1_15);
  lf::Value value;
  value.name = builder.dotted_name("v").value();
  value.type = builder.table_type(lf::builtin_type(lf::BuiltinType::kUnit)).value();
  value.body = builder.make<lf::ConstantValue>(lf::ExprForm::kConstant, lf::Constant::kUnit);
  std::string expected;
  SECTION("a tree too deep") {
    for (int i = 0; i < 100'000; ++i)
      value.body = builder.make<lf::Typed>(lf::ExprForm::kSome, value.type, value.body);
    expected = "expression: expected at most 600 in each other, found more";
  }
  SECTION("a kind too deep") {
    const lf::Kind* kind = lf::PackageBuilder::star();
    for (int i = 0; i < 100'000; ++i)
      kind = builder.arrow({&kind, 1}, kind);
    const std::vector<lf::TypeParameter> parameters = {{builder.name("a").value(), kind}};
    value.body = builder.make<lf::TypeAbstraction>(lf::ExprForm::kTypeAbstraction,
                                                   builder.list(parameters), value.body);
    expected = "kind: expected at most 600 in each other, found more";
  }
  SECTION("a text that is not UTF-8") {
    value.body = builder.make<lf::Literal>(lf::ExprForm::kLiteral, lf::LiteralForm::kText,
                                           std::uint8_t{0}, builder.intern("\xff"), 0);
    expected = "text literal: expected UTF-8, found other bytes";
  }
  builder.set_metadata({builder.intern("p"), builder.intern("1"), std::nullopt});
  lf::Module module;
  module.name = builder.dotted_name("M").value();
  module.values = builder.list(std::vector<lf::Value>{value});
  const lf::Package package = builder.finish({module}).value();
  const Status status = disassemble(package).status();
  CHECK(status.code() == Code::kInvalidArgument);
  CHECK(status.message() == expected);
}

} // namespace
} // namespace tenon::daml::text
