#include "interpreter/contracts.hpp"

#include "interpreter/conversion.hpp"
#include "interpreter/machine.hpp"
#include "values/transformation.hpp"

namespace tenon::daml::interpreter {

namespace {

// The value as transactions of the version have it.
std::optional<Value> export_value(Machine& machine, const RuntimeType& type, const Word& word,
                                  TransactionVersion version) {
  Exporter exporter(machine.store(), &machine.meter(), &machine.heap(), !erases_types(version));
  auto value = exporter.run(type, word);
  if (!value && exporter.error())
    machine.fail(std::move(*exporter.error()));
  return value;
}

} // namespace

std::optional<ledger::PartySet> read_parties(Machine& machine, const Word& word) {
  constexpr std::uint64_t kStepsPerParty = 5;
  ledger::PartySet parties;
  const auto add = [&](const Word& item) {
    if (item.kind != Kind::kParty) {
      machine.fail_ill_formed("a Party", item);
      return false;
    }
    if (!machine.charge(kStepsPerParty))
      return false;
    parties.insert(Party::literal(item.text())); // words of the kind are parties
    return true;
  };
  if (word.kind == Kind::kParty)
    return add(word) ? std::optional(std::move(parties)) : std::nullopt;
  if (word.kind != Kind::kList) {
    machine.fail_ill_formed("a list of parties", word);
    return std::nullopt;
  }
  for (const ListCell* cell = word.cells; cell != nullptr; cell = cell->tail) {
    if (!add(cell->head))
      return std::nullopt;
  }
  return parties;
}

std::optional<ledger::KeyWithMaintainers> make_key(Machine& machine, const TemplateCode& code,
                                                   const Word& key, const Word& maintainers) {
  constexpr std::uint64_t kStepsPerKey = 50;
  if (code.key_type == nullptr) {
    machine.fail(ErrorKind::kIllFormedProgram, "expected a template with a key");
    return std::nullopt;
  }
  auto value = export_value(machine, *code.key_type, key, code.version);
  if (!value || !machine.charge(kStepsPerKey))
    return std::nullopt;
  bool holds_contract_id = false;
  for_each_contract_id(*value, [&](const ContractId&) { holds_contract_id = true; });
  if (holds_contract_id) {
    machine.fail(ErrorKind::kContractIdInKey,
                 "a key of template " + code.id().to_text() + " holds a contract id");
    return std::nullopt;
  }
  auto parties = read_parties(machine, maintainers);
  if (!parties)
    return std::nullopt;
  auto global = ledger::GlobalKey::make(code.id(), code.package_name, std::move(*value));
  if (!global.ok()) {
    machine.fail(ErrorKind::kInvalidValue, global.status().message());
    return std::nullopt;
  }
  return ledger::KeyWithMaintainers{std::move(*global), std::move(*parties)};
}

std::shared_ptr<const ledger::Contract> make_facts(Machine& machine, const TemplateCode& code,
                                                   const Word* words) {
  constexpr std::uint64_t kStepsPerContract = 50;
  if (!machine.charge(kStepsPerContract))
    return nullptr;
  std::optional<ledger::KeyWithMaintainers> key;
  if (code.key_type != nullptr) {
    key = make_key(machine, code, words[4], words[5]);
    if (!key)
      return nullptr;
  }
  if (words[1].kind != Kind::kText) {
    machine.fail_ill_formed("an agreement", words[1]);
    return nullptr;
  }
  auto signatories = read_parties(machine, words[2]);
  if (!signatories)
    return nullptr;
  auto observers = read_parties(machine, words[3]);
  if (!observers)
    return nullptr;
  auto argument = export_value(machine, *code.type, words[0], code.version);
  if (!argument || !machine.heap().account(words[1].size))
    return nullptr;
  return std::make_shared<const ledger::Contract>(ledger::Contract{
      code.id(), code.package_name, std::move(*argument), std::string(words[1].text()),
      std::move(*signatories), std::move(*observers), std::move(key), code.version});
}

namespace {

// Loads one contract; lives for one instruction.
class Loading {
public:
  Loading(Machine& machine, const LoadRequest& request, const Cell*& next)
      : machine_(machine), request_(request), next_(next), steps_left_(machine.meter().left()) {
    next_ = nullptr;
  }

