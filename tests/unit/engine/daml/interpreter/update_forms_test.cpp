// Every form of update, once where it succeeds and once where it fails; the table is counted
// against the forms that there are.
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "ious.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using U = lf::UpdateForm;

struct FormCase {
  U form;
  std::string succeeds; // choice of the helper
  std::string fails;
  ErrorKind kind; // with which it fails
};

// The choices of Helper run one update each; the argument is an Iou's id.
class Forms : public Ious {
public:
  Forms() {
    cid_ = contract_id(named("Iou"));
    define_record("View", {});
    InterfaceParts asset;
    asset.name = "Asset";
    asset.view = named("View");
    ChoiceParts touch;
    touch.name = "Touch";
    touch.consuming = false;
    touch.controllers = query(lf::ExprForm::kSignatoryInterface, "Asset", variable("this"));
    asset.choices = {touch};
    define_interface(asset);
    define_record("Share", {{"owner", party()}});
    TemplateParts share;
    share.name = "Share";
    share.signatories = parties({my("Share", "owner")});
    InstanceParts instance;
    instance.interface = "Asset";
    instance.view = record("View", {});
    share.instances = {instance};
    ChoiceParts archive;
    archive.name = "Archive";
    archive.controllers = parties({my("Share", "owner")});
    share.choices = {archive};
    define_template(share);
  }

  // Adds the choice and returns its name.
  std::string run(U form, bool well, E update) {
    const std::string name =
        std::string(well ? "Good" : "Bad") + std::to_string(static_cast<int>(form));
    names_.push_back(std::make_unique<std::string>(name));
    add_choice(*names_.back(), cid_, unit(), discard(update));
    return name;
  }
  void add(U form, E good, E bad, ErrorKind kind) {
    FormCase row{form, run(form, true, good), run(form, false, bad), kind};
    rows.push_back(std::move(row));
  }

  E discard(E update) {
    return block({{"ignored", unit(), update}}, pure(unit(), unit_value()));
  }
  E arg() { return variable("arg"); }
  E share() { return record("Share", {{"owner", me()}}); }
  E eve() {
    return match(call(lf::Builtin::kTextToParty, {string("Eve")}),
                 {when_some("eve", variable("eve")), when_none(me())});
  }
  E fail(T result) { return call(lf::Builtin::kError, {string("no")}, {result}); }
  // Creates a share and goes on with its id.
  E with_share(E next) { return block({{"share", cid_, create("Share", share())}}, next); }
  E key(std::int64_t amount) { return iou_key(me(), number(amount)); }

  std::vector<FormCase> rows;

private:
  T cid_ = nullptr;
  std::vector<std::unique_ptr<std::string>> names_;
};

void add_plain_forms(Forms& p) {
  const T u = p.unit();
  p.add(U::kPure, p.pure(u, p.unit_value()), p.pure(u, p.fail(u)), ErrorKind::kUserError);
  p.add(U::kEmbed, p.embed(u, p.pure(u, p.unit_value())), p.embed(u, p.fail(p.update(u))),
        ErrorKind::kUserError);
  p.add(U::kBlock, p.block({}, p.pure(u, p.unit_value())),
        p.block({{"x", u, p.pure(u, p.unit_value())}}, p.pure(u, p.fail(u))),
        ErrorKind::kUserError);
  // Reading the time cannot fail by itself; what is made of it can.
  p.add(U::kGetTime, p.get_time(),
        p.block({{"t", p.timestamp(), p.get_time()}},
                p.pure(u, p.if_then(p.call(lf::Builtin::kLess, {p.variable("t"), p.moment(0)},
                                          {p.timestamp()}),
                                   p.unit_value(), p.fail(u)))),
        ErrorKind::kUserError);
  p.add(U::kTryCatch,
        p.try_catch(u, p.boom(p.update(u), p.number(1)), "e",
                    p.some(p.update(u), p.pure(u, p.unit_value()))),
        p.try_catch(u, p.boom(p.update(u), p.number(1)), "e", p.none(p.update(u))),
        ErrorKind::kUnhandledException);
}

