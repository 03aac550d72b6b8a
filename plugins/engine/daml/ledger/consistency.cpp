#include "ledger/consistency.hpp"

namespace tenon::daml::ledger {

namespace {

class Walk : public Visitor {
public:
  // `key_ledger` answers look-ups that are the first to touch their key; nullptr: they are taken at
  // their word.
  Walk(KeyMode mode, const LedgerState* key_ledger) : states_(mode), key_ledger_(key_ledger) {}

  void leaf(NodeId id, const Node& node) override { visit(id, node); }
  [[nodiscard]] bool begin(NodeId id, const Node& node) override {
    if (is_action(node))
      visit(id, node);
    else
      states_.begin_rollback();
    return !stopped();
  }
  void end(NodeId, const Node& node) override {
    if (!is_action(node))
      states_.end_rollback();
  }

  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] Verdict verdict() && {
    if (error_)
      return {{}, std::move(error_)};
    return {{states_.inputs(), states_.created(), states_.archived(), states_.key_inputs(),
             states_.key_outputs()},
            std::nullopt};
  }

private:
  [[nodiscard]] bool stopped() const { return error_ || !status_.ok(); }

  void visit(NodeId id, const Node& node) {
    if (stopped())
      return;
    const auto* lookup = std::get_if<LookupByKey>(&node);
    if (lookup && key_ledger_ && !states_.key_state(lookup->key.key.hash).known) {
      auto holder = key_ledger_->key(lookup->key.key.hash);
      status_ = holder.status();
      if (!holder.ok())
        return;
      states_.resolve_key(lookup->key, *holder);
    }
    error_ = states_.visit(id, node);
  }

  ContractStates states_;
  const LedgerState* key_ledger_;
  Status status_;
  std::optional<Error> error_;
};

Error about(ErrorKind kind, const ContractId& id, std::string message) {
  Error error(kind, std::move(message));
  error.contract_id = id;
  return error;
}

Error about(ErrorKind kind, const KeyInput& input, std::string message) {
  Error error(kind, std::move(message));
  error.key = input.key;
  error.template_id = input.key.template_id;
  error.contract_id = input.contract_id;
  return error;
}

Result<std::optional<Error>> check_contracts(const Effects& effects, const LedgerState& ledger) {
  for (const ContractId& id : effects.inputs) {
    TENON_ASSIGN_OR_RETURN(const auto state, ledger.contract(id));
    if (state != LedgerState::Contract::kActive) {
      return std::optional(about(ErrorKind::kContractNotFound, id,
                                 contract_not_found(id) + ": it is unknown or archived"));
    }
  }
  for (const ContractId& id : effects.created) {
    TENON_ASSIGN_OR_RETURN(const auto state, ledger.contract(id));
    if (state != LedgerState::Contract::kUnknown) {
      return std::optional(about(ErrorKind::kContractExists, id,
                                 "the id " + id.to_text() + " of a new contract is taken"));
    }
  }
  return std::optional<Error>();
}

std::optional<Error> check_key(const KeyInput& input, const std::optional<ContractId>& holder) {
  if (input.contract_id == holder)
    return std::nullopt;
  const std::string key = "a key of " + input.key.template_id.to_text();
  switch (input.kind) {
  case KeyInput::Kind::kCreatable:
    return about(ErrorKind::kDuplicateKey, input,
                 std::string(kKeyNotUnique) + ": " + key + " has an active contract already");
  case KeyInput::Kind::kFree:
    return about(ErrorKind::kInconsistentKey, input,
                 std::string(kKeyDiffers) + ": " + key +
                     " was looked up in vain; by now it has an active contract");
  case KeyInput::Kind::kActive:
    break;
  }
  return about(ErrorKind::kInconsistentKey, input,
               std::string(kKeyDiffers) + ": " + key + " does not lead to the contract " +
                   input.contract_id->to_text() + " any more");
}

Result<std::optional<Error>> check_keys(const Effects& effects, KeyMode mode,
                                        const LedgerState& ledger) {
  for (const auto& [hash, input] : effects.key_inputs) {
    if (mode == KeyMode::kOff && input.kind == KeyInput::Kind::kCreatable)
      continue;
    TENON_ASSIGN_OR_RETURN(const auto holder, ledger.key(hash));
    if (auto error = check_key(input, holder))
      return error;
  }
  return std::optional<Error>();
}

} // namespace

Verdict check_internal_consistency(const Transaction& transaction, KeyMode mode) {
  Walk states(mode, nullptr);
  walk(transaction, states);
  return std::move(states).verdict();
}

Result<Verdict> check_consistency(const Transaction& transaction, KeyMode mode,
                                  const LedgerState& ledger) {
  // In strict mode every node tells its key, so that the walk alone finds what each must lead to.
  Walk states(mode, mode == KeyMode::kOff ? &ledger : nullptr);
  walk(transaction, states);
  TENON_RETURN_IF_ERROR(states.status());
  Verdict verdict = std::move(states).verdict();
  if (!verdict.error) {
    TENON_ASSIGN_OR_RETURN(verdict.error, check_contracts(verdict.effects, ledger));
  }
  if (!verdict.error) {
    TENON_ASSIGN_OR_RETURN(verdict.error, check_keys(verdict.effects, mode, ledger));
  }
  return verdict;
}

} // namespace tenon::daml::ledger
