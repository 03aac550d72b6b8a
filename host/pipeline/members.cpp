#include "pipeline/members.hpp"

#include "pipeline/keys.hpp"
#include "pipeline/ledger_records.hpp"

namespace tenon::host::pipeline {

Members members_of(const Genesis& genesis) {
  return {0, genesis.validators, std::nullopt, {genesis.clients.begin(), genesis.clients.end()}};
}

Result<Members> read_members(const LedgerHead& head) {
  const BlockState state(head.snapshot, head.block->header.record_time_us());
  Members members;
  members.height = head.block->height();
  TENON_ASSIGN_OR_RETURN(members.validators,
                         read_required_record<v1::ValidatorSet>(state, keys::kValidators));
  TENON_ASSIGN_OR_RETURN(auto schedule, read_record<v1::EpochRecord>(state, keys::kSchedule));
  if (schedule && schedule->has_next())
    members.next = std::move(*schedule->mutable_next());
  std::string malformed;
  TENON_RETURN_IF_ERROR(state.scan(
      keys::kClients, prefix_end(keys::kClients),
      [&](BytesView key, const merkle::StateEntry& entry) {
        v1::ClientRecord record;
        if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())))
          malformed = std::string(key);
        else if (!record.public_key().empty())
          members.clients.emplace_back(key.substr(keys::kClients.size()), std::move(record));
        return malformed.empty();
      }));
  if (!malformed.empty())
    return data_loss("the record under " + malformed + " is malformed");
  return members;
}

bool concerns_members(BytesView key) {
  return key == keys::kValidators || key == keys::kSchedule || key.starts_with(keys::kClients);
}

} // namespace tenon::host::pipeline