  const KnownContract* run() {
    if (request_.contract_id.kind != Kind::kContractId)
      return fail_ill_formed();
    auto id = ContractId::from_bytes(request_.contract_id.text());
    if (!id.ok())
      return fail_ill_formed();
    id_ = std::move(*id);
    ContractEntry& entry = machine_.contracts().entries[*id_];
    if (entry.own) {
      if (Status status = machine_.port()->check_usable(*id_, &entry.own->code->id());
          !status.ok()) {
        machine_.fail_ledger(status);
        return nullptr;
      }
    } else if (!load_own(entry)) {
      return nullptr;
    }
    return as_wanted(entry);
  }

private:
  const KnownContract* fail_ill_formed() {
    machine_.fail_ill_formed("a ContractId", request_.contract_id);
    return nullptr;
  }

  // The contract as its own template sees it. False when there is more to be done first.
  bool load_own(ContractEntry& entry) {
    if (entry.unknown) {
      Error error;
      error.kind = ErrorKind::kContractNotFound;
      error.contract_id = id_;
      error.message = ledger::contract_not_found(*id_);
      machine_.fail(std::move(error));
      return false;
    }
    if (!entry.instance) {
      Question question;
      question.kind = Question::Kind::kContract;
      question.contract_id = id_;
      next_ = machine_.ask(std::move(question), request_.at, steps_left_);
      return false;
    }
    const TemplateCode* const code = find_template(entry.instance->template_id);
    return code != nullptr && evaluate(*code, entry.instance->argument,
                                       Importer::Versions::kExact, ErrorKind::kInvalidValue);
  }

  const TemplateCode* find_template(const Identifier& id) {
    if (!machine_.store().has(id.package.str())) {
      Question question;
      question.kind = Question::Kind::kPackage;
      question.package = id.package;
      next_ = machine_.ask(std::move(question), request_.at, steps_left_);
      return nullptr;
    }
    const Result<const TemplateCode*> code = machine_.store().contract(id);
    if (!code.ok()) {
      machine_.fail(ErrorKind::kInvalidValue, code.status().message());
      return nullptr;
    }
    return *code;
  }

  // Calls the template's facts, which keep what they find, and then this instruction again. Always
  // false.
  bool evaluate(const TemplateCode& code, const Value& argument, Importer::Versions versions,
                ErrorKind misfit) {
    Importer importer(machine_.store(), machine_.heap(), machine_.meter(), versions);
    const std::optional<Word> record = importer.run(*code.type, argument);
    if (!record) {
      if (importer.error().ok()) {
        next_ = request_.at; // the meter
      } else {
        Error error;
        error.kind = misfit;
        error.contract_id = id_;
        error.expected = code.id();
        error.message = "contract " + id_->to_text() + ": " + importer.error().message();
        machine_.fail(std::move(error));
      }
      return false;
    }
    Word key = none_word();
    if (request_.key != nullptr && !has_package_names(code.version)) {
      Word* const fields = machine_.heap().words(2);
      fields[0] = request_.key[0];
      fields[1] = request_.key[1];
      key = machine_.heap().some(words_word(Kind::kRecord, fields, 2));
    }
    const Word id = request_.contract_id;
    if (!machine_.has_room(request_.free + 3u))
      return false;
    machine_.reg(request_.free) = id;
    machine_.reg(static_cast<Register>(request_.free + 1)) = *record;
    machine_.reg(static_cast<Register>(request_.free + 2)) = key;
    next_ = machine_.call(code.facts.value, request_.free, request_.free, request_.at);
    return false;
  }

  // As the wanted template or interface sees the contract.
  const KnownContract* as_wanted(ContractEntry& entry) {
    const KnownContract& own = *entry.own;
    const TemplateCode* wanted = request_.wanted;
    if (wanted == nullptr) {
      if (find_instance(*request_.interface, *own.code) == nullptr)
        return fail_type(ErrorKind::kWrongInterface, request_.interface->id(), *own.code);
      return preferred(entry);
    }
    if (own.code == wanted)
      return &own;
    return other_version(entry, *wanted);
  }

