#include "pipeline/transaction_rules.hpp"

#include "pipeline/dedup.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"

namespace tenon::host::pipeline {

namespace {

Status check_form(const RuleContext& context, const DecodedTransaction& transaction,
                  std::size_t encoded_size) {
  if (!transaction.well_formed)
    return invalid_argument("MALFORMED_TRANSACTION: expected a Transaction message, found others");
  const v1::Transaction& message = transaction.message;
  if (message.chain() != context.chain.view())
    return invalid_argument("WRONG_CHAIN: the transaction was made for another chain");
  if (encoded_size > context.parameters.max_transaction_bytes()) {
    return invalid_argument("TRANSACTION_TOO_LARGE: expected at most " +
                            std::to_string(context.parameters.max_transaction_bytes()) +
                            " bytes, found " + std::to_string(encoded_size));
  }
  if (message.dedup_key().size() != Hash::kSize || message.salt().size() != Hash::kSize)
    return invalid_argument("MALFORMED_TRANSACTION: deduplication key and salt must be 32 bytes");
  if (message.command_id().size() > kMaxCommandIdBytes)
    return invalid_argument("MALFORMED_TRANSACTION: the command id is longer than 512 bytes");
  if (message.context().size() > kMaxContextBytes)
    return invalid_argument("MALFORMED_TRANSACTION: the context is longer than 4096 bytes");
  if (message.act_as_size() + message.read_as_size() > kMaxParties)
    return invalid_argument("TOO_MANY_PARTIES: expected at most 64 in act_as and read_as");
  return {};
}

Status check_hosting(const RuleContext& context, std::string_view client,
                     const std::string& party) {
  TENON_ASSIGN_OR_RETURN(const v1::PartyRecord* const record, context.records.party(party));
  if (record == nullptr)
    return not_found("UNKNOWN_PARTY: party " + party + " is not allocated on this ledger");
  if (!hosts(record, client)) {
    return permission_denied("PARTY_NOT_HOSTED: party " + party + " is not hosted by client " +
                             std::string(client) + ", which signed the transaction");
  }
  return {};
}

Status check_readers(const std::vector<std::string>& readers) {
  for (const std::string& reader : readers) {
    if (reader != merkle::kPublicReader && !keys::valid_party(reader))
      return invalid_argument("INVALID_RESULT: a reader is not the name of a party");
  }
  return {};
}

} // namespace

Status check_transaction(const RuleContext& context, std::string_view client,
                         const DecodedTransaction& transaction, std::size_t encoded_size) {
  TENON_RETURN_IF_ERROR(check_form(context, transaction, encoded_size));
  const v1::Transaction& message = transaction.message;
  if (message.not_after_us() != 0 && context.state.record_time_us() > message.not_after_us()) {
    return {Code::kDeadlineExceeded, std::string(reasons::kDeadlinePassed) +
                                         ": the transaction's deadline passed before its block"};
  }
  for (const std::string& party : message.act_as())
    TENON_RETURN_IF_ERROR(check_hosting(context, client, party));
  for (const std::string& party : message.read_as())
    TENON_RETURN_IF_ERROR(check_hosting(context, client, party));
  TENON_RETURN_IF_ERROR(
      check_dedup(context.state, message, context.parameters.max_dedup_window_us()));
  return check_not_rejected(context.state, client, transaction.id);
}

Status check_result(const plugin::ExecutionResult& result, std::uint64_t record_time_us) {
  if (record_time_us < result.min_time_us || record_time_us > result.max_time_us) {
    return {Code::kAborted, "TIME_BOUNDS: the result does not hold at the block's record time"};
  }
  for (const plugin::EngineWrite& write : result.writes) {
    if (write.key.empty() || write.key.size() > keys::kMaxKeyBytes) {
      return invalid_argument("INVALID_RESULT: expected keys of 1 to " +
                              std::to_string(keys::kMaxKeyBytes) + " bytes, found one of " +
                              std::to_string(write.key.size()));
    }
    if (write.expires_at_us != 0 && write.expires_at_us <= record_time_us)
      return invalid_argument("INVALID_RESULT: a write expires before it is made");
    TENON_RETURN_IF_ERROR(check_readers(write.readers));
  }
  for (const plugin::EngineEvent& event : result.events)
    TENON_RETURN_IF_ERROR(check_readers(event.readers));
  return {};
}

} // namespace tenon::host::pipeline
