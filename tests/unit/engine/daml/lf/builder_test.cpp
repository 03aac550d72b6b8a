// Packages built piece by piece: tables, look-ups, what must not be said twice.
#include "lf/builder.hpp"

#include <catch2/catch.hpp>

namespace tenon::daml::lf {
namespace {

struct Fixture {
  explicit Fixture(LanguageVersion version = LanguageVersion::k1_15) : builder(version) {}

  const Expr* unit() { return builder.make<ConstantValue>(ExprForm::kConstant, Constant::kUnit); }
  const Type* unit_type() { return builder.table_type(builtin_type(BuiltinType::kUnit)).value(); }
  DottedName dotted(std::string_view text) { return builder.dotted_name(text).value(); }
  Name name(std::string_view text) { return builder.name(text).value(); }
  Value value(std::string_view text) {
    Value result;
    result.name = dotted(text);
    result.type = unit_type();
    result.body = unit();
    return result;
  }
  DataType record(std::string_view text) {
    DataType result;
    result.name = dotted(text);
    return result;
  }
  Choice choice(std::string_view text) {
    Choice result;
    result.name = name(text);
    result.argument = {name("argument"), unit_type()};
    result.result = unit_type();
    result.controllers = result.observers = result.update = unit();
    return result;
  }
  Template contract(std::string_view text) {
    Template result;
    result.name = dotted(text);
    result.signatories = result.observers = result.agreement = unit();
    return result;
  }
  Module module(std::string_view text) {
    Module result;
    result.name = dotted(text);
    return result;
  }

