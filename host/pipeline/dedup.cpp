#include "pipeline/dedup.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "pipeline/ledger_records.hpp"
#include "pipeline/outcome.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

void append_sized(Bytes& out, BytesView bytes) {
  append_be32(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

void append_set(Bytes& out, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  append_be32(out, static_cast<std::uint32_t>(names.size()));
  for (const std::string& name : names)
    append_sized(out, name);
}

// No engine has an empty id, so these stand beside the commands.
Bytes rejection_key(std::string_view client, const Hash& transaction_id) {
  return keys::dedup({}, crypto::sha256({transaction_id.view(), client}).view());
}

// The first moment at which it cannot be committed any more.
std::uint64_t spent_at_us(const v1::Transaction& transaction) {
  const std::uint64_t deadline_us = transaction.not_after_us();
  if (deadline_us == 0 || deadline_us >= transaction.dedup_until_us())
    return transaction.dedup_until_us();
  return deadline_us + 1;
}

void put_record(BlockState& state, Bytes key, std::uint64_t expires_at_us,
                const v1::Transaction& transaction, const v1::DedupRecord& record) {
  const Bytes value = record.SerializeAsString();
  const Hash salt = wire::derived_salt(transaction.salt(), "state", key);
  state.put(std::move(key), {salt, expires_at_us, {}, value});
}

v1::DedupRecord record_of(const BlockState& state, const Hash& transaction_id,
                          std::uint64_t height, std::uint32_t index) {
  v1::DedupRecord record;
  record.set_record_time_us(state.record_time_us());
  record.set_transaction_id(transaction_id.str());
  record.set_height(height);
  record.set_index(index);
  return record;
}

} // namespace

Hash dedup_key(std::vector<std::string> act_as, std::string_view command_id) {
  Bytes bytes;
  append_set(bytes, std::move(act_as));
  append_sized(bytes, command_id);
  return crypto::sha256(bytes);
}

Hash submission_content(const v1::Submission& submission) {
  Bytes bytes;
  append_sized(bytes, submission.engine());
  append_set(bytes, {submission.act_as().begin(), submission.act_as().end()});
  append_set(bytes, {submission.read_as().begin(), submission.read_as().end()});
  append_sized(bytes, submission.command());
  return crypto::sha256(bytes);
}

Result<std::optional<v1::DedupRecord>> find_dedup(const BlockState& state, std::string_view engine,
                                                  BytesView dedup_key) {
  return read_record<v1::DedupRecord>(state, keys::dedup(engine, dedup_key));
}

Status check_dedup(const BlockState& state, const v1::Transaction& transaction,
                   std::uint64_t max_window_us) {
  const std::uint64_t now_us = state.record_time_us();
  if (transaction.dedup_until_us() <= now_us) {
    return failed_precondition("DEDUPLICATION_PASSED: the transaction's deduplication window ended "
                               "before its block; submit the command again");
  }
  if (transaction.dedup_until_us() - now_us > max_window_us) {
    return invalid_argument("DEDUPLICATION_TOO_LONG: the deduplication window may be at most " +
                            std::to_string(max_window_us / 1'000'000) +
                            " seconds on this ledger; ask for a shorter one");
  }
  TENON_ASSIGN_OR_RETURN(const std::optional<v1::DedupRecord> earlier,
                         find_dedup(state, transaction.engine(), transaction.dedup_key()));
  if (!earlier || earlier->record_time_us() <= transaction.dedup_since_us())
    return {};
  return {Code::kAlreadyExists, std::string(reasons::kDuplicateCommand) +
                                    ": the submitter's command of this id was accepted at offset " +
                                    std::to_string(wire::make_offset(earlier->height(),
                                                                     earlier->index()))};
}

Status check_not_rejected(const BlockState& state, std::string_view client,
                          const Hash& transaction_id) {
  TENON_ASSIGN_OR_RETURN(
      const auto earlier,
      read_record<v1::DedupRecord>(state, rejection_key(client, transaction_id)));
  if (!earlier)
    return {};
  return {Code::kAlreadyExists, std::string(reasons::kDuplicateCommand) +
                                    ": this very transaction was rejected at height " +
                                    std::to_string(earlier->height()) +
                                    "; submit the command again"};
}

Status record_rejection(BlockState& state, std::string_view client,
                        const v1::Transaction& transaction, const Hash& transaction_id,
                        std::uint64_t max_window_us, std::uint64_t height, std::uint32_t index) {
  const std::uint64_t now_us = state.record_time_us();
  const std::uint64_t until_us = spent_at_us(transaction);
  // Such a window is refused in every block, and a record of it would stay for ever.
  if (until_us <= now_us || until_us - now_us > max_window_us)
    return {};
  Bytes key = rejection_key(client, transaction_id);
  TENON_ASSIGN_OR_RETURN(const auto earlier, state.entry(key));
  if (!earlier)
    put_record(state, std::move(key), until_us, transaction,
               record_of(state, transaction_id, height, index));
  return {};
}

void record_dedup(BlockState& state, const v1::Transaction& transaction, const Hash& transaction_id,
                  std::uint64_t height, std::uint32_t index) {
  put_record(state, keys::dedup(transaction.engine(), transaction.dedup_key()),
             transaction.dedup_until_us(), transaction,
             record_of(state, transaction_id, height, index));
}

} // namespace tenon::host::pipeline
