#include "engine/interpretation.hpp"

#include <algorithm>

#include "engine/state_keys.hpp"
#include "ledger/transaction_builder.hpp"
#include "values/hashing.hpp"

namespace tenon::daml::engine {

namespace {

using interpreter::Machine;
using interpreter::Question;

Status not_here() {
  return unavailable("NOT_HELD_HERE: this node does not hold all that the commands use; the "
                     "replicas do");
}

// Answers the machine's questions until it has finished.
class Run {
public:
  Run(const InterpretationParts& parts, const Submitters& submitters,
      const Submission& submission, const Hash& seed)
      : parts_(parts), submitters_(submitters), submission_(submission),
        builder_({seed, submission.submission_time, submitters.act_as,
                  ledger::KeyMode::kStrict, {}}),
        port_(builder_), machine_(parts.library.store(), &port_, options()) {}

  Result<Interpreted> run() {
    TENON_RETURN_IF_ERROR(load_packages());
    if (const auto error =
            interpreter::start_commands(machine_, submission_.commands, submission_.disclosed))
      return error->to_status();
    Machine::Outcome outcome = machine_.run();
    while (outcome == Machine::Outcome::kQuestion) {
      TENON_RETURN_IF_ERROR(answer(machine_.question()));
      outcome = machine_.run();
    }
    if (outcome == Machine::Outcome::kError)
      return machine_.error().to_status();
    TENON_ASSIGN_OR_RETURN(auto finished, std::move(builder_).finish());
    TENON_RETURN_IF_ERROR(check_disclosed(finished.transaction));
    return Interpreted{std::move(finished), machine_.used_time(), machine_.steps_used(),
                       machine_.memory_used()};
  }

private:
  interpreter::MachineOptions options() const {
    interpreter::MachineOptions options;
    options.budget = parts_.settings.budget;
    options.ledger_time = submission_.ledger_time;
    options.readers = submitters_.readers;
    return options;
  }

  Status load(const PackageId& package) {
    TENON_ASSIGN_OR_RETURN(const bool found,
                           parts_.library.load(parts_.ledger.view(), package.str()));
    if (found)
      return {};
    return not_found("PACKAGE_NOT_FOUND: the ledger has no package " + package.str());
  }

  Status load_packages() {
    std::set<PackageId> packages;
    for (const interpreter::Command& command : submission_.commands)
      packages.insert(command.type.package);
    for (const interpreter::DisclosedContract& contract : submission_.disclosed)
      packages.insert(contract.instance.template_id.package);
    for (const PackageId& package : packages)
      TENON_RETURN_IF_ERROR(load(package));
    return {};
  }

  // What a submitter shows must be what the ledger has, as far as the transaction rests on it.
  Status check_disclosed(const ledger::Transaction& transaction) {
    if (submission_.disclosed.empty())
      return {};
    std::set<ContractId> used;
    for (const ledger::Node& node : transaction.nodes) {
      if (const ContractId* const id = ledger::contract_of(node))
        used.insert(*id);
    }
    for (const interpreter::DisclosedContract& contract : submission_.disclosed) {
      if (used.contains(contract.contract_id))
        TENON_RETURN_IF_ERROR(check_disclosed(contract));
    }
    return {};
  }

  Status check_disclosed(const interpreter::DisclosedContract& contract) {
    TENON_ASSIGN_OR_RETURN(const auto* const record, parts_.ledger.record(contract.contract_id));
    if (record == nullptr && parts_.partial)
      return {};
    if (record == nullptr)
      return not_found("CONTRACT_NOT_FOUND: " +
                       ledger::contract_not_found(contract.contract_id));
    TENON_ASSIGN_OR_RETURN(const auto instance, instance_of(*record));
    const auto shown =
        hash_contract_instance(contract.instance.template_id, contract.instance.argument);
    const auto held = hash_contract_instance(instance.template_id, instance.argument);
    const auto time = submission_.disclosed_times.find(contract.contract_id);
    const bool same_time = time == submission_.disclosed_times.end() ||
                           time->second.micros() == record->created_at_us();
    if (!shown.ok() || !held.ok() || *shown != *held || !same_time) {
      return failed_precondition("DISCLOSED_CONTRACT_INVALID: contract " +
                                 contract.contract_id.to_text() +
                                 " is not what the submission says of it");
    }
    return {};
  }

  Status answer(const Question& question) {
    switch (question.kind) {
    case Question::Kind::kContract:
      return answer_contract(*question.contract_id);
    case Question::Kind::kKey:
      return answer_key(*question.key);
    case Question::Kind::kPackage: {
      TENON_ASSIGN_OR_RETURN(const bool found, parts_.library.load(parts_.ledger.view(),
                                                                   question.package->str()));
      machine_.answer_package(found);
      return {};
    }
    case Question::Kind::kTime:
      machine_.answer_time(submission_.ledger_time);
      return {};
    }
    return fault("the interpreter asks what this engine does not know");
  }

  // Of the submitters, and not so long ago that they have forgotten it.
  [[nodiscard]] bool is_shown(const SeenBy& seen) const {
    return std::any_of(seen.begin(), seen.end(), [&](const auto& entry) {
      const auto& [party, shown_at] = entry;
      return submitters_.readers.contains(party) &&
             (!submission_.divulged_after || shown_at > *submission_.divulged_after);
    });
  }

