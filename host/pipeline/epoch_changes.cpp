#include "pipeline/epoch_changes.hpp"

#include <optional>

#include "pipeline/keys.hpp"
#include "pipeline/operator_rules.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/plugin/consensus.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

constexpr int kMaxValidators = 64;
// A height that is not reached for so long is more likely a slip than a plan.
constexpr std::uint64_t kMaxBlocksAhead = 10'000'000;

// Of the first block of the next epoch, as the action asks for it; 0: the earliest.
std::uint64_t asked_height(const v1::OperatorAction& action) {
  switch (action.action_case()) {
  case v1::OperatorAction::kAddReplica:
    return action.add_replica().activation_height();
  case v1::OperatorAction::kRemoveReplica:
    return action.remove_replica().activation_height();
  case v1::OperatorAction::kRotateReplicaKeys:
    return action.rotate_replica_keys().activation_height();
  case v1::OperatorAction::kSetMaxByzantine:
    return action.set_max_byzantine().activation_height();
  case v1::OperatorAction::kSetEngines:
    return action.set_engines().activation_height();
  default:
    return action.wedge().last_height() == 0 ? 0 : action.wedge().last_height() + 1;
  }
}

Result<std::uint64_t> activation_height(const EpochChange& change) {
  const std::uint64_t earliest = change.height + plugin::kConsensusLag + 1;
  const std::uint64_t asked = asked_height(change.action);
  if (change.record.last_height() != 0) {
    const std::uint64_t pending = change.record.last_height() + 1;
    if (pending >= earliest && (asked == 0 || asked == pending))
      return pending;
    return failed_precondition(
        std::string(change.record.wedged() ? "WEDGED" : "CHANGE_PENDING") +
        ": a new epoch with block " + std::to_string(pending) +
        " is ordered already, and this change cannot join it; order it in that epoch");
  }
  if (asked != 0 && asked < earliest) {
    return failed_precondition("HEIGHT_TOO_EARLY: expected a new epoch with block " +
                               std::to_string(earliest) + " or a later one, found " +
                               std::to_string(asked));
  }
  if (asked > change.height + kMaxBlocksAhead) {
    return failed_precondition("HEIGHT_TOO_FAR: expected a new epoch with block " +
                               std::to_string(change.height + kMaxBlocksAhead) +
                               " at the latest, found " + std::to_string(asked));
  }
  return asked == 0 ? earliest : asked;
}

// Place in the set; nothing when it has no such validator.
std::optional<int> find(const v1::ValidatorSet& set, const std::string& name) {
  for (int i = 0; i < set.validators_size(); ++i) {
    if (set.validators(i).name() == name)
      return i;
  }
  return std::nullopt;
}

Status unknown(const std::string& name) {
  return not_found("VALIDATOR_UNKNOWN: the next epoch has no validator " + as_utf8(name));
}

Status check_unused(const v1::ValidatorSet& set, const std::string& public_key) {
  for (const v1::Validator& one : set.validators()) {
    if (one.public_key() == public_key) {
      return {Code::kAlreadyExists,
              "VALIDATOR_EXISTS: the key is that of validator " + one.name() + " already"};
    }
  }
  return {};
}

Status check_faults(const v1::ValidatorSet& set) {
  if (static_cast<std::uint64_t>(set.validators_size()) > 3ull * set.max_byzantine())
    return {};
  return failed_precondition("TOO_FEW_VALIDATORS: expected more than " +
                             std::to_string(3ull * set.max_byzantine()) +
                             " validators to withstand " + std::to_string(set.max_byzantine()) +
                             " Byzantine ones, found " + std::to_string(set.validators_size()) +
                             "; lower max_byzantine first, for the same height");
}