void add_contract_forms(Forms& p) {
  p.add(U::kCreate, p.create("Iou", p.iou(p.me(), p.me(), p.number(1))),
        p.create("Iou", p.iou(p.me(), p.me(), p.number(0))), ErrorKind::kPreconditionFailed);
  p.add(U::kExercise, p.exercise("Iou", "Peek", p.arg(), p.unit_value()),
        p.exercise("Share", "Archive", p.arg(), p.unit_value()), ErrorKind::kWrongTemplate);
  p.add(U::kSoftExercise, p.soft(U::kSoftExercise, "Iou", p.arg(), p.unit_value(), "Peek"),
        p.soft(U::kSoftExercise, "Share", p.arg(), p.unit_value(), "Archive"),
        ErrorKind::kWrongTemplate);
  p.add(U::kFetch, p.fetch("Iou", p.arg()), p.fetch("Share", p.arg()), ErrorKind::kWrongTemplate);
  p.add(U::kSoftFetch, p.soft(U::kSoftFetch, "Iou", p.arg()),
        p.soft(U::kSoftFetch, "Share", p.arg()), ErrorKind::kWrongTemplate);
}

void add_key_forms(Forms& p) {
  p.add(U::kExerciseByKey, p.exercise_by_key("Iou", "Peek", p.key(10), p.unit_value()),
        p.exercise_by_key("Iou", "Peek", p.key(11), p.unit_value()),
        ErrorKind::kContractKeyNotFound);
  p.add(U::kFetchByKey, p.fetch_by_key("Iou", p.key(10)), p.fetch_by_key("Iou", p.key(11)),
        ErrorKind::kContractKeyNotFound);
  // That there is none is an answer; only another's key may not be asked for.
  p.add(U::kLookupByKey, p.lookup_by_key("Iou", p.key(11)),
        p.lookup_by_key("Iou", p.iou_key(p.eve(), p.number(10))), ErrorKind::kLedger);
}

void add_interface_forms(Forms& p) {
  const auto to_asset = [&](E value) {
    return p.convert(lf::ExprForm::kToInterface, "Asset", "Share", value);
  };
  p.add(U::kCreateInterface, p.create_interface("Asset", to_asset(p.share())),
        p.create_interface("Asset", p.fail(p.named("Asset"))), ErrorKind::kUserError);
  p.add(U::kExerciseInterface,
        p.with_share(p.exercise_interface("Asset", "Touch", p.variable("share"), p.unit_value())),
        p.exercise_interface("Asset", "Touch", p.arg(), p.unit_value()),
        ErrorKind::kWrongInterface);
  p.add(U::kFetchInterface, p.with_share(p.fetch_interface("Asset", p.variable("share"))),
        p.fetch_interface("Asset", p.arg()), ErrorKind::kWrongInterface);
}

TEST_CASE("updates: every form succeeds where it should and fails where it should",
          "[daml][interpreter][updates]") {
  Forms p;
  add_plain_forms(p);
  add_contract_forms(p);
  add_key_forms(p);
  add_interface_forms(p);
  p.finish_helper();
  const std::vector<FormCase> rows = p.rows;
  TestLedger ledger(p);
  ledger.set_time(1);
  REQUIRE(ledger.submit("Bank", {create("Iou", iou("Bank", "Bank", 10))}));
  const Value id = Value::contract_id(ledger.created()[0]);
  const auto submit = [&](const std::string& choice) {
    return ledger.submit("Bank", {create_and_exercise("Helper", helper("Bank"), choice, id)});
  };
  std::map<U, int> seen;
  for (const FormCase& row : rows) {
    INFO(lf::form_name(row.form));
    ++seen[row.form];
    const bool succeeded = submit(row.succeeds);
    INFO((succeeded ? "" : ledger.error().message));
    CHECK(succeeded);
    REQUIRE(!submit(row.fails));
    CHECK(ledger.error().kind == row.kind);
  }
  int forms = 0;
  for (std::uint8_t form = 0; form <= static_cast<std::uint8_t>(U::kTryCatch); ++form, ++forms) {
    INFO(lf::form_name(static_cast<U>(form)));
    CHECK(seen[static_cast<U>(form)] == 1);
  }
  std::cout << "updates: " << seen.size() << " of " << forms << " forms, each with two cases\n";
}

} // namespace
} // namespace tenon::daml::interpreter::test
