#include "pipeline/system_engine.hpp"

#include "pipeline/keys.hpp"
#include "pipeline/operator_rules.hpp"

namespace tenon::host::pipeline {

namespace {

constexpr std::size_t kMaxDisplayNameBytes = 255;
constexpr std::uint64_t kFirstHostingEpoch = 1;

Result<Bytes> allocate_party(SystemContext& context, const std::string& client,
                             const v1::Transaction& transaction, const v1::AllocateParty& command) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const signer, context.records.client(client));
  if (signer == nullptr || !signer->may_allocate_parties()) {
    return permission_denied("ALLOCATION_NOT_ALLOWED: client " + client +
                             " may not allocate parties on this ledger");
  }
  TENON_ASSIGN_OR_RETURN(const v1::PartyRecord* const existing,
                         context.records.party(command.party()));
  if (existing != nullptr) {
    return Status(Code::kAlreadyExists,
                  "PARTY_EXISTS: party " + command.party() + " is allocated already");
  }
  v1::PartyRecord record;
  record.set_display_name(command.display_name());
  record.add_hosted_by(client);
  record.set_hosting_epoch(kFirstHostingEpoch);
  put_public_record(context.state, keys::party(command.party()), record, transaction.salt());
  context.records.forget_party(command.party());
  return "{\"party\":\"" + command.party() + "\"}"; // party names need no escaping
}

Status check_form(const v1::AllocateParty& command) {
  if (!keys::valid_party(command.party())) {
    return invalid_argument("INVALID_PARTY: a party's name has 1 to 255 of A-Z a-z 0-9 : _ - and "
                            "space; choose another name");
  }
  if (command.display_name().size() > kMaxDisplayNameBytes)
    return invalid_argument("INVALID_PARTY: a display name has at most 255 bytes");
  return {};
}

} // namespace

Result<v1::SystemCommand> parse_system_command(BytesView payload) {
  v1::SystemCommand command;
  if (!command.ParseFromArray(payload.data(), static_cast<int>(payload.size())) ||
      command.command_case() == v1::SystemCommand::COMMAND_NOT_SET)
    return invalid_argument("MALFORMED_COMMAND: expected a SystemCommand message");
  TENON_RETURN_IF_ERROR(command.has_operator_command()
                            ? parse_operator_action(command.operator_command()).status()
                            : check_form(command.allocate_party()));
  return command;
}

Result<Bytes> execute_system(SystemContext& context, const std::string& client,
                             const Hash& transaction_id, const v1::Transaction& transaction) {
  TENON_ASSIGN_OR_RETURN(const v1::SystemCommand command,
                         parse_system_command(transaction.payload()));
  if (command.has_operator_command()) {
    return execute_operator_command(context, transaction_id, transaction,
                                    command.operator_command());
  }
  return allocate_party(context, client, transaction, command.allocate_party());
}

} // namespace tenon::host::pipeline