Status add(const v1::AddReplica& action, v1::ValidatorSet& set) {
  const v1::Validator& validator = action.validator();
  if (!keys::valid_client(validator.name())) {
    return invalid_argument("INVALID_NAME: a validator's name has 1 to 63 of A-Z a-z 0-9 . _ -; "
                            "choose another name");
  }
  TENON_RETURN_IF_ERROR(check_keys(validator.public_key(), validator.tls_key()));
  if (find(set, validator.name())) {
    return {Code::kAlreadyExists,
            "VALIDATOR_EXISTS: the next epoch has a validator " + validator.name() + " already"};
  }
  TENON_RETURN_IF_ERROR(check_unused(set, validator.public_key()));
  if (set.validators_size() >= kMaxValidators) {
    return failed_precondition("TOO_MANY_VALIDATORS: expected at most " +
                               std::to_string(kMaxValidators));
  }
  *set.add_validators() = validator;
  return {};
}

Status remove(const v1::RemoveReplica& action, v1::ValidatorSet& set) {
  const std::optional<int> place = find(set, action.name());
  if (!place)
    return unknown(action.name());
  set.mutable_validators()->DeleteSubrange(*place, 1);
  return check_faults(set);
}

Status rotate(const v1::RotateReplicaKeys& action, const Hash& chain, v1::ValidatorSet& set) {
  TENON_RETURN_IF_ERROR(check_keys(action.public_key(), action.tls_key()));
  const std::optional<int> place = find(set, action.name());
  if (!place)
    return unknown(action.name());
  v1::Validator& validator = *set.mutable_validators(*place);
  if (validator.public_key() != action.public_key())
    TENON_RETURN_IF_ERROR(check_unused(set, action.public_key()));
  if (!crypto::verify(action.public_key(),
                      wire::rotation_signing_bytes(chain, action.name(), action.public_key(),
                                                   action.tls_key()),
                      action.proof())) {
    return permission_denied("KEY_PROOF_INVALID: expected a signature by the new key over name "
                             "and new keys, which shows that the replica has it");
  }
  validator.set_public_key(action.public_key());
  validator.set_tls_key(action.tls_key());
  return {};
}

Status apply(const EpochChange& change, v1::EpochRecord& record) {
  v1::ValidatorSet& set = *record.mutable_next();
  const v1::OperatorAction& action = change.action;
  switch (action.action_case()) {
  case v1::OperatorAction::kAddReplica:
    return add(action.add_replica(), set);
  case v1::OperatorAction::kRemoveReplica:
    return remove(action.remove_replica(), set);
  case v1::OperatorAction::kRotateReplicaKeys:
    return rotate(action.rotate_replica_keys(), change.chain, set);
  case v1::OperatorAction::kSetMaxByzantine:
    set.set_max_byzantine(action.set_max_byzantine().max_byzantine());
    return check_faults(set);
  case v1::OperatorAction::kSetEngines:
    record.set_next_engines(action.set_engines().fingerprint());
    if (record.next_engines().size() == Hash::kSize)
      return {};
    return invalid_argument("INVALID_FINGERPRINT: expected a network fingerprint of 32 bytes, "
                            "found " +
                            std::to_string(record.next_engines().size()));
  default:
    record.set_wedged(true);
    return {};
  }
}

} // namespace

bool changes_epoch(const v1::OperatorAction& action) {
  switch (action.action_case()) {
  case v1::OperatorAction::kAddReplica:
  case v1::OperatorAction::kRemoveReplica:
  case v1::OperatorAction::kRotateReplicaKeys:
  case v1::OperatorAction::kSetMaxByzantine:
  case v1::OperatorAction::kSetEngines:
  case v1::OperatorAction::kWedge:
    return true;
  default:
    return false;
  }
}

Result<v1::EpochRecord> order_change(const EpochChange& change) {
  TENON_ASSIGN_OR_RETURN(const std::uint64_t activation, activation_height(change));
  v1::EpochRecord record = change.record;
  if (!record.has_next()) {
    *record.mutable_next() = change.validators;
    record.mutable_next()->set_epoch(change.validators.epoch() + 1);
  }
  record.set_last_height(activation - 1);
  TENON_RETURN_IF_ERROR(apply(change, record));
  return record;
}

} // namespace tenon::host::pipeline
