// Exceptions in updates: who catches them, and what is undone.
#include <catch2/catch.hpp>

#include "ious.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;

// Choices that throw, and what they make of it.
class Throwing : public Ious {
public:
  Throwing() {
    add_catching();
    add_telling();
    finish_helper();
  }

private:
  T nothing() { return update(unit()); }
  E done() { return pure(unit(), unit_value()); }
  E handle(E handler) { return some(nothing(), handler); }
  Step created(std::string_view name, std::int64_t amount) {
    return {name, contract_id(named("Iou")), create("Iou", iou(me(), me(), number(amount)))};
  }
  E throwing() {
    return block({created("a", 1)}, embed(unit(), boom(nothing(), number(5))));
  }

  void add_catching() {
    const E handler = handle(block({created("b", 2)}, done()));
    add_choice("Caught", unit(), unit(),
               block({created("before", 100),
                      {"u", unit(), try_catch(unit(), throwing(), "e", handler)},
                      created("after", 101)},
                     done()));
    add_choice("Unhandled", unit(), unit(),
               try_catch(unit(), throwing(), "e", none(nothing())));
    add_choice("Outer", unit(), unit(),
               try_catch(unit(), try_catch(unit(), throwing(), "e", none(nothing())), "e2",
                         handle(done())));
    add_choice("Fine", unit(), unit(),
               try_catch(unit(), block({created("c", 8)}, done()), "e", none(nothing())));
    // Out of an exercise, whose contract is active again then.
    const E exploding = exercise("Iou", "Explode", variable("c"), number(3));
    add_choice("Through", unit(), int64(),
               block({created("c", 7)},
                     try_catch(int64(),
                               block({{"u", unit(), exploding}}, pure(int64(), number(0))), "e",
                               handle(exercise("Iou", "Peek", variable("c"), unit_value())))));
  }

  void add_telling() {
    // The handler is told which exception, and may look at it.
    const E code = pure(int64(), field("Boom", "code", variable("b")));
    add_choice("Code", unit(), int64(),
               try_catch(int64(), embed(int64(), boom(nothing(), number(42))), "e",
                         match(from_any_exception(named("Boom"), variable("e")),
                               {when_some("b", handle(code)), when_none(none(nothing()))})));
    const E divided = call(B::kDivInt64, {number(1), number(0)});
    add_choice("Arithmetic", unit(), text(),
               try_catch(text(), pure(text(), call(B::kInt64ToText, {divided})), "e",
                         handle(pure(text(), call(B::kAnyExceptionMessage, {variable("e")})))));
    const E error = call(B::kError, {string("fatal")}, {nothing()});
    add_choice("Error", unit(), unit(),
               try_catch(unit(), embed(unit(), error), "e", handle(done())));
  }
};

class Trying {
public:
  Trying() : ledger(program) {}
  bool run(std::string_view choice) {
    return ledger.submit("Bank", {create_and_exercise("Helper", helper("Bank"), choice)});
  }
  Throwing program;
  TestLedger ledger;
};

TEST_CASE("updates: exceptions undo what they left behind", "[daml][interpreter][updates]") {
  Trying t;
  REQUIRE(t.run("Caught"));
  CHECK(t.ledger.shape() == "create Helper, exercise Helper.Caught (create Iou, rollback "
                            "(create Iou), create Iou, create Iou)");
  REQUIRE(t.run("Outer"));
  CHECK(t.ledger.shape() == "create Helper, exercise Helper.Outer (rollback (create Iou))");
  REQUIRE(t.run("Through"));
  CHECK(t.ledger.result() == "7");
  CHECK(t.ledger.shape() == "create Helper, exercise Helper.Through (create Iou, rollback "
                            "(exercise Iou.Explode), exercise Iou.Peek)");
  REQUIRE(t.run("Fine"));
  CHECK(t.ledger.shape() == "create Helper, exercise Helper.Fine (create Iou)");
}

TEST_CASE("updates: an exception tells what it is", "[daml][interpreter][updates]") {
  Trying t;
  CHECK(!t.run("Unhandled"));
  CHECK(t.ledger.error().kind == ErrorKind::kUnhandledException);
  CHECK(t.ledger.error().id() == "DAML_INTERPRETATION_ERROR");
  CHECK(t.ledger.error().type_name == "Main:Boom");
  REQUIRE(t.ledger.error().exception);
  CHECK(t.ledger.error().exception->children()[0].as_int64() == 5);
  CHECK(!t.ledger.error().trace.empty());
  CHECK_THAT(t.ledger.error().to_status().message(),
             Catch::StartsWith("DAML_INTERPRETATION_ERROR: Interpretation error: Error: Unhandled "
                               "Daml exception: Main:Boom@main-package{ ") &&
                 Catch::Contains(" = 5 }. Details: Last location: [main-package:Main:") &&
                 Catch::EndsWith("], partial transaction: root node 1"));
  REQUIRE(t.run("Code"));
  CHECK(t.ledger.result() == "42");
  REQUIRE(t.run("Arithmetic"));
  CHECK(t.ledger.result() == "\"ArithmeticError while evaluating (DIV_INT64 1 0).\"");
  CHECK(!t.run("Error"));
  CHECK(t.ledger.error().kind == ErrorKind::kUserError);
  CHECK(t.ledger.error().message == "fatal");
  CHECK_THAT(t.ledger.error().to_status().message(),
             Catch::Contains("Interpretation error: Error: User abort: fatal"));
}

