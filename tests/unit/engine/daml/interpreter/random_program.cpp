#include "random_program.hpp"

#include <utility>

namespace tenon::daml::interpreter::test {

using B = lf::Builtin;

RandomProgram::RandomProgram(std::function<std::uint32_t()> next) : next_(std::move(next)) {
  define_record("R", {{"a", int64()}, {"b", named("R")}});
  define_variant("V", {{"X", int64()}, {"Y", named("V")}});
  define_enum("C", {"Red", "Green", "Blue"});
  define_record("Boom", {{"code", int64()}});
  define_exception("Boom", expression(3));
  InterfaceParts interface;
  interface.name = "I";
  interface.methods = {{"m", int64()}};
  define_interface(interface);
  define_record("T", {{"a", int64()}, {"b", party()}});
  TemplateParts contract;
  contract.name = "T";
  contract.precondition = chance(2) ? truth(true) : expression(2);
  contract.signatories = chance(2) ? parties() : expression(2);
  contract.key_type = int64();
  contract.key = expression(2);
  contract.maintainers = expression(2);
  ChoiceParts choice;
  choice.name = "Go";
  choice.consuming = chance(2);
  choice.argument = int64();
  choice.result = int64();
  choice.controllers = chance(2) ? parties() : expression(2);
  choice.update = expression(5);
  contract.choices = {choice};
  InstanceParts instance;
  instance.interface = "I";
  instance.methods = {{"m", expression(3)}};
  instance.view = expression(2);
  contract.instances = {instance};
  define_template(contract);
  for (const std::string_view name : {"f", "g", "h"})
    define(name, int64(), lambda({{"x", int64()}, {"y", int64()}}, expression(6)));
  for (const std::string_view name : {"c", "d"})
    define(name, int64(), expression(6));
  define("main", int64(), expression(8));
}

std::string_view RandomProgram::name() {
  static constexpr std::string_view kNames[] = {"x", "y", "z", "this", "arg", "self"};
  return kNames[pick(6)];
}

E RandomProgram::parties() {
  return match(call(B::kTextToParty, {string("Bank")}),
               {when_some("p", list_of(party(), {variable("p")})), when_none(nil(party()))});
}

E RandomProgram::leaf() {
  switch (pick(12)) {
  case 0:
  case 1:
  case 2:
    return number(static_cast<std::int64_t>(pick(7)) - 3);
  case 3:
    return string(pick(2) == 0 ? "" : "ab");
  case 4:
    return truth(pick(2) == 0);
  case 5:
    return enumeration("C", "Green");
  case 6:
    return nil(int64());
  case 7:
    return none(int64());
  case 8:
    return value(pick(2) == 0 ? "f" : "c");
  case 9:
    return function(lf::builtins()[pick(static_cast<std::uint32_t>(lf::builtins().size()))]
                        .builtin);
  case 10:
    return decimal("1.5", 1);
  default:
    return unit_value();
  }
}

E RandomProgram::bound(E body) {
  for (const std::string_view text : {"x", "y", "z", "this", "arg", "self"})
    body = let(text, int64(), leaf(), body);
  return body;
}

E RandomProgram::free_expression(int depth) {
  if (depth <= 0)
    return pick(3) == 0 ? variable(name()) : leaf();
  switch (pick(4)) {
  case 0:
    return data(depth - 1);
  case 1:
    return control(depth - 1);
  case 2:
    return applied(depth - 1);
  default:
    return update_or_interface(depth - 1);
  }
}

std::vector<E> RandomProgram::several(int depth, std::uint32_t most) {
  std::vector<E> items;
  for (std::uint32_t i = pick(most) + 1; i > 0; --i)
    items.push_back(free_expression(depth));
  return items;
}

E RandomProgram::data(int depth) {
  switch (pick(13)) {
  case 0:
    return record("R", {{"a", free_expression(depth)}, {"b", free_expression(depth)}});
  case 1:
    return field("R", pick(2) == 0 ? "a" : "b", free_expression(depth));
  case 2:
    return with_field("R", "b", free_expression(depth), free_expression(depth));
  case 3:
    return structure({{"q", free_expression(depth)}, {"p", free_expression(depth)}});
  case 4:
    return struct_field("p", free_expression(depth));
  case 5:
    return with_struct_field("q", free_expression(depth), free_expression(depth));
  case 6:
    return variant("V", pick(2) == 0 ? "X" : "Y", free_expression(depth));
  case 7:
    return cons(int64(), several(depth, 3), free_expression(depth));
  case 8:
    return some(int64(), free_expression(depth));
  case 9:
    return to_any(named("Boom"), free_expression(depth));
  case 10:
    return from_any(pick(2) == 0 ? int64() : named("Boom"), free_expression(depth));
  case 11:
    return raise(int64(), named("Boom"), free_expression(depth));
  default:
    return type_rep(list(int64()));
  }
}

E RandomProgram::control(int depth) {
  const E scrutinee = free_expression(depth);
  switch (pick(7)) {
  case 0:
    return if_then(scrutinee, free_expression(depth), free_expression(depth));
  case 1:
    return match(scrutinee, {when_nil(free_expression(depth)),
                             when_cons("x", "y", free_expression(depth))});
  case 2:
    return match(scrutinee,
                 {when_some("z", free_expression(depth)), otherwise(free_expression(depth))});
  case 3:
    return match(scrutinee, {when_variant("V", "Y", "x", free_expression(depth)),
                             otherwise(free_expression(depth))});
  case 4:
    return match(scrutinee, {when_enum("C", "Blue", free_expression(depth)),
                             when_enum("C", "Red", free_expression(depth))});
  case 5:
    return let(name(), int64(), scrutinee, free_expression(depth));
  default:
    return lambda({{"x", int64()}, {"z", int64()}}, free_expression(depth));
  }
}

E RandomProgram::applied(int depth) {
  static constexpr std::string_view kFunctions[] = {"f", "g", "h", "c", "d"};
  switch (pick(4)) {
  case 0:
    return apply(value(kFunctions[pick(5)]), several(depth, 4));
  case 1:
    return apply(free_expression(depth), several(depth, 3));
  default: {
    const auto& info = lf::builtins()[pick(static_cast<std::uint32_t>(lf::builtins().size()))];
    std::vector<T> types;
    for (std::uint32_t i = pick(4); i > 0; --i)
      types.push_back(pick(3) == 0 ? int64() : nat(static_cast<std::uint8_t>(pick(38))));
    return call(info.builtin, several(depth, 4), types);
  }
  }
}

E RandomProgram::update_or_interface(int depth) {
  switch (pick(14)) {
  case 0:
    return pure(int64(), free_expression(depth));
  case 1:
  case 2:
    return block({{"x", int64(), free_expression(depth)}, {"y", int64(), free_expression(depth)}},
                 free_expression(depth));
  case 3:
    return embed(int64(), free_expression(depth));
  case 4:
    return try_catch(int64(), free_expression(depth), "z", free_expression(depth));
  case 5:
    return create("T", free_expression(depth));
  case 6:
    return exercise("T", "Go", free_expression(depth), free_expression(depth));
  case 7:
    return fetch("T", free_expression(depth));
  case 8:
    return lookup_by_key("T", free_expression(depth));
  case 9:
    return fetch_by_key("T", free_expression(depth));
  case 10:
    return convert(lf::ExprForm::kToInterface, "I", "T", free_expression(depth));
  case 11:
    return method_of("I", "m", free_expression(depth));
  case 12:
    return fetch_interface("I", free_expression(depth));
  default:
    return query(lf::ExprForm::kViewInterface, "I", free_expression(depth));
  }
}

} // namespace tenon::daml::interpreter::test