  const KnownContract* fail_type(ErrorKind kind, const Identifier& expected,
                                 const TemplateCode& found) {
    Error error;
    error.kind = kind;
    error.contract_id = id_;
    error.expected = expected;
    error.found = found.id();
    error.message = "wrongly typed contract id " + id_->to_text() + ": expected " +
                    (kind == ErrorKind::kWrongTemplate ? "one of template " : "an instance of ") +
                    expected.to_text() + ", found one of template " + found.id().to_text();
    machine_.fail(std::move(error));
    return nullptr;
  }

  // Through an interface of a package that can be upgraded, contracts are seen as the preferred
  // version of their template sees them.
  const KnownContract* preferred(ContractEntry& entry) {
    const KnownContract& own = *entry.own;
    const auto& packages = machine_.options().preferred_packages;
    if (!has_package_names(request_.interface->version) || !own.code->package_name)
      return &own;
    const auto package = packages.find(*own.code->package_name);
    if (package == packages.end() || package->second == own.code->id().package)
      return &own;
    Identifier id = own.code->id();
    id.package = package->second;
    const TemplateCode* const wanted = find_template(id);
    if (wanted == nullptr)
      return nullptr;
    if (find_instance(*request_.interface, *wanted) == nullptr)
      return fail_type(ErrorKind::kWrongInterface, request_.interface->id(), *wanted);
    return other_version(entry, *wanted);
  }

  const KnownContract* other_version(ContractEntry& entry, const TemplateCode& wanted) {
    const KnownContract& own = *entry.own;
    const bool upgradable = own.code->package_name && wanted.package_name &&
                            *own.code->package_name == *wanted.package_name &&
                            own.code->id().module == wanted.id().module &&
                            own.code->id().name == wanted.id().name;
    if (!upgradable)
      return fail_type(ErrorKind::kWrongTemplate, wanted.id(), *own.code);
    const auto found = entry.other_versions.find(wanted.id());
    if (found == entry.other_versions.end()) {
      evaluate(wanted, own.facts->argument, Importer::Versions::kCompatible, ErrorKind::kUpgrade);
      return nullptr;
    }
    return check_same(own, found->second) ? &found->second : nullptr;
  }

  // A version of a template may not tell other facts of a contract than the one before.
  bool check_same(const KnownContract& own, const KnownContract& other) {
    const ledger::Contract& before = *own.facts;
    const ledger::Contract& after = *other.facts;
    std::string_view difference;
    if (before.signatories != after.signatories) {
      difference = "signatories";
    } else if (ledger::unite(before.signatories, before.observers) !=
               ledger::unite(after.signatories, after.observers)) {
      difference = "stakeholders";
    } else if (before.key.has_value() != after.key.has_value() ||
               (before.key && before.key->key.hash != after.key->key.hash)) {
      difference = "key";
    } else if (before.key && before.key->maintainers != after.key->maintainers) {
      difference = "maintainers";
    }
    if (difference.empty())
      return true;
    Error error;
    error.kind = ErrorKind::kUpgrade;
    error.contract_id = id_;
    error.expected = other.code->id();
    error.found = own.code->id();
    error.message = "contract " + id_->to_text() + ": its " + std::string(difference) +
                    " as of template " + other.code->id().to_text() +
                    " are not those as of template " + own.code->id().to_text();
    machine_.fail(std::move(error));
    return false;
  }

  Machine& machine_;
  const LoadRequest& request_;
  const Cell*& next_;
  std::int64_t steps_left_;
  std::optional<ContractId> id_;
};

} // namespace

const KnownContract* load_contract(Machine& machine, const LoadRequest& request,
                                   const Cell*& next) {
  return Loading(machine, request, next).run();
}

// --- Answers.

void Machine::answer_contract(std::optional<ContractInstance> instance) {
  ContractEntry& entry = contracts_.entries[*question_.contract_id];
  entry.unknown = !instance;
  entry.instance = std::move(instance);
}

void Machine::answer_key(const std::optional<ContractId>& contract_id) {
  contracts_.key_answers[question_.key->key.hash] = contract_id;
}

void Machine::answer_package(bool found) {
  if (found)
    return; // the caller has added it
  Error error;
  error.kind = ErrorKind::kMissingPackage;
  error.message = "package " + question_.package->str() + " is not known";
  next_ = fail(std::move(error));
}

} // namespace tenon::daml::interpreter