TEST_CASE("updates: who acts and who sees cannot be caught", "[daml][interpreter][updates]") {
  Ious p;
  const T uu = p.update(p.unit());
  const T parties = p.list(p.party());
  p.define_record("Odd", {{"party", p.party()}});
  Program::TemplateParts odd;
  odd.name = "Odd";
  odd.signatories = p.parties({p.my("Odd", "party")});
  Program::ChoiceParts controllers;
  controllers.name = "Controllers";
  controllers.consuming = false;
  controllers.controllers = p.boom(parties, p.number(1));
  Program::ChoiceParts observers;
  observers.name = "Observers";
  observers.consuming = false;
  observers.controllers = p.parties({p.my("Odd", "party")});
  observers.observers = p.boom(parties, p.number(2));
  odd.choices = {controllers, observers};
  p.define_template(odd);
  const auto trying = [&](std::string_view choice) {
    return p.block({{"c", p.contract_id(p.named("Odd")),
                     p.create("Odd", p.record("Odd", {{"party", p.me()}}))}},
                   p.try_catch(p.unit(), p.exercise("Odd", choice, p.variable("c"),
                                                    p.unit_value()),
                               "e", p.some(uu, p.pure(p.unit(), p.unit_value()))));
  };
  p.add_choice("One", p.unit(), p.unit(), trying("Controllers"));
  p.add_choice("Two", p.unit(), p.unit(), trying("Observers"));
  p.finish_helper();
  TestLedger ledger(p);
  for (const std::string_view choice : {"One", "Two"}) {
    CHECK(!ledger.submit("Bank", {create_and_exercise("Helper", helper("Bank"), choice)}));
    CHECK(ledger.error().kind == ErrorKind::kUnhandledException);
  }
}

TEST_CASE("updates: transactions of old packages cannot be undone",
          "[daml][interpreter][updates]") {
  Ious old(lf::LanguageVersion::k1_13);
  old.finish_helper();
  TestLedger ledger(old);
  // A newer package that calls the old one.
  Program p(lf::LanguageVersion::k1_15, "newer-package");
  const lf::PackageRef other = p.builder().mention(kPackageId).value();
  const auto main = p.builder().dotted_name("Main").value();
  const auto iou_id = p.builder().identifier({other, main, p.builder().dotted_name("Iou").value()});
  const T iou_type = p.builder().table_type(lf::constructor_type(iou_id)).value();
  p.define_record("Newer", {{"party", p.party()}, {"iou", p.contract_id(iou_type)}});
  p.define_record("Boom", {{"code", p.int64()}});
  p.define_exception("Boom", p.lambda({{"e", p.named("Boom")}}, p.string("boom")));
  Program::TemplateParts parts;
  parts.name = "Newer";
  parts.signatories = p.list_of(p.party(), {p.field("Newer", "party", p.variable("this"))});
  Program::ChoiceParts choice;
  choice.name = "Try";
  choice.controllers = p.list_of(p.party(), {p.field("Newer", "party", p.variable("this"))});
  auto* const exercised = p.builder().make<lf::Update>(lf::ExprForm::kUpdate);
  exercised->update = lf::UpdateForm::kExercise;
  exercised->target = iou_id;
  exercised->name = p.builder().name("Archive").value();
  exercised->first = p.field("Newer", "iou", p.variable("this"));
  exercised->second = p.unit_value();
  choice.update = p.try_catch(
      p.unit(),
      p.block({{"u", p.unit(), exercised}},
              p.embed(p.unit(), p.raise(p.update(p.unit()), p.named("Boom"),
                                        p.record("Boom", {{"code", p.number(1)}})))),
      "e", p.some(p.update(p.unit()), p.pure(p.unit(), p.unit_value())));
  parts.choices = {choice};
  p.define_template(parts);
  ledger.add(p);
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Alice", 10))}));
  CHECK(std::get<ledger::Create>(ledger.transaction().transaction.nodes[0]).version ==
        TransactionVersion::k13);
  Command command = create_and_exercise(
      "Newer", record({party("Bank"), Value::contract_id(ledger.created()[0])}), "Try");
  command.type = id_of("Newer", "newer-package");
  CHECK(!ledger.submit("Bank", {command}));
  CHECK(ledger.error().kind == ErrorKind::kUnhandledException);
}

} // namespace
} // namespace tenon::daml::interpreter::test
