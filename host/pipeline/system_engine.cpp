#include "pipeline/system_engine.hpp"

#include "pipeline/keys.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

constexpr std::size_t kMaxDisplayNameBytes = 255;
constexpr std::uint64_t kFirstHostingEpoch = 1;

Result<Bytes> allocate_party(BlockState& state, LedgerRecords& records, const std::string& client,
                             const v1::Transaction& transaction, const v1::AllocateParty& command) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const signer, records.client(client));
  if (signer == nullptr || !signer->may_allocate_parties()) {
    return permission_denied("ALLOCATION_NOT_ALLOWED: client " + client +
                             " may not allocate parties on this ledger");
  }
  TENON_ASSIGN_OR_RETURN(const v1::PartyRecord* const existing, records.party(command.party()));
  if (existing != nullptr) {
    return Status(Code::kAlreadyExists,
                  "PARTY_EXISTS: party " + command.party() + " is allocated already");
  }
  v1::PartyRecord record;
  record.set_display_name(command.display_name());
  record.add_hosted_by(client);
  record.set_hosting_epoch(kFirstHostingEpoch);
  Bytes key = keys::party(command.party());
  const Bytes value = record.SerializeAsString();
  const std::string everyone[] = {std::string(merkle::kPublicReader)};
  const Bytes readers = merkle::encode_readers(everyone);
  const Hash salt = wire::derived_salt(transaction.salt(), "state", key);
  state.put(std::move(key), {salt, 0, readers, value});
  records.forget_party(command.party());
  return "{\"party\":\"" + command.party() + "\"}"; // party names need no escaping
}

} // namespace

Result<v1::SystemCommand> parse_system_command(BytesView payload) {
  v1::SystemCommand command;
  if (!command.ParseFromArray(payload.data(), static_cast<int>(payload.size())) ||
      command.command_case() == v1::SystemCommand::COMMAND_NOT_SET)
    return invalid_argument("MALFORMED_COMMAND: expected a SystemCommand message");
  const v1::AllocateParty& allocate = command.allocate_party();
  if (!keys::valid_party(allocate.party())) {
    return invalid_argument("INVALID_PARTY: a party's name has 1 to 255 of A-Z a-z 0-9 : _ - and "
                            "space; choose another name");
  }
  if (allocate.display_name().size() > kMaxDisplayNameBytes)
    return invalid_argument("INVALID_PARTY: a display name has at most 255 bytes");
  return command;
}

Result<Bytes> execute_system(BlockState& state, LedgerRecords& records, const std::string& client,
                             const v1::Transaction& transaction) {
  TENON_ASSIGN_OR_RETURN(const v1::SystemCommand command,
                         parse_system_command(transaction.payload()));
  return allocate_party(state, records, client, transaction, command.allocate_party());
}

} // namespace tenon::host::pipeline
