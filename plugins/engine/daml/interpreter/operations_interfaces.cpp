#include "interpreter/machine.hpp"
#include "interpreter/operations.hpp"

namespace tenon::daml::interpreter::operations {

namespace {

const TemplateCode* contract_at(const Cell* cell) {
  return static_cast<const TemplateCode*>(cell->pointers.first);
}
const InterfaceCode* interface_at(const Cell* cell) {
  return static_cast<const InterfaceCode*>(cell->pointers.first);
}

std::optional<ContractId> id_of(const Word& word) {
  if (word.kind != Kind::kContractId)
    return std::nullopt;
  auto id = ContractId::from_bytes(word.text());
  return id.ok() ? std::optional(std::move(*id)) : std::nullopt;
}

const Cell* fail_template(Machine& machine, ErrorKind kind, const Word& id,
                          const Identifier& expected, const Identifier& found) {
  Error error;
  error.kind = kind;
  error.contract_id = id_of(id);
  error.expected = expected;
  error.found = found;
  error.message = "contract " + (error.contract_id ? error.contract_id->to_text() : "") +
                  ": expected " +
                  (kind == ErrorKind::kWrongTemplate ? "one of template " : "an instance of ") +
                  expected.to_text() + ", found one of template " + found.to_text();
  return machine.fail(std::move(error));
}

// Calls the definition with the contract's argument.
const Cell* call_part(Machine& machine, const Cell* at, const Function& function,
                      const Word& record, const Cell* next) {
  machine.reg(at->operation.b) = record;
  return machine.call(function, at->operation.b, at->operation.target, next);
}

} // namespace

const Cell* to_interface(Machine& machine, const Cell* at) {
  const Word record = machine.reg(at->operation.a);
  if (record.kind != Kind::kRecord)
    return machine.fail_ill_formed("a contract's argument", record);
  machine.reg(at->operation.target) = machine.heap().contract(contract_at(at + 1), record);
  return at + 2;
}

const Cell* from_interface(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.a);
  if (value.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", value);
  const bool same = value.contract->contract == contract_at(at + 1);
  machine.reg(at->operation.target) =
      same ? machine.heap().some(value.contract->record) : none_word();
  return at + 2;
}

const Cell* unsafe_from_interface(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.b);
  if (value.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", value);
  const TemplateCode& wanted = *contract_at(at + 1);
  if (value.contract->contract != &wanted) {
    return fail_template(machine, ErrorKind::kWrongTemplate, machine.reg(at->operation.a),
                         wanted.id(), value.contract->contract->id());
  }
  machine.reg(at->operation.target) = value.contract->record;
  return at + 2;
}

const Cell* from_required(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.a);
  if (value.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", value);
  const bool instance = find_instance(*interface_at(at + 1), *value.contract->contract) != nullptr;
  machine.reg(at->operation.target) = instance ? machine.heap().some(value) : none_word();
  return at + 2;
}

const Cell* unsafe_from_required(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.b);
  if (value.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", value);
  const InterfaceCode& wanted = *interface_at(at + 1);
  if (find_instance(wanted, *value.contract->contract) == nullptr) {
    return fail_template(machine, ErrorKind::kWrongInterface, machine.reg(at->operation.a),
                         wanted.id(), value.contract->contract->id());
  }
  machine.reg(at->operation.target) = value;
  return at + 2;
}

namespace {

// The instance of the contract in a; nullptr after a failure.
const InstanceCode* instance_of(Machine& machine, const InterfaceCode& interface,
                                const Word& value) {
  if (value.kind != Kind::kContract) {
    machine.fail_ill_formed("a contract", value);
    return nullptr;
  }
  const InstanceCode* const instance = find_instance(interface, *value.contract->contract);
  if (instance == nullptr) {
    machine.fail(ErrorKind::kIllFormedProgram, "expected an instance of " +
                                                   interface.id().to_text() + ", found " +
                                                   value.contract->contract->id().to_text());
  }
  return instance;
}

} // namespace

const Cell* call_method(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.a);
  const InstanceCode* const instance = instance_of(machine, *interface_at(at + 1), value);
  if (instance == nullptr)
    return nullptr;
  const auto method = instance->methods.find(static_cast<std::uint32_t>(at[2].numbers.first));
  if (method == instance->methods.end())
    return machine.fail(ErrorKind::kIllFormedProgram, "expected a method of an instance");
  return call_part(machine, at, method->second->value, value.contract->record, at + 3);
}

const Cell* call_view(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.a);
  const InstanceCode* const instance = instance_of(machine, *interface_at(at + 1), value);
  if (instance == nullptr)
    return nullptr;
  return call_part(machine, at, instance->view.value, value.contract->record, at + 2);
}

const Cell* call_signatories(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.a);
  if (value.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", value);
  return call_part(machine, at, value.contract->contract->signatories.value,
                   value.contract->record, at + 1);
}

const Cell* call_observers(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.a);
  if (value.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", value);
  return call_part(machine, at, value.contract->contract->observers.value, value.contract->record,
                   at + 1);
}

const Cell* interface_type_rep(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.a);
  if (value.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", value);
  machine.reg(at->operation.target) = type_word(value.contract->contract->type);
  return at + 1;
}

const Cell* create_from_interface(Machine& machine, const Cell* at) {
  const Word value = machine.reg(at->operation.a);
  if (value.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", value);
  return call_part(machine, at, value.contract->contract->create.run, value.contract->record,
                   at + 1);
}

} // namespace tenon::daml::interpreter::operations