  // Replicas hold all contracts; a submitter reaches those that it may see. nullptr for others.
  Result<const v1::Contract*> find_visible(const ContractId& id) const {
    TENON_ASSIGN_OR_RETURN(const v1::Contract* const record, parts_.ledger.record(id));
    if (record == nullptr || has_stakeholder(*record, submitters_.readers))
      return record;
    TENON_ASSIGN_OR_RETURN(const SeenBy seen, parts_.ledger.seen_by(id));
    return is_shown(seen) ? record : nullptr;
  }

  bool is_disclosed(const ContractId& id) const {
    return std::any_of(submission_.disclosed.begin(), submission_.disclosed.end(),
                       [&](const auto& contract) { return contract.contract_id == id; });
  }

  Status answer_contract(const ContractId& id) {
    TENON_ASSIGN_OR_RETURN(const v1::Contract* const record, find_visible(id));
    if (record == nullptr && parts_.partial)
      return not_here();
    if (record == nullptr) {
      machine_.answer_contract(std::nullopt);
      return {};
    }
    TENON_ASSIGN_OR_RETURN(auto instance, instance_of(*record));
    TENON_RETURN_IF_ERROR(load(instance.template_id.package));
    machine_.answer_contract(std::move(instance));
    return {};
  }

  // A key leads to a contract for those with a stake in it, and for whoever discloses it; to have
  // been divulged the contract is not enough. To everybody else it leads nowhere: a transaction
  // that rests on that is refused when it is judged, which says no more than that it was wrong.
  Status answer_key(const ledger::KeyWithMaintainers& key) {
    TENON_ASSIGN_OR_RETURN(std::optional<ContractId> holder, parts_.ledger.key(key.key.hash));
    bool visible = holder && is_disclosed(*holder);
    if (holder && !visible) {
      TENON_ASSIGN_OR_RETURN(const v1::Contract* const record, parts_.ledger.record(*holder));
      visible = record != nullptr && has_stakeholder(*record, submitters_.readers);
    }
    if (!visible && parts_.partial)
      return not_here();
    machine_.answer_key(visible ? holder : std::nullopt);
    return {};
  }

  const InterpretationParts& parts_;
  const Submitters& submitters_;
  const Submission& submission_;
  ledger::TransactionBuilder builder_;
  interpreter::BuilderPort port_;
  Machine machine_;
};

} // namespace

Result<const v1::Contract*> LedgerReader::record(const ContractId& id) const {
  const auto [place, added] = records_.try_emplace(id);
  if (added) {
    TENON_ASSIGN_OR_RETURN(const auto bytes, view_.get(keys::contract(id)));
    if (bytes) {
      TENON_ASSIGN_OR_RETURN(place->second, read_record(*bytes));
    }
  }
  return place->second ? &*place->second : nullptr;
}

Result<ledger::LedgerState::Contract> LedgerReader::contract(const ContractId& id) const {
  TENON_ASSIGN_OR_RETURN(const v1::Contract* const active, record(id));
  if (active != nullptr)
    return Contract::kActive;
  TENON_ASSIGN_OR_RETURN(const auto gone, view_.get(keys::archived(id)));
  return gone ? Contract::kArchived : Contract::kUnknown;
}

Result<std::optional<ContractId>> LedgerReader::key(const Hash& key) const {
  TENON_ASSIGN_OR_RETURN(const auto bytes, view_.get(keys::contract_key(key)));
  if (!bytes)
    return std::optional<ContractId>();
  auto id = ContractId::from_bytes(*bytes);
  if (!id.ok())
    return data_loss("the record of a contract key is malformed");
  return std::optional(*std::move(id));
}

Result<SeenBy> LedgerReader::seen_by(const ContractId& id) const {
  SeenBy parties;
  TENON_ASSIGN_OR_RETURN(const auto bytes, view_.get(keys::seen(id)));
  if (!bytes)
    return parties;
  v1::Seen seen;
  if (!seen.ParseFromString(*bytes) ||
      (seen.shown_at_us_size() != 0 && seen.shown_at_us_size() != seen.parties_size()))
    return data_loss("the record of who sees a contract is malformed");
  for (int i = 0; i < seen.parties_size(); ++i) {
    TENON_ASSIGN_OR_RETURN(Party party, Party::parse(seen.parties(i)));
    Timestamp time; // of records of the first semantics, which have none: long ago
    if (i < seen.shown_at_us_size()) {
      TENON_ASSIGN_OR_RETURN(time, Timestamp::from_micros(seen.shown_at_us(i)));
    }
    parties.emplace(std::move(party), time);
  }
  return parties;
}

Result<ledger::PartySet> to_parties(std::span<const std::string> names) {
  ledger::PartySet parties;
  for (const std::string& name : names) {
    TENON_ASSIGN_OR_RETURN(Party party, Party::parse(name));
    parties.insert(std::move(party));
  }
  return parties;
}

Result<Interpreted> interpret(const InterpretationParts& parts, const Submitters& submitters,
                              const Submission& submission, const Hash& seed) {
  return Run(parts, submitters, submission, seed).run();
}

} // namespace tenon::daml::engine
