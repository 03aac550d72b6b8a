#include "ledger/contract_states.hpp"

#include <cstdlib>

#include "values/value_text.hpp"

namespace tenon::daml::ledger {

namespace {

std::string key_text(const GlobalKey& key) {
  return "the key " + to_text(key.value) + " of " + key.template_id.module.str() + ":" +
         key.template_id.name.str();
}

std::string contract_text(const std::optional<ContractId>& id) {
  return id ? "contract " + id->to_text() : "no contract";
}

Error about_contract(ErrorKind kind, const ContractId& id, std::string message) {
  Error error(kind, std::move(message));
  error.contract_id = id;
  return error;
}

} // namespace

ContractStates::KeyState ContractStates::key_state(const Hash& key) const {
  const auto active = [this](const std::optional<ContractId>& id) {
    return id && !archived_.contains(*id) ? id : std::nullopt;
  };
  const auto local = keys_.find(key);
  if (local != keys_.end() && local->second.created)
    return {true, active(local->second.created)};
  const auto input = key_inputs_.find(key);
  if (input == key_inputs_.end())
    return {};
  return {true, active(input->second.contract_id)};
}

std::optional<ContractId> ContractStates::resolve_key(const KeyWithMaintainers& key,
                                                      const std::optional<ContractId>& found) {
  const KeyState state = key_state(key.key.hash);
  if (state.known)
    return state.contract_id;
  key_inputs_.emplace(key.key.hash, KeyInput{found ? KeyInput::Kind::kActive
                                                   : KeyInput::Kind::kFree,
                                             key.key, key.maintainers, found});
  return key_state(key.key.hash).contract_id;
}

std::optional<ContractStates::Unusable> ContractStates::unusable(const ContractId& id) const {
  if (archived_.contains(id))
    return Unusable::kArchived;
  if (created_.contains(id) && !live_.contains(id))
    return Unusable::kUndone;
  return std::nullopt;
}

std::optional<NodeId> ContractStates::archived_by(const ContractId& id) const {
  const auto found = archived_.find(id);
  return found == archived_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Error> ContractStates::check_usable(const ContractId& id) const {
  const auto reason = unusable(id);
  if (!reason)
    return std::nullopt;
  if (*reason == Unusable::kUndone) {
    return about_contract(ErrorKind::kContractNotFound, id,
                          contract_not_found(id) + ": its creation was rolled back");
  }
  return about_contract(ErrorKind::kContractNotActive, id,
                        "Update failed due to fetch of an inactive contract " + id.to_text() +
                            ": node " + std::to_string(index_of(*archived_by(id))) +
                            " of this transaction has archived it");
}

std::optional<Error> ContractStates::visit(NodeId id, const Node& node) {
  std::optional<Error> error;
  const KeyWithMaintainers* const key = key_of(node);
  if (const auto* create = std::get_if<Create>(&node))
    error = visit_create(create->contract_id, key);
  else if (const auto* fetch = std::get_if<Fetch>(&node))
    error = visit_fetch(fetch->contract_id, key, fetch->by_key);
  else if (const auto* exercise = std::get_if<Exercise>(&node))
    error = visit_exercise(id, exercise->contract_id, key, exercise->by_key, exercise->consuming);
  else if (const auto* lookup = std::get_if<LookupByKey>(&node))
    error = visit_lookup(lookup->key, lookup->result);
  if (error) {
    error->node = id;
    error->template_id = *template_of(node);
    if (const auto* exercise = std::get_if<Exercise>(&node))
      error->choice = exercise->choice;
  }
  return error;
}

std::optional<Error> ContractStates::visit_create(const ContractId& id,
                                                  const KeyWithMaintainers* key) {
  if (created_.contains(id) || inputs_.contains(id)) {
    return about_contract(ErrorKind::kContractExists, id,
                          "the id " + id.to_text() + " of a new contract is that of another one");
  }
  if (key && mode_ == KeyMode::kStrict) {
    if (const auto holder = key_state(key->key.hash).contract_id) {
      Error error = about_contract(ErrorKind::kDuplicateKey, *holder,
                                   std::string(kKeyNotUnique) + ": " + key_text(key->key) +
                                       " has the active contract " + holder->to_text());
      error.key = key->key;
      return error;
    }
  }
  created_.insert(id);
  live_.insert(id);
  note({Change::Kind::kCreated, id, {}, {}});
  if (key) {
    key_inputs_.emplace(key->key.hash, KeyInput{KeyInput::Kind::kCreatable, key->key,
                                                key->maintainers, std::nullopt});
    set_key(*key, id);
  }
  return std::nullopt;
}

std::optional<Error> ContractStates::require_key(const ContractId& id,
                                                 const KeyWithMaintainers* key, bool by_key) {
  if (!key || (!by_key && mode_ == KeyMode::kOff))
    return std::nullopt;
  const auto holder = resolve_key(*key, id);
  if (holder == id)
    return std::nullopt;
  Error error = about_contract(ErrorKind::kInconsistentKey, id,
                               std::string(kKeyDiffers) + ": " + key_text(key->key) +
                                   " leads to " + contract_text(holder) +
                                   " at this point, not to " + id.to_text() + " that is used");
  error.key = key->key;
  return error;
}

std::optional<Error> ContractStates::visit_fetch(const ContractId& id,
                                                 const KeyWithMaintainers* key, bool by_key) {
  if (auto error = check_usable(id))
    return error;
  use(id);
  return require_key(id, key, by_key);
}

std::optional<Error> ContractStates::visit_exercise(NodeId node, const ContractId& id,
                                                    const KeyWithMaintainers* key, bool by_key,
                                                    bool consuming) {
  if (auto error = visit_fetch(id, key, by_key))
    return error;
  if (!consuming)
    return std::nullopt;
  archived_.emplace(id, node);
  note({Change::Kind::kArchived, id, {}, {}});
  if (key && !keys_.contains(key->key.hash))
    set_key(*key, std::nullopt);
  return std::nullopt;
}

std::optional<Error> ContractStates::visit_lookup(const KeyWithMaintainers& key,
                                                  const std::optional<ContractId>& result) {
  if (result) {
    if (auto error = check_usable(*result))
      return error;
    use(*result);
  }
  const auto holder = resolve_key(key, result);
  if (holder == result)
    return std::nullopt;
  Error error(ErrorKind::kInconsistentKey, std::string(kKeyDiffers) + ": " + key_text(key.key) +
                                               " leads to " + contract_text(holder) +
                                               " at this point; the look-up says " +
                                               contract_text(result));
  error.contract_id = result ? result : holder;
  error.key = key.key;
  return error;
}

void ContractStates::begin_rollback() {
  rollbacks_.push_back(changes_.size());
}

void ContractStates::drop_rollback() {
  if (rollbacks_.empty())
    std::abort(); // an end without its begin
  rollbacks_.pop_back();
  if (rollbacks_.empty())
    changes_.clear();
}

void ContractStates::end_rollback() {
  if (rollbacks_.empty())
    std::abort(); // an end without its begin
  while (changes_.size() > rollbacks_.back()) {
    Change& change = changes_.back();
    switch (change.kind) {
    case Change::Kind::kCreated:
      live_.erase(*change.contract_id);
      break;
    case Change::Kind::kArchived:
      archived_.erase(*change.contract_id);
      break;
    case Change::Kind::kKey:
      if (change.before)
        keys_.insert_or_assign(change.key, *std::move(change.before));
      else
        keys_.erase(change.key);
      break;
    }
    changes_.pop_back();
  }
  rollbacks_.pop_back();
}

KeyOutputs ContractStates::key_outputs() const {
  KeyOutputs outputs;
  for (const auto& [hash, local] : keys_) {
    const bool active = local.created && !archived_.contains(*local.created);
    outputs.emplace(hash, KeyOutput{local.key.key, local.key.maintainers,
                                    active ? local.created : std::nullopt});
  }
  return outputs;
}

void ContractStates::use(const ContractId& id) {
  if (!created_.contains(id))
    inputs_.insert(id);
}

void ContractStates::set_key(const KeyWithMaintainers& key,
                             const std::optional<ContractId>& created) {
  const auto found = keys_.find(key.key.hash);
  if (!rollbacks_.empty()) {
    note({Change::Kind::kKey, std::nullopt, key.key.hash,
          found == keys_.end() ? std::nullopt : std::optional(std::move(found->second))});
  }
  keys_.insert_or_assign(key.key.hash, LocalKey{key, created});
}

void ContractStates::note(Change change) {
  if (!rollbacks_.empty())
    changes_.push_back(std::move(change));
}

} // namespace tenon::daml::ledger
