#include "pipeline/admission.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/system_engine.hpp"
#include "pipeline/transaction_rules.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

namespace {

// After the deadline a block may still be on its way that says what became of the command.
constexpr std::uint64_t kGiveUpAfterUs = 5'000'000;

template <typename Repeated> Status check_parties(const char* member, const Repeated& parties) {
  for (const std::string& party : parties) {
    if (!keys::valid_party(party)) {
      return invalid_argument("INVALID_PARTY: " + std::string(member) +
                              ": a party's name has 1 to 255 of A-Z a-z 0-9 : _ - and space");
    }
  }
  return {};
}

} // namespace

Admission::Admission(const AdmissionParts& parts)
    : parts_(parts),
      accepted_(parts.metrics.counter("submissions_total", "Submissions taken in or refused",
                                      {{"outcome", "accepted"}})),
      refused_(parts.metrics.counter("submissions_total", "Submissions taken in or refused",
                                     {{"outcome", "refused"}})) {}

Status Admission::check_form(const v1::Submission& submission) const {
  const std::string& id = submission.command_id();
  if (id.empty() || id.size() > kMaxCommandIdBytes) {
    return invalid_argument("INVALID_COMMAND_ID: expected 1 to " +
                            std::to_string(kMaxCommandIdBytes) + " bytes, found " +
                            std::to_string(id.size()));
  }
  if (submission.context().size() > kMaxContextBytes) {
    return invalid_argument("CONTEXT_TOO_LARGE: expected at most " +
                            std::to_string(kMaxContextBytes) + " bytes, found " +
                            std::to_string(submission.context().size()));
  }
  const bool system = submission.engine() == keys::kSystemEngine;
  if (!system && parts_.engines.find(submission.engine()) == nullptr) {
    return not_found("UNKNOWN_ENGINE: expected one of " + parts_.engines.names() +
                     " and sys, found \"" + submission.engine() + "\"");
  }
  if (submission.act_as_size() + submission.read_as_size() > kMaxParties)
    return invalid_argument("TOO_MANY_PARTIES: expected at most 64 in act_as and read_as");
  TENON_RETURN_IF_ERROR(check_parties("act_as", submission.act_as()));
  TENON_RETURN_IF_ERROR(check_parties("read_as", submission.read_as()));
  if (submission.command().size() > parts_.options.limits.max_command_bytes) {
    return invalid_argument("COMMAND_TOO_LARGE: expected at most " +
                            std::to_string(parts_.options.limits.max_command_bytes) +
                            " bytes, found " + std::to_string(submission.command().size()));
  }
  return {};
}

Status Admission::submit(const v1::Submission& submission, CompletionTable::Done done) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  if (!parts_.health.accepting())
    return unavailable("STOPPING: this node is shutting down; submit to another, or later");
  TENON_RETURN_IF_ERROR(check_form(submission));
  const Hash key = dedup_key(party_list(submission.act_as()), submission.command_id());
  TENON_ASSIGN_OR_RETURN(const Hash command, table_key(submission, key));
  CompletionTable::Ticket ticket;
  switch (parts_.completions.join(command, submission_content(submission), done, ticket)) {
  case CompletionTable::Join::kJoined:
    return {};
  case CompletionTable::Join::kOtherContent:
    return {Code::kAlreadyExists, std::string(reasons::kDuplicateCommand) + ": command id \"" +
                                      submission.command_id() +
                                      "\" is under way with another content; choose a new id"};
  case CompletionTable::Join::kTooManyCallers:
    return resource_exhausted("TOO_MANY_CALLERS: " +
                              std::to_string(CompletionTable::kMaxCallersPerCommand) +
                              " callers await the outcome of command id \"" +
                              submission.command_id() + "\" already; try again later");
  case CompletionTable::Join::kFull:
    return resource_exhausted(
        "TOO_MANY_PENDING: " + std::to_string(parts_.options.limits.max_pending_commands) +
        " commands await their outcome already; try again later");
  case CompletionTable::Join::kNew:
    break;
  }
  Status status = admit(submission, ticket, key);
  (status.ok() ? accepted_ : refused_).add();
  if (!status.ok() && !parts_.completions.refuse(ticket, status))
    return {}; // the replica halted meanwhile: `done` has been called
  return status;
}

// What is not to be joined with others stands in the completion table under a name of its own.
Result<Hash> Admission::table_key(const v1::Submission& submission, const Hash& dedup_key) {
  if (!submission.distinct())
    return crypto::sha256({submission.engine(), "/", dedup_key.view()});
  TENON_ASSIGN_OR_RETURN(const Bytes random, parts_.random.bytes(Hash::kSize));
  return crypto::sha256(random);
}

