#include "pipeline/operator_actions.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

#include "pipeline/epoch_changes.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/operator_rules.hpp"
#include "pipeline/outcome.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::pipeline {

namespace {

constexpr int kMaxHosts = 64;

// What an accepted action writes. Made while everything is checked and nothing is written.
struct Effect {
  std::function<Status()> write;
  Bytes response = "{}"; // JSON object
};

class Action {
public:
  Action(SystemContext& context, BytesView salt_source, v1::OperatorSet& operators)
      : context_(context), salt_source_(salt_source), operators_(operators) {}

  [[nodiscard]] Result<Effect> effect(const v1::OperatorAction& action);

private:
  template <typename Record> Effect put(Bytes key, Record record) {
    return {[this, key = std::move(key), record = std::move(record)] {
      put_public_record(context_.state, key, record, salt_source_);
      return Status();
    }};
  }
  [[nodiscard]] Result<Effect> change_epoch(const v1::OperatorAction& action);
  [[nodiscard]] Result<Effect> prune(const v1::Prune& action);
  [[nodiscard]] Result<Effect> host_party(const v1::HostParty& action);
  [[nodiscard]] Result<Effect> add_client(const v1::AddClient& action);
  [[nodiscard]] Result<Effect> remove_client(const v1::RemoveClient& action);
  [[nodiscard]] Result<Effect> rotate_client(const v1::RotateClientKeys& action);
  [[nodiscard]] Result<Effect> set_operators(const v1::SetOperators& action);

  [[nodiscard]] Effect put_client(const std::string& id, v1::ClientRecord record);
  // Of a client that the ledger has.
  [[nodiscard]] Result<v1::ClientRecord> client(const std::string& id);
  // From here on what the client sees goes into another stream.
  [[nodiscard]] Status begin_hosting_epoch(const std::string& id);

  SystemContext& context_;
  BytesView salt_source_;
  v1::OperatorSet& operators_;
};

Result<Effect> Action::effect(const v1::OperatorAction& action) {
  switch (action.action_case()) {
  case v1::OperatorAction::kPrune:
    return prune(action.prune());
  case v1::OperatorAction::kHostParty:
    return host_party(action.host_party());
  case v1::OperatorAction::kAddClient:
    return add_client(action.add_client());
  case v1::OperatorAction::kRemoveClient:
    return remove_client(action.remove_client());
  case v1::OperatorAction::kRotateClientKeys:
    return rotate_client(action.rotate_client_keys());
  case v1::OperatorAction::kSetOperators:
    return set_operators(action.set_operators());
  case v1::OperatorAction::kUnwedge:
    return failed_precondition("NOT_WEDGED: a transaction is ordered, so the ledger is not wedged; "
                               "give an unwedge to the replicas themselves");
  default:
    return change_epoch(action);
  }
}

Result<Effect> Action::change_epoch(const v1::OperatorAction& action) {
  TENON_ASSIGN_OR_RETURN(const auto validators, read_required_record<v1::ValidatorSet>(
                                                    context_.state, keys::kValidators));
  TENON_ASSIGN_OR_RETURN(const auto record,
                         read_record<v1::EpochRecord>(context_.state, keys::kSchedule));
  TENON_ASSIGN_OR_RETURN(v1::EpochRecord ordered,
                         order_change({context_.chain, context_.height, validators,
                                       record.value_or(v1::EpochRecord()), action}));
  const std::string last_height = std::to_string(ordered.last_height());
  Effect effect = put(Bytes(keys::kSchedule), std::move(ordered));
  effect.response = "{\"last_height\":" + last_height + "}";
  return effect;
}

Result<Effect> Action::prune(const v1::Prune& action) {
  TENON_ASSIGN_OR_RETURN(const auto before,
                         read_record<v1::PruneRecord>(context_.state, keys::kPrune));
  const std::uint64_t oldest = before ? before->keep_from_height() : 0;
  if (action.keep_from_height() <= oldest || action.keep_from_height() > context_.height) {
    return failed_precondition("PRUNE_HEIGHT: expected a height above " + std::to_string(oldest) +
                               ", from which all is kept already, and not above this block's, " +
                               std::to_string(context_.height) + ", found " +
                               std::to_string(action.keep_from_height()));
  }
  v1::PruneRecord record;
  record.set_keep_from_height(action.keep_from_height());
  return put(Bytes(keys::kPrune), std::move(record));
}

Result<v1::ClientRecord> Action::client(const std::string& id) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, context_.records.client(id));
  if (record == nullptr)
    return not_found("CLIENT_UNKNOWN: this ledger has no client " + as_utf8(id));
  return *record;
}

Effect Action::put_client(const std::string& id, v1::ClientRecord record) {
  return {[this, id, record = std::move(record)] {
    put_public_record(context_.state, keys::client(id), record, salt_source_);
    context_.records.forget_client(id);
    return Status();
  }};
}

Status Action::begin_hosting_epoch(const std::string& id) {
  TENON_RETURN_IF_ERROR(context_.streams.end_stream(id, context_.block_id));
  TENON_ASSIGN_OR_RETURN(v1::ClientRecord record, client(id));
  record.set_hosting_epoch(record.hosting_epoch() + 1);
  return put_client(id, std::move(record)).write();
}

