#include "submission/submitter.hpp"

#include <algorithm>

#include "errors/codes.hpp"
#include "submission/binary_form.hpp"
#include "submission/durations.hpp"
#include "submission/offset.hpp"
#include "submission/rejection.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/daml_api/v1/context.pb.h"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

// As the trace context's specification has it; a longer one is not passed on.
constexpr std::size_t kMaxTraceBytes = 512;

std::string bounded(const std::string& trace) {
  return trace.size() <= kMaxTraceBytes ? trace : std::string();
}

Bytes context_bytes(const CommandSubmission& commands, std::uint64_t since_us,
                    const rpc::Call& call) {
  context::v1::SubmissionContext context;
  context.set_application_id(commands.application_id);
  context.set_command_id(commands.command_id);
  context.set_submission_id(commands.submission_id);
  if (commands.deduplication_offset.empty())
    context.set_deduplication_duration_us(static_cast<std::int64_t>(commands.deduplication_us));
  else
    context.set_deduplication_since_us(static_cast<std::int64_t>(since_us));
  context.set_traceparent(bounded(call.traceparent));
  context.set_tracestate(bounded(call.tracestate));
  return context.SerializeAsString();
}

SubmissionOutcome read_completion(const v1::Completion& completion, const ChangeId& change) {
  SubmissionOutcome result;
  result.offset = completion.offset();
  result.record_time_us = completion.record_time_us();
  if (completion.code() != 0) {
    result.outcome = rejection_failure(
        {completion.code(), completion.reason(), completion.message(), completion.fault()}, change);
    return result;
  }
  result.transaction_id = to_hex(completion.transaction_id());
  return result;
}

} // namespace

Submitter::Submitter(SubmitterParts parts, SubmitterSettings settings)
    : parts_(std::move(parts)), settings_(std::move(settings)),
      in_flight_(std::make_shared<std::atomic<std::size_t>>(0)) {}

bool Submitter::enter() {
  if (in_flight_->fetch_add(1) < settings_.max_in_flight)
    return true;
  in_flight_->fetch_sub(1);
  return false;
}

void Submitter::submit(CommandSubmission submission, const rpc::Call& call, Done done) {
  const auto refuse = [&done](Failure failure) {
    SubmissionOutcome outcome;
    outcome.outcome = std::move(failure);
    done(std::move(outcome));
  };
  if (!enter()) {
    return refuse(Failure(codes::kParticipantBackpressure,
                          std::to_string(settings_.max_in_flight) +
                              " commands are under way already; submit again later"));
  }
  ChangeId change{submission.application_id, submission.command_id, submission.act_as};
  const auto encoded = encode(std::move(submission), call);
  if (!encoded.ok()) {
    in_flight_->fetch_sub(1);
    return refuse(encoded.failure());
  }
  const Status status = parts_.ledger.submit(
      *encoded, [counter = in_flight_, change, done](const v1::Completion& completion) {
        counter->fetch_sub(1);
        done(read_completion(completion, change));
      });
  if (status.ok())
    return;
  in_flight_->fetch_sub(1);
  refuse(rejection_failure(
      {static_cast<std::uint32_t>(status.code()), {}, status.message(), status.fault()}, change));
}

Answer<std::uint64_t> Submitter::deduplication_since_us(const std::string& offset,
                                                        std::uint64_t now_us) const {
  TENON_ASSIGN_OR_RETURN(const std::uint64_t number, parse_offset(offset, "deduplication_period"));
  TENON_ASSIGN_OR_RETURN(const std::uint64_t since_us, parts_.record_time_us(number));
  // What was accepted longer ago is not remembered; 0 is before everything.
  if (since_us == 0 || since_us + settings_.max_deduplication_us >= now_us)
    return since_us;
  const std::string longest = iso_duration(settings_.max_deduplication_us);
  return invalid_deduplication("The given deduplication offset is " +
                               iso_duration(now_us - since_us) +
                               " old, which exceeds the maximum deduplication duration of " +
                               longest)
      .with("longest_duration", longest);
}

Answer<v1::Submission> Submitter::encode(CommandSubmission commands,
                                                const rpc::Call& call) const {
  v1::Submission submission;
  submission.set_engine(settings_.engine);
  submission.set_command_id(
      ledger_command_id({commands.application_id, commands.command_id, commands.act_as}));
  submission.set_user(commands.application_id);
  const std::uint64_t now_us = parts_.wall_us();
  std::uint64_t since_us = now_us - std::min(commands.deduplication_us, now_us);
  if (!commands.deduplication_offset.empty()) {
    TENON_ASSIGN_OR_RETURN(since_us,
                           deduplication_since_us(commands.deduplication_offset, now_us));
  }
  submission.set_dedup_since_us(since_us);
  submission.set_dedup_window_ms(settings_.max_deduplication_us / 1000);
  submission.set_distinct(true);
  submission.set_mode(v1::MODE_PRE_EXECUTED);
  submission.set_context(context_bytes(commands, since_us, call));
  *submission.mutable_act_as() = {commands.act_as.begin(), commands.act_as.end()};
  *submission.mutable_read_as() = {commands.read_as.begin(), commands.read_as.end()};
  if (commands.json.empty()) {
    submission.set_command(binary_form(commands.request));
  } else {
    submission.set_command(std::move(commands.json));
  }
  if (call.deadline_us) {
    const std::uint64_t started_us = parts_.monotonic_us();
    if (*call.deadline_us <= started_us) {
      return Failure(codes::kRequestDeadlineExceeded,
                     "the request's deadline passed before its commands were submitted");
    }
    submission.set_deadline_ms(
        std::max<std::uint64_t>((*call.deadline_us - started_us) / 1000, 1));
  }
  return submission;
}

} // namespace tenon::daml_api