Status Admission::admit(const v1::Submission& submission, const CompletionTable::Ticket& ticket,
                        const Hash& dedup_key) {
  const auto head = parts_.head.get();
  const v1::BlockHeader& header = head->block->header;
  const BlockState state(head->snapshot,
                         std::max(parts_.clock.wall_us(), header.record_time_us() + 1));
  std::optional<v1::DedupRecord> earlier;
  if (!submission.distinct()) {
    TENON_ASSIGN_OR_RETURN(earlier, find_dedup(state, submission.engine(), dedup_key.view()));
  }
  TENON_ASSIGN_OR_RETURN(const v1::Transaction transaction,
                         make_transaction(submission, state, dedup_key));
  if (earlier) {
    TENON_ASSIGN_OR_RETURN(const v1::Completion completion,
                           parts_.history.first_outcome(*earlier, transaction));
    parts_.completions.complete_command(ticket, completion);
    return {};
  }
  Bytes encoded = transaction.SerializeAsString();
  if (encoded.size() > parts_.genesis.parameters.max_transaction_bytes()) {
    return invalid_argument("TRANSACTION_TOO_LARGE: expected at most " +
                            std::to_string(parts_.genesis.parameters.max_transaction_bytes()) +
                            " bytes, found " + std::to_string(encoded.size()));
  }
  const Hash id = crypto::sha256(encoded);
  if (transaction.mode() == v1::MODE_PRE_EXECUTED && parts_.options.pre_execute) {
    const Status status = parts_.pre_executor.run(state, header.height() + 1, id, transaction);
    if (status.fault())
      return status;
    if (!status.ok()) {
      parts_.completions.complete_command(ticket, failed_completion(status));
      return {};
    }
  }
  parts_.completions.name(ticket, id, transaction.not_after_us() + kGiveUpAfterUs);
  return parts_.proposer.enqueue(id, std::move(encoded));
}

Result<v1::Transaction> Admission::make_transaction(const v1::Submission& submission,
                                                    const BlockState& state,
                                                    const Hash& dedup_key) {
  const Limits& limits = parts_.options.limits;
  const std::uint64_t now_us = parts_.clock.wall_us();
  const std::uint64_t deadline_ms =
      submission.deadline_ms() == 0 ? limits.default_deadline_ms : submission.deadline_ms();
  const std::uint64_t window_ms = submission.dedup_window_ms() == 0 ? limits.default_dedup_window_ms
                                                                    : submission.dedup_window_ms();
  // A block's record time may run a little behind this clock; the window is cut to what is allowed.
  const std::uint64_t max_window_us = parts_.genesis.parameters.max_dedup_window_us();
  const std::uint64_t window_us = std::min(std::min(window_ms, max_window_us / 1000) * 1000,
                                           max_window_us - max_window_us / 64);
  const std::uint64_t deadline_us = std::min(deadline_ms, window_us / 1000) * 1000;
  v1::Transaction transaction;
  transaction.set_chain(parts_.genesis.chain.str());
  transaction.set_engine(submission.engine());
  *transaction.mutable_act_as() = submission.act_as();
  *transaction.mutable_read_as() = submission.read_as();
  transaction.set_dedup_key(dedup_key.str());
  transaction.set_dedup_until_us(now_us + window_us);
  transaction.set_not_after_us(now_us + deadline_us);
  transaction.set_mode(submission.mode() == v1::MODE_UNSPECIFIED ? v1::MODE_SEQUENTIAL
                                                                 : submission.mode());
  transaction.set_command_id(submission.command_id());
  if (!submission.distinct())
    transaction.set_command_hash(submission_content(submission).str());
  transaction.set_context(submission.context());
  transaction.set_dedup_since_us(submission.dedup_since_us());
  TENON_ASSIGN_OR_RETURN(*transaction.mutable_salt(), parts_.random.bytes(Hash::kSize));
  TENON_ASSIGN_OR_RETURN(*transaction.mutable_payload(), prepare(submission, state));
  return transaction;
}

Result<Bytes> Admission::prepare(const v1::Submission& submission, const BlockState& state) {
  if (submission.engine() == keys::kSystemEngine) {
    TENON_RETURN_IF_ERROR(parse_system_command(submission.command()).status());
    return Bytes(submission.command());
  }
  const EngineSet::Entry& entry = *parts_.engines.find(submission.engine());
  const std::vector<std::string> act_as = party_list(submission.act_as());
  const std::vector<std::string> read_as = party_list(submission.read_as());
  const EngineView view(state, entry.prefix);
  return entry.engine->prepare(view, submission.command(), {Hash{}, {}, act_as, read_as});
}

} // namespace tenon::host::pipeline
