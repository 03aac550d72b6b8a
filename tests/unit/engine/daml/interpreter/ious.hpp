// Contracts for the tests of updates: debts with a key, and a helper whose choices run updates.
#pragma once

#include "ledger.hpp"

namespace tenon::daml::interpreter::test {

// A template "Iou" with everything, and "Helper", whose choices run updates on behalf of a party.
class Ious : public Program {
public:
  explicit Ious(lf::LanguageVersion version = lf::LanguageVersion::k1_15) : Program(version) {
    define_record("Iou", {{"issuer", party()}, {"owner", party()}, {"amount", int64()}});
    define_record("Key", {{"issuer", party()}, {"amount", int64()}});
    define_record("Helper", {{"party", party()}});
    define_record("Boom", {{"code", int64()}});
    if (version >= lf::LanguageVersion::k1_14)
      define_exception("Boom", lambda({{"e", named("Boom")}}, string("boom")));
    TemplateParts iou;
    iou.name = "Iou";
    iou.precondition = call(lf::Builtin::kGreater, {my("Iou", "amount"), number(0)}, {int64()});
    iou.signatories = parties({my("Iou", "issuer")});
    iou.observers = parties({my("Iou", "owner")});
    iou.agreement = call(lf::Builtin::kAppendText, {string("owes "),
                                          call(lf::Builtin::kInt64ToText, {my("Iou", "amount")})});
    iou.key_type = named("Key");
    iou.key = record("Key", {{"issuer", my("Iou", "issuer")}, {"amount", my("Iou", "amount")}});
    iou.maintainers = lambda({{"k", named("Key")}},
                             parties({field("Key", "issuer", variable("k"))}));
    ChoiceParts transfer;
    transfer.name = "Transfer";
    transfer.argument = party();
    transfer.result = contract_id(named("Iou"));
    transfer.controllers = parties({my("Iou", "owner")});
    transfer.observers = parties({variable("arg")});
    transfer.update = create("Iou", with_field("Iou", "owner", variable("this"), variable("arg")));
    ChoiceParts peek;
    peek.name = "Peek";
    peek.consuming = false;
    peek.result = int64();
    peek.controllers = parties({my("Iou", "owner")});
    peek.update = pure(int64(), my("Iou", "amount"));
    ChoiceParts archive;
    archive.name = "Archive";
    archive.controllers = parties({my("Iou", "issuer")});
    ChoiceParts explode;
    explode.name = "Explode";
    explode.argument = int64();
    explode.controllers = parties({my("Iou", "issuer")});
    const T nothing = update(unit());
    explode.update =
        embed(unit(), version >= lf::LanguageVersion::k1_14
                          ? boom(nothing, variable("arg"))
                          : call(lf::Builtin::kError, {string("boom")}, {nothing}));
    iou.choices = {transfer, peek, archive, explode};
    define_template(iou);
  }

  E my(std::string_view type, std::string_view name) {
    return field(type, name, variable("this"));
  }
  E parties(std::vector<E> items) { return list_of(party(), std::move(items)); }
  E boom(T result, E code) {
    return raise(result, named("Boom"), record("Boom", {{"code", code}}));
  }
  E iou(E issuer, E owner, E amount) {
    return record("Iou", {{"issuer", issuer}, {"owner", owner}, {"amount", amount}});
  }
  E iou_key(E issuer, E amount) {
    return record("Key", {{"issuer", issuer}, {"amount", amount}});
  }
  E me() { return my("Helper", "party"); }

  // A choice of the helper, by its party.
  void add_choice(std::string_view name, T argument, T result, E update) {
    ChoiceParts parts;
    parts.name = name;
    parts.consuming = false;
    parts.argument = argument;
    parts.result = result;
    parts.controllers = parties({me()});
    parts.update = update;
    choices_.push_back(parts);
  }
  void finish_helper() {
    TemplateParts helper;
    helper.name = "Helper";
    helper.signatories = parties({me()});
    helper.choices = choices_;
    define_template(helper);
  }

private:
  std::vector<ChoiceParts> choices_;
};

[[nodiscard]] inline Value iou(std::string_view issuer, std::string_view owner,
                               std::int64_t amount) {
  return record({party(issuer), party(owner), Value::int64(amount)});
}
[[nodiscard]] inline Value helper(std::string_view name) {
  return record({party(name)});
}
[[nodiscard]] inline Value key(std::string_view issuer, std::int64_t amount) {
  return record({party(issuer), Value::int64(amount)});
}

} // namespace tenon::daml::interpreter::test
