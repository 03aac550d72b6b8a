#include "pipeline/visibility.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::host::pipeline {

namespace {

template <typename Repeated> bool names_one_of(const Repeated& names, const Viewer& viewer) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(viewer.parties.begin(), viewer.parties.end(), name) != viewer.parties.end();
  });
}

bool may_see(const v1::Event& event, const Viewer& viewer) {
  return viewer.all || names_one_of(event.readers(), viewer) ||
         (event.readers_size() == 1 && event.readers(0) == merkle::kPublicReader);
}

} // namespace

std::optional<v1::LedgerTransaction> visible_part(const Viewer& viewer, std::uint64_t offset,
                                                  std::uint64_t record_time_us,
                                                  const DecodedTransaction& transaction,
                                                  const v1::TransactionResult& result) {
  const v1::Transaction& message = transaction.message;
  v1::LedgerTransaction seen;
  for (const v1::Event& event : result.events()) {
    if (may_see(event, viewer))
      *seen.add_events() = event;
  }
  const bool submitter = viewer.all || names_one_of(message.act_as(), viewer) ||
                         names_one_of(message.read_as(), viewer);
  if (seen.events_size() == 0 && (!submitter || viewer.only_with_events))
    return std::nullopt;
  seen.set_offset(offset);
  seen.set_transaction_id(transaction.id.str());
  seen.set_record_time_us(record_time_us);
  seen.set_engine(message.engine());
  seen.set_submitter_view(submitter);
  if (!submitter)
    return seen;
  *seen.mutable_act_as() = message.act_as();
  seen.set_command_id(message.command_id());
  seen.set_context(message.context());
  const v1::Outcome& outcome = result.outcome();
  seen.set_code(outcome.code());
  seen.set_reason(outcome.reason());
  seen.set_message(outcome.message());
  seen.set_response(outcome.response());
  return seen;
}

Result<bool> is_visible_entry(BytesView key, BytesView encoded,
                              FunctionRef<Result<bool>(const std::string& party)> hosts) {
  if (key.starts_with(keys::kDedups) || key.starts_with(keys::kStreams))
    return false;
  TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(encoded));
  const auto readers = merkle::decode_readers(entry.readers);
  if (!readers)
    return false;
  for (const std::string& reader : *readers) {
    if (reader == merkle::kPublicReader)
      return true;
    TENON_ASSIGN_OR_RETURN(const bool hosts_it, hosts(reader));
    if (hosts_it)
      return true;
  }
  return false;
}

} // namespace tenon::host::pipeline
