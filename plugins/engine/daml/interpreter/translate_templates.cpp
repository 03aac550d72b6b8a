// What a template or interface makes of its parts: how a contract is created, found, fetched,
// exercised. The order in which the parts are evaluated is that of the reference.
#include "interpreter/operations.hpp"
#include "interpreter/translator.hpp"

namespace tenon::daml::interpreter {

namespace op = operations;

Status Translator::emit_part() {
  switch (definition_.part) {
  case Part::kSignatories:
    return emit_with_parameter(definition_.contract->source->parameter,
                               *definition_.contract->source->signatories);
  case Part::kObservers:
    return emit_with_parameter(definition_.contract->source->parameter,
                               *definition_.contract->source->observers);
  case Part::kMethod:
  case Part::kView:
    return emit_with_parameter(definition_.parameter, *definition_.expression);
  case Part::kCreate:
    return emit_create();
  case Part::kFacts:
    return emit_facts();
  case Part::kFetch:
    return emit_fetch();
  case Part::kFetchByKey:
  case Part::kLookupByKey:
  case Part::kExerciseByKey:
    return emit_by_key();
  case Part::kExercise:
    return emit_exercise();
  case Part::kExerciseInterface:
    return emit_exercise_interface();
  case Part::kFetchInterface:
    return emit_fetch_interface();
  case Part::kValue:
  case Part::kExceptionMessage:
    break;
  }
  return invalid_argument("expected a part of a template, found another one");
}

Status Translator::emit_with_parameter(lf::Name parameter, const lf::Expr& expression) {
  const std::size_t bound = undo_.size();
  bind(parameter, hold(0));
  Status status = emit(expression, {});
  unbind(bound);
  return status;
}

// Agreement, signatories, observers: to the registers after that of the argument.
Status Translator::emit_facts_from(Register base, const lf::Template& source,
                                   const Variable& argument) {
  const std::size_t bound = undo_.size();
  bind(source.parameter, argument);
  settle({base, false}, use(argument));
  const lf::Expr* const parts[] = {source.agreement, source.signatories, source.observers};
  Register next = base;
  for (const lf::Expr* part : parts)
    TENON_RETURN_IF_ERROR(emit(*part, {++next, false}));
  unbind(bound);
  return {};
}

// The key and its maintainers: to `key` and the register after it.
Status Translator::emit_key(const lf::Template& source, Register key) {
  TENON_RETURN_IF_ERROR(emit(*source.key->key, {key, false}));
  return emit_applied(*source.key->maintainers, hold(key), {static_cast<Register>(key + 1), false});
}

namespace {

constexpr std::uint32_t kFacts = 6; // argument, agreement, signatories, observers, key, maintainers
constexpr Register kKeyOffset = 4;

} // namespace

Status Translator::emit_create() {
  const TemplateCode& code = *definition_.contract;
  const lf::Template& source = *code.source;
  const Variable argument = hold(0);
  const std::size_t bound = undo_.size();
  bind(source.parameter, argument);
  if (source.precondition != nullptr) {
    TENON_ASSIGN_OR_RETURN(const Register holds, operand(*source.precondition));
    scope_->add(op::check_precondition, {}, reg(holds), reg(0));
    scope_->add_pointers(&code);
  }
  const Register base = scope_->allocate(kFacts);
  TENON_RETURN_IF_ERROR(emit_facts_from(base, source, argument));
  if (source.key != nullptr)
    TENON_RETURN_IF_ERROR(emit_key(source, static_cast<Register>(base + kKeyOffset)));
  unbind(bound);
  const Register created = scope_->allocate();
  scope_->add(op::create, reg(created), reg(base));
  scope_->add_pointers(&code);
  settle({}, created);
  return {};
}

// Of a contract that the ledger knows. A key by which it was found is not evaluated again.
Status Translator::emit_facts() {
  const TemplateCode& code = *definition_.contract;
  const lf::Template& source = *code.source;
  const Variable argument = hold(1);
  const Register base = scope_->allocate(kFacts);
  // Where packages are upgraded, another version of the template may throw where its own did not.
  const bool caught = !has_package_names(code.version);
  if (!caught)
    scope_->add(op::begin_no_catch);
  TENON_RETURN_IF_ERROR(emit_facts_from(base, source, argument));
  if (source.key != nullptr) {
    const auto key = static_cast<Register>(base + kKeyOffset);
    const Register known = scope_->allocate();
    const std::size_t test = scope_->add(op::case_optional, reg(known), reg(2));
    scope_->add_numbers(0);
    scope_->add(op::get_field, reg(key), reg(known), number(0));
    scope_->add(op::get_field, reg(static_cast<Register>(key + 1)), reg(known), number(1));
    std::vector<std::size_t> exits;
    emit_exit({key, false}, exits);
    scope_->land(test + 1, test);
    const std::size_t bound = undo_.size();
    bind(source.parameter, argument);
    TENON_RETURN_IF_ERROR(emit_key(source, key));
    unbind(bound);
    land_exits(exits);
  }
  if (!caught)
    scope_->add(op::end_no_catch);
  scope_->add(op::keep_contract, {}, reg(base), reg(0));
  scope_->add_pointers(&code);
  emit_word(unit_word(), {});
  return {};
}

Status Translator::emit_fetch() {
  const TemplateCode& code = *definition_.contract;
  const Register argument = scope_->allocate();
  scope_->add(op::fetch_contract, reg(argument), reg(0), {}, reg(scope_->free_register()));
  scope_->add_pointers(&code);
  scope_->add(op::add_fetch, {}, reg(0));
  scope_->add_pointers(&code);
  settle({}, argument);
  return {};
}

// Key and maintainers stand side by side; what is found by them is loaded, so that it is known who
// may see it.
Status Translator::emit_by_key() {
  const TemplateCode& code = *definition_.contract;
  const lf::Template& source = *code.source;
  if (source.key == nullptr)
    return not_found("template " + code.id().to_text() + ": expected a key, found none");
  const Register key = scope_->allocate(2);
  settle({key, false}, 0);
  TENON_RETURN_IF_ERROR(emit_applied(*source.key->maintainers, hold(key),
                                     {static_cast<Register>(key + 1), false}));
  const bool required = definition_.part != Part::kLookupByKey;
  const Register found = scope_->allocate();
  scope_->add(op::resolve_key, reg(found), reg(key), number(required ? 1 : 0));
  scope_->add_pointers(&code);
  scope_->add(op::load_key_contract, {}, reg(key), reg(found), reg(scope_->free_register()));
  scope_->add_pointers(&code);
  if (!required) {
    scope_->add(op::add_lookup, {}, reg(key), reg(found));
    scope_->add_pointers(&code);
    settle({}, found);
    return {};
  }
  constexpr std::uint32_t kExerciseFacts = 5;
  const Register base = scope_->allocate(kExerciseFacts); // contract id first
  const Register argument = scope_->allocate();
  scope_->add(op::unwrap, reg(base), reg(found));
  scope_->add(op::fetch_contract, reg(argument), reg(base), reg(key),
              reg(scope_->free_register()));
  scope_->add_pointers(&code);
  if (definition_.part == Part::kExerciseByKey) {
    settle({static_cast<Register>(base + 1), false}, 1);
    return emit_exercise_body(base, *definition_.choice, hold(argument), true);
  }
  scope_->add(op::add_fetch, {}, reg(base), number(1));
  scope_->add_pointers(&code);
  const FieldName id_name = store_.types().field_name("contractId");
  const FieldName contract_name = store_.types().field_name("contract");
  const StructShape& shape = store_.types().shape({id_name, contract_name});
  std::vector<Register> fields(2);
  fields[shape.find(id_name)] = base;
  fields[shape.find(contract_name)] = argument;
  const Register result = scope_->allocate();
  scope_->add(op::make_struct, reg(result), number(fields.size()));
  scope_->add_pointers(&shape);
  scope_->add_registers(fields);
  settle({}, result);
  return {};
}

// That a contract has a view is part of its being an instance.
void Translator::emit_view_check(Register contract, const InterfaceCode& interface) {
  const Register view = scope_->allocate();
  scope_->add(op::begin_no_catch);
  scope_->add(op::call_view, reg(view), reg(contract), reg(scope_->free_register()));
  scope_->add_pointers(&interface);
  scope_->add(op::end_no_catch);
}

// Who acts and who sees is not for a program to catch.
Status Translator::emit_parties(const lf::Expr* parties, Register target) {
  if (parties == nullptr) {
    emit_word(list_word(nullptr), {target, false});
    return {};
  }
  scope_->add(op::begin_no_catch);
  TENON_RETURN_IF_ERROR(emit(*parties, {target, false}));
  scope_->add(op::end_no_catch);
  return {};
}

namespace {

constexpr Register kControllersOffset = 2;
constexpr Register kObserversOffset = 3;
constexpr Register kAuthorizersOffset = 4;

} // namespace

Status Translator::emit_exercise() {
  const Register base = scope_->allocate(kAuthorizersOffset + 1u);
  settle({base, false}, 0);
  settle({static_cast<Register>(base + 1), false}, 1);
  const Register argument = scope_->allocate();
  scope_->add(op::fetch_contract, reg(argument), reg(base), {}, reg(scope_->free_register()));
  scope_->add_pointers(definition_.contract);
  return emit_exercise_body(base, *definition_.choice, hold(argument), false);
}

Status Translator::emit_exercise_interface() {
  const Register base = scope_->allocate(kAuthorizersOffset + 1u);
  settle({base, false}, 0);
  settle({static_cast<Register>(base + 1), false}, 1);
  const Register contract = scope_->allocate();
  scope_->add(op::fetch_instance, reg(contract), reg(base), {}, reg(scope_->free_register()));
  scope_->add_pointers(definition_.interface);
  emit_view_check(contract, *definition_.interface);
  return emit_exercise_body(base, *definition_.choice, hold(contract), false);
}

Status Translator::emit_fetch_interface() {
  const Register contract = scope_->allocate();
  scope_->add(op::fetch_instance, reg(contract), reg(0), {}, reg(scope_->free_register()));
  scope_->add_pointers(definition_.interface);
  emit_view_check(contract, *definition_.interface);
  scope_->add(op::add_fetch_instance, {}, reg(0), reg(contract));
  scope_->add_pointers(definition_.interface);
  settle({}, contract);
  return {};
}

// From `base` on stand the contract id and the choice's argument; `contract` is what the template
// or interface sees of the contract.
Status Translator::emit_exercise_body(Register base, const lf::Choice& choice,
                                      const Variable& contract, bool by_key) {
  const TemplateCode* const code = definition_.contract;
  const InterfaceCode* const interface = definition_.interface;
  const auto& choices = code != nullptr ? code->choices : interface->choices;
  const ChoiceCode& exercised = *choices.at(source_.text(choice.name));
  const std::size_t bound = undo_.size();
  bind(code != nullptr ? code->source->parameter : interface->source->parameter, contract);
  bind(choice.argument.name, hold(static_cast<Register>(base + 1)));
  TENON_RETURN_IF_ERROR(
      emit_parties(choice.controllers, static_cast<Register>(base + kControllersOffset)));
  TENON_RETURN_IF_ERROR(
      emit_parties(choice.observers, static_cast<Register>(base + kObserversOffset)));
  TENON_RETURN_IF_ERROR(
      emit_parties(choice.authorizers, static_cast<Register>(base + kAuthorizersOffset)));
  scope_->add(op::begin_exercise, {}, reg(base),
              code != nullptr ? Operand() : reg(use(contract)));
  scope_->add_pointers(code, &exercised);
  scope_->add_pointers(interface);
  scope_->add_numbers(by_key ? op::kExerciseByKey : 0);
  Status status = emit_consequences(exercised, choice, base);
  unbind(bound);
  return status;
}

Status Translator::emit_consequences(const ChoiceCode& code, const lf::Choice& choice,
                                     Register contract_id) {
  const std::size_t bound = undo_.size();
  bind(choice.contract_id, hold(contract_id));
  const Register result = scope_->allocate();
  Status status = emit(*choice.update, {result, true});
  unbind(bound);
  TENON_RETURN_IF_ERROR(status);
  scope_->add(op::end_exercise, {}, reg(result));
  scope_->add_pointers(&code);
  settle({}, result);
  return {};
}

} // namespace tenon::daml::interpreter
