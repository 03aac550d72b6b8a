#include "pipeline/operator_rules.hpp"

#include <algorithm>
#include <set>

#include "pipeline/keys.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

Status invalid_signature(const std::string& why) {
  return permission_denied("OPERATOR_SIGNATURE_INVALID: " + why);
}

Status check_signatures(const v1::OperatorSet& operators, const v1::OperatorCommand& command,
                        BytesView signed_bytes) {
  std::set<std::string> signers;
  for (const v1::OperatorSignature& signature : command.signatures()) {
    const auto signer =
        std::find_if(operators.operators().begin(), operators.operators().end(),
                     [&](const v1::Operator& one) { return one.name() == signature.name(); });
    if (signer == operators.operators().end())
      return invalid_signature("a signature names somebody who is no operator of this ledger");
    if (!signers.insert(signer->name()).second)
      return invalid_signature("operator " + signer->name() + " signed twice");
    if (!crypto::verify(signer->public_key(), signed_bytes, signature.signature())) {
      return invalid_signature("the signature of operator " + signer->name() +
                               " is not one of this command, on this chain, in this sequence");
    }
  }
  if (signers.size() < operators.threshold()) {
    return permission_denied("OPERATOR_THRESHOLD: expected signatures of at least " +
                             std::to_string(operators.threshold()) + " operators, found " +
                             std::to_string(signers.size()));
  }
  return {};
}

} // namespace

Result<v1::OperatorAction> parse_operator_action(const v1::OperatorCommand& command) {
  v1::OperatorAction action;
  if (!action.ParseFromString(command.command()) ||
      action.action_case() == v1::OperatorAction::ACTION_NOT_SET)
    return invalid_argument("MALFORMED_COMMAND: expected an OperatorAction message");
  if (command.signatures_size() > kMaxOperators) {
    return invalid_argument("MALFORMED_COMMAND: expected at most " +
                            std::to_string(kMaxOperators) + " signatures, found " +
                            std::to_string(command.signatures_size()));
  }
  return action;
}

Result<v1::OperatorSet> check_authority(const BlockState& state, const Hash& chain,
                                        const v1::OperatorCommand& command) {
  TENON_ASSIGN_OR_RETURN(std::optional<v1::OperatorSet> operators,
                         read_record<v1::OperatorSet>(state, keys::kOperators));
  if (!operators) {
    return failed_precondition("NO_OPERATORS: the genesis document of this ledger names no "
                               "operators, so nobody can give such a command");
  }
  if (command.sequence() != operators->next_sequence()) {
    return failed_precondition("OPERATOR_SEQUENCE: expected sequence number " +
                               std::to_string(operators->next_sequence()) + ", found " +
                               std::to_string(command.sequence()) +
                               "; sign the command again with the expected one");
  }
  TENON_RETURN_IF_ERROR(check_signatures(
      *operators, command,
      wire::operator_signing_bytes(chain, command.sequence(), command.command())));
  return std::move(*operators);
}

Status check_operator_set(const v1::OperatorSet& operators) {
  if (operators.operators_size() > kMaxOperators) {
    return invalid_argument("expected at most " + std::to_string(kMaxOperators) +
                            " operators, found " + std::to_string(operators.operators_size()));
  }
  if (operators.threshold() == 0 ||
      operators.threshold() > static_cast<std::uint32_t>(operators.operators_size())) {
    return invalid_argument("expected a threshold from 1 to the number of operators, which is " +
                            std::to_string(operators.operators_size()) + ", found " +
                            std::to_string(operators.threshold()));
  }
  std::set<std::string> names;
  std::set<std::string> public_keys;
  for (const v1::Operator& one : operators.operators()) {
    if (!keys::valid_client(one.name()))
      return invalid_argument("expected operators' names of 1 to 63 of A-Z a-z 0-9 . _ -");
    if (one.public_key().size() != crypto::kPublicKeySize)
      return invalid_argument("expected a key of 32 bytes of operator " + one.name());
    if (!names.insert(one.name()).second || !public_keys.insert(one.public_key()).second) {
      return invalid_argument("expected operators with different names and keys, found " +
                              one.name() + " or its key twice");
    }
  }
  return {};
}

void record_command(BlockState& state, v1::OperatorSet operators,
                    const AcceptedCommand& accepted) {
  operators.set_next_sequence(accepted.command.sequence() + 1);
  v1::OperatorLogEntry entry;
  entry.set_height(accepted.height);
  entry.set_transaction_id(accepted.transaction_id.str());
  entry.set_command(accepted.command.SerializeAsString());
  put_public_record(state, Bytes(keys::kOperators), operators, accepted.salt_source);
  put_public_record(state, keys::operator_log(accepted.command.sequence()), entry,
                    accepted.salt_source);
}

Status check_keys(BytesView public_key, BytesView tls_key) {
  if (public_key.size() == crypto::kPublicKeySize &&
      (tls_key.empty() || tls_key.size() == crypto::kPublicKeySize))
    return {};
  return invalid_argument("INVALID_KEY: expected Ed25519 keys of 32 bytes, found keys of " +
                          std::to_string(public_key.size()) + " and " +
                          std::to_string(tls_key.size()));
}

} // namespace tenon::host::pipeline
