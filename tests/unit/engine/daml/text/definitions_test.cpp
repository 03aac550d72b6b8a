// What modules define, each as it is written: read, archived, and written again.
#include "texts.hpp"

namespace tenon::daml::text {
namespace {

void check_definition(const std::string& definition, std::string_view version = "1.15") {
  const std::string written = again(in_module(definition, version));
  INFO(written);
  CHECK_THAT(squeezed(written), Catch::Contains(squeezed(definition)));
}

TEST_CASE("text: data types, synonyms, values and exceptions are read and written",
          "[daml][text]") {
  check_definition("record R {}");
  check_definition("serializable record R { x : Int64, y : Text }");
  check_definition("record R.Sub a (f : * -> *) { x : f a }");
  check_definition("variant V a { Left : a, Right : Unit }");
  check_definition("serializable enum E { Red, Green }");
  check_definition("enum E {}");
  check_definition("interface_type I;");
  check_definition("synonym S a (n : nat) = Numeric n;");
  check_definition("value a.b : Int64 = 1;");
  check_definition("test value v : Scenario Unit = scenario_get_time;");
  check_definition("exception E = \\(e : :E) -> \"wrong\";");
}

TEST_CASE("text: a template with everything is read and written", "[daml][text]") {
  check_definition(R"(template T this {
    precondition = true;
    signatories = f this;
    observers = g this;
    agreement = "agreed";
    key (List Int64) = k this;
    maintainers = \(key : List Int64) -> nil Party;
    consuming choice Archive self (argument : :A) : Unit {
      controllers = f this;
      observers = g argument;
      update = pure Unit ();
    }
    nonconsuming choice Look self (argument : Int64) : Int64 {
      controllers = f this;
      observers = nil Party;
      update = pure Int64 argument;
    }
    implements :I {
      method one = 1;
      method two = 2;
      view = x;
    }
    implements P1:O:J {
      view = y;
    }
  })");
}

TEST_CASE("text: what a template does not say has its default", "[daml][text]") {
  const std::string written = again(in_module(
      "template T this { signatories = nil Party; consuming choice C self (a : Unit) : Unit {"
      "controllers = nil Party; update = pure Unit (); } }"));
  CHECK_THAT(squeezed(written),
             Catch::Contains("template T this { signatories = nil Party; observers = nil Party; "
                             "agreement = \"\"; consuming choice C self (a : Unit) : Unit { "
                             "controllers = nil Party; observers = nil Party; update"));
  // Before 1.11 choices have no observers at all.
  CHECK_THAT(squeezed(again(in_module("template T this { signatories = nil Party; "
                                      "consuming choice C self (a : Unit) : Unit {"
                                      "controllers = nil Party; update = pure Unit (); } }",
                                      "1.8"))),
             Catch::Contains("{ controllers = nil Party; update"));
}

TEST_CASE("text: clauses and definitions may come in any order", "[daml][text]") {
  const std::string one = again(in_module(
      "value v : Unit = (); record R { }  template T t { agreement = \"x\"; maintainers = m; "
      "key Unit = k; observers = o; signatories = s; precondition = p; }"));
  const std::string other = again(in_module(
      "template T t { precondition = p; signatories = s; observers = o; agreement = \"x\"; "
      "key Unit = k; maintainers = m; } record R { } value v : Unit = ();"));
  CHECK(one == other);
}

TEST_CASE("text: keys of the old form are read and written", "[daml][text]") {
  check_definition(R"(template T this {
    signatories = s;
    observers = o;
    agreement = "";
    restricted key :K = record :K { a = get :T x (get :T y this), b = this };
    maintainers = m;
  })",
                   "1.6");
}

TEST_CASE("text: an interface with everything is read and written", "[daml][text]") {
  check_definition(R"(interface I this {
    view :View;
    requires P1:O:J;
    requires :K;
    method one : Int64;
    method two : Int64 -> Text;
    consuming choice Archive self (argument : :A) : Unit {
      controllers = f this;
      observers = g argument;
      update = pure Unit ();
    }
    implemented_by P1:O:T {
      method one = 1;
      view = x;
    }
  })");
}

TEST_CASE("text: parts are apart, and what is empty is short", "[daml][text]") {
  const std::string written = again(in_module(R"(
    serializable record R {}
    template T this {
      signatories = s; observers = o; agreement = "";
      consuming choice C self (a : :R) : Unit { controllers = c; observers = o; update = u; }
      implements P1:O:J { view = y; }
    })"));
  CHECK_THAT(written, Catch::EndsWith(R"(
module M {

  serializable record R {}

  template T this {
    signatories = s;
    observers = o;
    agreement = "";

    consuming choice C self (a : :R) : Unit {
      controllers = c;
      observers = o;
      update = u;
    }

    implements P1:O:J {
      view = y;
    }
  }
}
)"));
}

TEST_CASE("text: the head of a package is read and written", "[daml][text]") {
  const std::string text = "language 1.17;\npackage \"a-b\" \"1.0.2\";\nupgrades \"" +
                           std::string(kOther) + "\";\n\nmodule A.B {\n}\n\nmodule C {\n}\n";
  CHECK(again(text) == text);
  CHECK(again("language 1.6;\n") == "language 1.6;\n");
  CHECK(modules_of(disassembled(assembled("language 1.7; import \"abc\" as Mine; module M { value "
                                          "v : Mine:A:T = Mine:A:v; }"))) ==
        "language 1.7;\nimport \"abc\" as P1;\n\nmodule M {\n\n  value v : P1:A:T =\n    "
        "P1:A:v;\n}\n");
}

TEST_CASE("text: an import that nothing uses is not part of the package", "[daml][text]") {
  const lf::Package package = assembled(in_module(""));
  CHECK(package.dependencies().empty());
  const lf::Package user = assembled(value_text("P1:Other:v"));
  REQUIRE(user.dependencies().size() == 1);
  CHECK(user.dependencies()[0] == kOther);
}

TEST_CASE("text: marks stand before what they are of", "[daml][text]") {
  const std::string tables =
      "tables { locations { %1 1 1 1 1 %2 2 2 2 2 %3 3 3 3 3 %4 4 4 4 4 %5 5 5 5 5 %6 6 6 6 6 } }";
  const std::string definitions = R"(
    %1 synonym S = Unit;
    %2 serializable record R {}
    %3 test value v : Unit = ();
    %4 template T this {
      signatories = s; observers = o; agreement = "";
      %5 consuming choice C self (a : Unit) : Unit {
        controllers = c; observers = o; update = u; }
      %6 implements :I { view = x; }
    }
    %5 exception E = e;
    %6 interface I this {
      view Unit;
      %1 method m : Unit;
      %2 consuming choice C self (a : Unit) : Unit {
        controllers = c; observers = o; update = u; }
      %3 implemented_by :T { view = x; }
    })";
  const std::string written = disassembled(assembled(in_module(definitions) + tables));
  CHECK_THAT(squeezed(written), Catch::Contains(squeezed(definitions)));
  CHECK(disassembled(assembled(written)) == written);
}

} // namespace
} // namespace tenon::daml::text