  PackageBuilder builder;
};

TEST_CASE("builder: a name is one entry, however often it is asked for", "[daml][lf][builder]") {
  Fixture f;
  const Name x = f.name("x");
  CHECK(f.name("y") != x);
  CHECK(f.name("x") == x);
  const DottedName name = f.dotted("DA.Types");
  CHECK(f.dotted("DA.Types") == name);
  const std::vector<Name> segments{f.name("DA"), f.name("Types")};
  CHECK(f.builder.dotted_name(segments).value() == name);
  CHECK(f.builder.package().text(name) == "DA.Types");
  CHECK(f.builder.package().segments(name).size() == 2);
  const IdentifierId id = f.builder.identifier({{}, name, f.dotted("Tuple2")});
  CHECK(f.builder.identifier({{}, name, f.dotted("Tuple2")}) == id);
  CHECK(f.builder.package().to_string(id) == "DA.Types:Tuple2");
  const PackageRef other = f.builder.mention("0123abcd").value();
  CHECK(f.builder.mention("0123abcd").value() == other);
  CHECK_FALSE(other.is_self());
  const IdentifierId foreign = f.builder.identifier({other, name, f.dotted("Tuple2")});
  CHECK(f.builder.package().to_string(foreign) == "0123abcd:DA.Types:Tuple2");
}

TEST_CASE("builder: what is no name is refused with the reason", "[daml][lf][builder]") {
  Fixture f;
  for (const std::string text : {"", "1a", "a b", "a.b", "\xc3\xa4", "a-b"})
    CHECK(f.builder.name(text).status().code() == Code::kInvalidArgument);
  CHECK(f.builder.name(std::string(1000, 'a')).ok());
  CHECK_FALSE(f.builder.name(std::string(1001, 'a')).ok());
  for (const std::string text : {"", ".", "A.", ".A", "A..B"})
    CHECK_FALSE(f.builder.dotted_name(text).ok());
  CHECK(f.builder.dotted_name(std::string(499, 'a') + "." + std::string(500, 'b')).ok());
  CHECK(f.builder.dotted_name(std::string(500, 'a') + "." + std::string(500, 'b'))
            .status()
            .message() == "dotted name: expected 1 to 1000 characters, found more");
  CHECK_FALSE(f.builder.dotted_name(std::span<const Name>()).ok());
  CHECK_FALSE(f.builder.mention("package:id").ok());
}

TEST_CASE("builder: a table that repeats an entry is refused", "[daml][lf][builder]") {
  PackageBuilder builder(LanguageVersion::k1_15);
  REQUIRE(builder.add_string("A").ok());
  REQUIRE(builder.add_string("").ok());
  CHECK(builder.add_string("A").message() ==
        "table of strings: expected an entry of its own, found \"A\", which entry 0 is already");
  const std::vector<Name> segments{Name{0}};
  REQUIRE(builder.add_dotted_name(segments).ok());
  CHECK(builder.add_dotted_name(segments).message() ==
        "table of dotted names: expected an entry of its own, found \"A\", which entry 0 is "
        "already");
}

TEST_CASE("builder: at 1.6 the table of strings ends where interning begins",
          "[daml][lf][builder]") {
  PackageBuilder builder(LanguageVersion::k1_6);
  REQUIRE(builder.add_string("0123").ok());
  CHECK(builder.intern("0123").index == 0);
  REQUIRE(builder.add_string("4567").ok());
  builder.intern("x");
  CHECK(builder.add_string("89ab").code() == Code::kFailedPrecondition);
  const Package package = builder.finish({}).value();
  CHECK(package.wire_form().strings == 2);
  CHECK(package.wire_form().dotted_names == 0);
  CHECK(package.strings().size() == 3);
}

TEST_CASE("package: definitions are found by text and by entry", "[daml][lf][package]") {
  Fixture f;
  Module first = f.module("A.B");
  first.data_types = f.builder.list(std::vector<DataType>{f.record("T"), f.record("U.V")});
  first.templates = f.builder.list(std::vector<Template>{f.contract("T")});
  Module second = f.module("C");
  second.values = f.builder.list(std::vector<Value>{f.value("f")});
  f.builder.set_id("aa");
  Package built = f.builder.finish({first, second}).value();
  const Package package = std::move(built); // nothing that is found may move with it
  const Definition* found = package.find("A.B", "T");
  REQUIRE(found != nullptr);
  CHECK(found->data_type == &package.modules()[0].data_types[0]);
  CHECK(found->contract == &package.modules()[0].templates[0]);
  CHECK(found->value == nullptr);
  CHECK(package.find("A.B", "U.V")->data_type == &package.modules()[0].data_types[1]);
  CHECK(package.find("C", "f")->value == &package.modules()[1].values[0]);
  CHECK(package.find("C", "T") == nullptr);
  CHECK(package.find("D", "T") == nullptr);
  CHECK(package.find("A", "B.T") == nullptr);
  CHECK(package.find_module("C") == &package.modules()[1]);
  CHECK(package.find_module("T") == nullptr);
  CHECK(package.package_id({}) == "aa");
}

TEST_CASE("package: dependencies are the mentioned packages, once each and in order",
          "[daml][lf][package]") {
  PackageBuilder builder(LanguageVersion::k1_6);
  REQUIRE(builder.add_string("bb").ok());
  builder.mention(PackageMention{builder.intern("bb"), false});
  builder.mention(PackageMention{builder.intern("bb"), true});
  builder.mention(PackageMention{builder.intern("aa"), true});
  const Package package = builder.finish({}).value();
  REQUIRE(package.dependencies().size() == 2);
  CHECK(package.dependencies()[0] == "aa");
  CHECK(package.dependencies()[1] == "bb");
}

void check_collision(Fixture& f, const std::vector<Module>& modules, const std::string& what) {
  const Status status = f.builder.finish(modules).status();
  CHECK(status.code() == Code::kInvalidArgument);
  CHECK(status.message() == what + ": expected one definition, found two");
}

TEST_CASE("package: two modules of one name are refused", "[daml][lf][package]") {
  Fixture f;
  check_collision(f, {f.module("A"), f.module("A")}, "module A");
}

TEST_CASE("package: a value and a data type of one name are refused", "[daml][lf][package]") {
  Fixture f;
  Module module = f.module("A");
  module.data_types = f.builder.list(std::vector<DataType>{f.record("T")});
  module.values = f.builder.list(std::vector<Value>{f.value("T")});
  check_collision(f, {module}, "module A: T");
}

TEST_CASE("package: a template and an exception of one name are refused", "[daml][lf][package]") {
  Fixture f;
  Module module = f.module("A");
  module.templates = f.builder.list(std::vector<Template>{f.contract("T")});
  Exception exception;
  exception.name = f.dotted("T");
  exception.message = f.unit();
  module.exceptions = f.builder.list(std::vector<Exception>{exception});
  check_collision(f, {module}, "module A: T");
}

TEST_CASE("package: two choices of one name are refused", "[daml][lf][package]") {
  Fixture f;
  Module module = f.module("A");
  Template contract = f.contract("T");
  contract.choices =
      f.builder.list(std::vector<Choice>{f.choice("C"), f.choice("D"), f.choice("C")});
  module.templates = f.builder.list(std::vector<Template>{contract});
  check_collision(f, {module}, "module A: T: choice C");
}

TEST_CASE("package: two instances of one interface are refused", "[daml][lf][package]") {
  Fixture f;
  Module module = f.module("A");
  Template contract = f.contract("T");
  InterfaceInstance instance;
  instance.other = f.builder.identifier({{}, f.dotted("A"), f.dotted("I")});
  instance.view = f.unit();
  contract.implements = f.builder.list(std::vector<InterfaceInstance>{instance, instance});
  module.templates = f.builder.list(std::vector<Template>{contract});
  check_collision(f, {module}, "module A: T: interface instance A:I");
}

TEST_CASE("package: an interface says each method and each requirement once",
          "[daml][lf][package]") {
  Fixture f;
  Module module = f.module("A");
  Interface interface;
  interface.name = f.dotted("I");
  interface.view = f.unit_type();
  SECTION("methods") {
    const Method method{f.name("m"), f.unit_type(), {}};
    interface.methods = f.builder.list(std::vector<Method>{method, method});
    module.interfaces = f.builder.list(std::vector<Interface>{interface});
    check_collision(f, {module}, "module A: I: method m");
  }
  SECTION("requirements") {
    const IdentifierId other = f.builder.identifier({{}, f.dotted("A"), f.dotted("J")});
    interface.requirements = f.builder.list(std::vector<IdentifierId>{other, other});
    module.interfaces = f.builder.list(std::vector<Interface>{interface});
    check_collision(f, {module}, "module A: I: requirement A:J");
  }
}

TEST_CASE("package: a tree of any depth goes without recursion", "[daml][lf][package]") {
  Fixture f;
  const Expr* deep = f.unit();
  constexpr int kDepth = 1'000'000;
  for (int i = 0; i < kDepth; ++i)
    deep = f.builder.make<Typed>(ExprForm::kSome, f.unit_type(), deep);
  Value value = f.value("deep");
  value.body = deep;
  Module module = f.module("A");
  module.values = f.builder.list(std::vector<Value>{value});
  {
    const Package package = f.builder.finish({module}).value();
    CHECK(package.find("A", "deep")->value->body == deep);
  }
}

TEST_CASE("forms: each has a name for messages", "[daml][lf][package]") {
  for (int form = 0; form <= static_cast<int>(ExprForm::kScenario); ++form)
    CHECK_FALSE(form_name(static_cast<ExprForm>(form)).empty());
  CHECK(form_name(ExprForm::kScenario) == "scenario");
  CHECK(form_name(UpdateForm::kTryCatch) == "try");
  CHECK(form_name(ScenarioForm::kEmbed) == "embedded scenario");
}

} // namespace
} // namespace tenon::daml::lf
