// Updates: each step goes through the port, which refuses it or makes it part of the transaction.
#include "interpreter/conversion.hpp"
#include "interpreter/machine.hpp"
#include "interpreter/operations.hpp"

namespace tenon::daml::interpreter::operations {

namespace {

const TemplateCode& contract_at(const Cell* cell) {
  return *static_cast<const TemplateCode*>(cell->pointers.first);
}
const InterfaceCode& interface_at(const Cell* cell) {
  return *static_cast<const InterfaceCode*>(cell->pointers.first);
}

const Cell* fail_without_ledger(Machine& machine) {
  return machine.fail(ErrorKind::kUnsupported, "there is no ledger here that updates could run on");
}

} // namespace

// --- Exceptions.

const Cell* begin_try(Machine& machine, const Cell* at) {
  if (machine.port() == nullptr)
    return fail_without_ledger(machine);
  if (Status status = machine.port()->begin_try(); !status.ok())
    return machine.fail_ledger(status);
  return machine.mark(StackRecord::Kind::kTry, at->operation.target, at + at[1].numbers.first,
                      at + 2);
}

const Cell* end_try(Machine& machine, const Cell* at) {
  machine.leave();
  machine.port()->end_try();
  return at + 1;
}

const Cell* rethrow(Machine& machine, const Cell* at) {
  return machine.throw_exception(machine.reg(at->operation.a));
}

const Cell* begin_no_catch(Machine& machine, const Cell* at) {
  return machine.mark(StackRecord::Kind::kNoCatch, 0, at, at + 1);
}

const Cell* end_no_catch(Machine& machine, const Cell* at) {
  machine.leave();
  return at + 1;
}

const Cell* get_time(Machine& machine, const Cell* at) {
  if (machine.port() == nullptr)
    return fail_without_ledger(machine);
  if (!machine.ledger_time())
    return machine.ask(Question(), at, machine.meter().left());
  machine.note_time_used();
  machine.reg(at->operation.target) =
      make_word(Kind::kTimestamp, machine.ledger_time()->micros());
  return at + 1;
}

// --- Creates.

const Cell* check_precondition(Machine& machine, const Cell* at) {
  const Word holds = machine.reg(at->operation.a);
  if (holds.kind != Kind::kBool)
    return machine.fail_ill_formed("a Bool", holds);
  if (holds.truth())
    return at + 2;
  Error error;
  error.kind = ErrorKind::kPreconditionFailed;
  error.found = contract_at(at + 1).id();
  error.message = "the precondition of template " + error.found->to_text() + " does not hold";
  return machine.fail(std::move(error));
}

const Cell* create(Machine& machine, const Cell* at) {
  if (machine.port() == nullptr)
    return fail_without_ledger(machine);
  const TemplateCode& code = contract_at(at + 1);
  const Word* const words = machine.frame() + at->operation.a;
  auto facts = make_facts(machine, code, words);
  if (facts == nullptr)
    return machine.stopped_at(at);
  const Result<ContractId> id = machine.port()->create(facts);
  if (!id.ok())
    return machine.fail_ledger(id.status());
  machine.contracts().entries[*id].own = KnownContract{&code, words[0], std::move(facts)};
  machine.reg(at->operation.target) = machine.heap().text(Kind::kContractId, id->bytes());
  return at + 2;
}

const Cell* keep_contract(Machine& machine, const Cell* at) {
  const TemplateCode& code = contract_at(at + 1);
  const Word* const words = machine.frame() + at->operation.a;
  auto facts = make_facts(machine, code, words);
  if (facts == nullptr)
    return machine.stopped_at(at);
  const auto id = ContractId::from_bytes(machine.reg(at->operation.b).text());
  if (!id.ok())
    return machine.fail_ill_formed("a ContractId", machine.reg(at->operation.b));
  ContractEntry& entry = machine.contracts().entries[*id];
  KnownContract known{&code, words[0], std::move(facts)};
  if (!entry.own) {
    entry.own = std::move(known);
  } else {
    entry.other_versions.emplace(code.id(), std::move(known));
  }
  return at + 2;
}

// --- Fetches.

namespace {

LoadRequest request_for(Machine& machine, const Cell* at) {
  LoadRequest request;
  request.at = at;
  request.contract_id = machine.reg(at->operation.a);
  request.free = at->operation.c;
  if (at->operation.b != 0)
    request.key = &machine.reg(at->operation.b);
  return request;
}

const KnownContract* known_contract(Machine& machine, const Word& id, const TemplateCode& code) {
  const auto parsed = ContractId::from_bytes(id.text());
  if (id.kind != Kind::kContractId || !parsed.ok())
    return nullptr;
  const auto found = machine.contracts().entries.find(*parsed);
  if (found == machine.contracts().entries.end() || !found->second.own)
    return nullptr;
  if (found->second.own->code == &code)
    return &*found->second.own;
  const auto other = found->second.other_versions.find(code.id());
  return other == found->second.other_versions.end() ? nullptr : &other->second;
}

ContractId id_of(const Word& word) {
  return ContractId::from_bytes(word.text()).value(); // was read before
}

} // namespace

const Cell* fetch_contract(Machine& machine, const Cell* at) {
  if (machine.port() == nullptr)
    return fail_without_ledger(machine);
  LoadRequest request = request_for(machine, at);
  request.wanted = &contract_at(at + 1);
  const Cell* next = nullptr;
  const KnownContract* const known = load_contract(machine, request, next);
  if (known == nullptr)
    return next;
  machine.reg(at->operation.target) = known->argument;
  return at + 2;
}

const Cell* fetch_instance(Machine& machine, const Cell* at) {
  if (machine.port() == nullptr)
    return fail_without_ledger(machine);
  LoadRequest request = request_for(machine, at);
  request.interface = &interface_at(at + 1);
  const Cell* next = nullptr;
  const KnownContract* const known = load_contract(machine, request, next);
  if (known == nullptr)
    return next;
  machine.reg(at->operation.target) = machine.heap().contract(known->code, known->argument);
  return at + 2;
}

const Cell* add_fetch(Machine& machine, const Cell* at) {
  const TemplateCode& code = contract_at(at + 1);
  const Word id = machine.reg(at->operation.a);
  const KnownContract* const known = known_contract(machine, id, code);
  if (known == nullptr)
    return machine.fail_ill_formed("a contract that was fetched", id);
  const ledger::FetchStep step{id_of(id), std::nullopt, at->operation.b != 0, code.version};
  if (Status status = machine.port()->fetch(step, *known->facts); !status.ok())
    return machine.fail_ledger(status);
  return at + 2;
}

const Cell* add_fetch_instance(Machine& machine, const Cell* at) {
  const Word id = machine.reg(at->operation.a);
  const Word contract = machine.reg(at->operation.b);
  if (contract.kind != Kind::kContract)
    return machine.fail_ill_formed("a contract", contract);
  const TemplateCode& code = *contract.contract->contract;
  const KnownContract* const known = known_contract(machine, id, code);
  if (known == nullptr)
    return machine.fail_ill_formed("a contract that was fetched", id);
  const ledger::FetchStep step{id_of(id), interface_at(at + 1).id(), false, code.version};
  if (Status status = machine.port()->fetch(step, *known->facts); !status.ok())
    return machine.fail_ledger(status);
  return at + 2;
}

// --- Keys.

const Cell* resolve_key(Machine& machine, const Cell* at) {
  if (machine.port() == nullptr)
    return fail_without_ledger(machine);
  const std::int64_t left = machine.meter().left();
  const Word* const words = machine.frame() + at->operation.a;
  auto key = make_key(machine, contract_at(at + 1), words[0], words[1]);
  if (!key)
    return machine.stopped_at(at);
  const auto state = machine.port()->key_state(*key);
  if (!state.ok())
    return machine.fail_ledger(state.status());
  std::optional<ContractId> found = state->contract_id;
  if (!state->known) {
    const auto answer = machine.contracts().key_answers.find(key->key.hash);
    if (answer == machine.contracts().key_answers.end()) {
      Question question;
      question.kind = Question::Kind::kKey;
      question.key = std::move(*key);
      return machine.ask(std::move(question), at, left);
    }
    found = machine.port()->answer_key(*key, answer->second);
  }
  if (found) {
    machine.reg(at->operation.target) =
        machine.heap().some(machine.heap().text(Kind::kContractId, found->bytes()));
    return at + 2;
  }
  if (at->operation.b != 0) {
    Error error;
    error.kind = ErrorKind::kContractKeyNotFound;
    error.message = "dependency error: couldn't find key of template " +
                    key->key.template_id.to_text();
    error.key = std::move(key->key);
    return machine.fail(std::move(error));
  }
  machine.reg(at->operation.target) = none_word();
  return at + 2;
}

namespace {

bool is_visible(Machine& machine, const ContractId& id, const ledger::Contract& contract) {
  const auto& readers = machine.options().readers;
  return !readers || machine.port()->is_local(id) ||
         machine.contracts().entries.at(id).disclosed ||
         ledger::intersects(*readers, contract.signatories) ||
         ledger::intersects(*readers, contract.observers);
}

} // namespace

const Cell* load_key_contract(Machine& machine, const Cell* at) {
  const Operation& operation = at->operation;
  const Word found = machine.reg(operation.b);
  if (found.words == nullptr)
    return at + 2;
  LoadRequest request;
  request.at = at;
  request.contract_id = *found.words;
  request.wanted = &contract_at(at + 1);
  request.key = &machine.reg(operation.a);
  request.free = operation.c;
  const Cell* next = nullptr;
  const KnownContract* const known = load_contract(machine, request, next);
  if (known == nullptr)
    return next;
  const ContractId id = id_of(*found.words);
  if (!is_visible(machine, id, *known->facts)) {
    Error error;
    error.kind = ErrorKind::kKeyNotVisible;
    error.message = "a fetch, lookup or exercise by key of contract not visible to the readers: "
                    "a key of template " +
                    request.wanted->id().to_text() + " leads to contract " + id.to_text();
    error.contract_id = id;
    if (known->facts->key)
      error.key = known->facts->key->key;
    return machine.fail(std::move(error));
  }
  return at + 2;
}

const Cell* add_lookup(Machine& machine, const Cell* at) {
  const TemplateCode& code = contract_at(at + 1);
  const Word* const words = machine.frame() + at->operation.a;
  auto key = make_key(machine, code, words[0], words[1]);
  if (!key)
    return machine.stopped_at(at);
  const Word found = machine.reg(at->operation.b);
  ledger::LookupStep step{code.package_name, code.id(), std::move(*key), std::nullopt,
                          code.version};
  if (found.words != nullptr)
    step.result = id_of(*found.words);
  if (Status status = machine.port()->lookup(std::move(step)); !status.ok())
    return machine.fail_ledger(status);
  return at + 2;
}

// A contract that came with the commands is found by its key before the ledger is asked.
const Cell* disclose(Machine& machine, const Cell* at) {
  const Word id = machine.reg(at->operation.a);
  const KnownContract* const known = known_contract(machine, id, contract_at(at + 1));
  if (known == nullptr)
    return machine.fail_ill_formed("a contract that was fetched", id);
  if (known->facts->key)
    machine.contracts().key_answers.emplace(known->facts->key->key.hash, id_of(id));
  return at + 2;
}

const Cell* unwrap(Machine& machine, const Cell* at) {
  const Word optional = machine.reg(at->operation.a);
  if (optional.kind != Kind::kOptional || optional.words == nullptr)
    return machine.fail_ill_formed("some value", optional);
  machine.reg(at->operation.target) = *optional.words;
  return at + 1;
}

// --- Exercises.

namespace {

constexpr std::uint64_t kStepsPerExercise = 50;

// What the port is told of an exercise; nothing when the machine has failed or must stop.
std::optional<ledger::ExerciseStep> make_step(Machine& machine, const Cell* at,
                                              const TemplateCode& code,
                                              const KnownContract& known) {
  const auto& choice = *static_cast<const ChoiceCode*>(at[1].pointers.second);
  const auto* const interface = static_cast<const InterfaceCode*>(at[2].pointers.first);
  const Word* const words = machine.frame() + at->operation.a;
  const TransactionVersion version =
      interface == nullptr ? code.version : std::max(code.version, interface->version);
  if (!machine.charge(kStepsPerExercise))
    return std::nullopt;
  Exporter exporter(machine.store(), &machine.meter(), &machine.heap(), !erases_types(version));
  auto argument = exporter.run(*choice.argument, words[1]);
  if (!argument) {
    if (exporter.error())
      machine.fail(std::move(*exporter.error()));
    return std::nullopt;
  }
  auto controllers = read_parties(machine, words[2]);
  auto observers = controllers ? read_parties(machine, words[3]) : std::nullopt;
  auto authorizers = observers ? read_parties(machine, words[4]) : std::nullopt;
  if (!authorizers)
    return std::nullopt;
  if (choice.source->authorizers == nullptr)
    authorizers.reset();
  const ContractEntry& entry = machine.contracts().entries.at(id_of(words[0]));
  std::optional<PackageId> creation_package;
  if (has_package_names(code.version))
    creation_package = entry.own->code->id().package;
  const bool by_key = at[3].numbers.first == kExerciseByKey;
  return ledger::ExerciseStep{id_of(words[0]),
                              code.package_name,
                              std::move(creation_package),
                              known.code->id(),
                              interface == nullptr ? std::nullopt
                                                   : std::optional(interface->id()),
                              daml::Name::literal(choice.name),
                              choice.source->consuming,
                              by_key,
                              std::move(*controllers),
                              std::move(*observers),
                              std::move(authorizers),
                              std::move(*argument),
                              version};
}

} // namespace

const Cell* begin_exercise(Machine& machine, const Cell* at) {
  const TemplateCode* code = static_cast<const TemplateCode*>(at[1].pointers.first);
  if (code == nullptr) {
    const Word contract = machine.reg(at->operation.b);
    if (contract.kind != Kind::kContract)
      return machine.fail_ill_formed("a contract", contract);
    code = contract.contract->contract;
  }
  const Word id = machine.reg(at->operation.a);
  const KnownContract* const known = known_contract(machine, id, *code);
  if (known == nullptr)
    return machine.fail_ill_formed("a contract that was fetched", id);
  auto step = make_step(machine, at, *code, *known);
  if (!step)
    return machine.stopped_at(at);
  if (Status status = machine.port()->begin_exercise(std::move(*step), *known->facts);
      !status.ok())
    return machine.fail_ledger(status);
  return machine.mark(StackRecord::Kind::kExercise, 0, at, at + 4);
}

const Cell* end_exercise(Machine& machine, const Cell* at) {
  const auto& choice = *static_cast<const ChoiceCode*>(at[1].pointers.first);
  const TransactionVersion version =
      lf::transaction_version(choice.exercise.package->source().version());
  Exporter exporter(machine.store(), &machine.meter(), &machine.heap(), !erases_types(version));
  const auto result = exporter.run(*choice.result, machine.reg(at->operation.a));
  if (!result)
    return exporter.error() ? machine.fail(std::move(*exporter.error())) : at;
  if (Status status = machine.port()->end_exercise(*result); !status.ok())
    return machine.fail_ledger(status);
  machine.leave();
  return at + 2;
}

} // namespace tenon::daml::interpreter::operations