Result<Effect> Action::host_party(const v1::HostParty& action) {
  TENON_ASSIGN_OR_RETURN(const v1::PartyRecord* const existing,
                         context_.records.party(action.party()));
  if (existing == nullptr) {
    return not_found("UNKNOWN_PARTY: party " + as_utf8(action.party()) +
                     " is not allocated on this ledger");
  }
  if (action.clients_size() == 0 || action.clients_size() > kMaxHosts) {
    return invalid_argument("INVALID_HOSTS: expected 1 to " + std::to_string(kMaxHosts) +
                            " clients to host a party, found " +
                            std::to_string(action.clients_size()));
  }
  std::vector<std::string> hosts(action.clients().begin(), action.clients().end());
  std::sort(hosts.begin(), hosts.end());
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  for (const std::string& id : hosts)
    TENON_RETURN_IF_ERROR(client(id).status());
  std::vector<std::string> moved;
  std::set_symmetric_difference(existing->hosted_by().begin(), existing->hosted_by().end(),
                                hosts.begin(), hosts.end(), std::back_inserter(moved));
  v1::PartyRecord record = *existing;
  record.mutable_hosted_by()->Assign(hosts.begin(), hosts.end());
  record.set_hosting_epoch(record.hosting_epoch() + (moved.empty() ? 0 : 1));
  return Effect{[this, party = action.party(), record, moved]() -> Status {
    for (const std::string& id : moved) {
      TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const known, context_.records.client(id));
      if (known != nullptr) // a host that has been removed since sees nothing any more
        TENON_RETURN_IF_ERROR(begin_hosting_epoch(id));
    }
    put_public_record(context_.state, keys::party(party), record, salt_source_);
    context_.records.forget_party(party);
    return {};
  }};
}

Result<Effect> Action::add_client(const v1::AddClient& action) {
  if (!keys::valid_client(action.id())) {
    return invalid_argument("INVALID_NAME: a client's id has 1 to 63 of A-Z a-z 0-9 . _ -; choose "
                            "another id");
  }
  TENON_RETURN_IF_ERROR(check_keys(action.public_key(), action.tls_key()));
  // One that was removed is still there, without a key: its streams must not go on where they were.
  TENON_ASSIGN_OR_RETURN(const auto before, read_record<v1::ClientRecord>(
                                                context_.state, keys::client(action.id())));
  if (before && !before->public_key().empty()) {
    return Status(Code::kAlreadyExists,
                  "CLIENT_EXISTS: this ledger has a client " + action.id() + " already");
  }
  v1::ClientRecord record;
  record.set_public_key(action.public_key());
  record.set_tls_key(action.tls_key());
  record.set_may_allocate_parties(action.may_allocate_parties());
  record.set_streams(action.streams());
  record.set_hosting_epoch(before ? before->hosting_epoch() + 1 : 1);
  Effect addition = put_client(action.id(), std::move(record));
  // Its stream begins here: whoever has the id now gets nothing of what a former holder saw.
  return Effect{[this, id = action.id(), write = std::move(addition.write)]() -> Status {
    Bytes since;
    append_be64(since, context_.height);
    put_public_value(context_.state, keys::client_since(id), since, salt_source_);
    return write();
  }};
}

Result<Effect> Action::remove_client(const v1::RemoveClient& action) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord existing, client(action.id()));
  v1::ClientRecord record;
  record.set_hosting_epoch(existing.hosting_epoch());
  Effect removal = put_client(action.id(), std::move(record));
  return Effect{[this, id = action.id(), write = std::move(removal.write)]() -> Status {
    TENON_RETURN_IF_ERROR(context_.streams.end_stream(id, context_.block_id));
    return write();
  }};
}

Result<Effect> Action::rotate_client(const v1::RotateClientKeys& action) {
  TENON_RETURN_IF_ERROR(check_keys(action.public_key(), action.tls_key()));
  TENON_ASSIGN_OR_RETURN(v1::ClientRecord record, client(action.id()));
  record.set_public_key(action.public_key());
  record.set_tls_key(action.tls_key());
  return put_client(action.id(), std::move(record));
}

Result<Effect> Action::set_operators(const v1::SetOperators& action) {
  v1::OperatorSet next;
  next.set_threshold(action.threshold());
  *next.mutable_operators() = action.operators();
  if (const Status status = check_operator_set(next); !status.ok())
    return status.with_context("INVALID_OPERATORS");
  operators_ = std::move(next);
  return Effect{[] { return Status(); }}; // record_command() writes them
}

} // namespace

Result<Bytes> execute_operator_command(SystemContext& context, const Hash& transaction_id,
                                       const v1::Transaction& transaction,
                                       const v1::OperatorCommand& command) {
  TENON_ASSIGN_OR_RETURN(v1::OperatorSet operators,
                         check_authority(context.state, context.chain, command));
  TENON_ASSIGN_OR_RETURN(const v1::OperatorAction message, parse_operator_action(command));
  Action action(context, transaction.salt(), operators);
  TENON_ASSIGN_OR_RETURN(const Effect effect, action.effect(message));
  record_command(context.state, std::move(operators),
                 {command, context.height, transaction_id, transaction.salt()});
  TENON_RETURN_IF_ERROR(as_fault(effect.write())); // what it may refuse it has refused already
  return effect.response;
}

} // namespace tenon::host::pipeline
