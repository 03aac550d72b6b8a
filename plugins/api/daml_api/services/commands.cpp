#include "services/commands.hpp"

#include <google/protobuf/empty.pb.h>
#include <mutex>

#include "com/daml/ledger/api/v1/command_service.pb.h"
#include "com/daml/ledger/api/v1/command_submission_service.pb.h"
#include "common/random_id.hpp"
#include "errors/codes.hpp"
#include "errors/status.hpp"
#include "rendering/transaction_renderer.hpp"
#include "rendering/wire_writer.hpp"
#include "services/duplicates.hpp"
#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;

namespace {

using index::Shape;

// Fields of SubmitAndWaitForTransactionResponse and its like.
constexpr std::uint32_t kTransaction = 1, kCompletionOffset = 2;

// Of which only what operators look at is told; its completion stream has the rest.
lapi::Completion completion_of(const CommandSubmission& submission,
                               const SubmissionOutcome& result) {
  lapi::Completion completion;
  completion.set_command_id(submission.command_id);
  completion.set_application_id(submission.application_id);
  completion.set_submission_id(submission.submission_id);
  *completion.mutable_act_as() = {submission.act_as.begin(), submission.act_as.end()};
  completion.mutable_status();
  if (result.outcome.ok())
    completion.set_transaction_id(result.transaction_id);
  else
    *completion.mutable_status() = to_status(result.outcome.failure(), submission.submission_id);
  return completion;
}

using Done = std::function<void(const CommandSubmission& submission,
                                const SubmissionOutcome& result)>;

// A failure: the commands are not in order, and `done` is not called. Otherwise it is, once.
Outcome start(const CommandParts& parts, const rpc::Call& call, bool has_commands,
              const lapi::Commands& commands, Done done) {
  if (!has_commands)
    return missing_field("commands");
  const ServiceSettings& settings = parts.common.settings;
  const plugin::Host& host = parts.common.host;
  TENON_ASSIGN_OR_RETURN(
      CommandSubmission submission,
      validate_commands(commands, {settings.ledger_id, settings.max_deduplication_us},
                        host.wall_us()));
  // What this participant has pruned its parties use no more.
  submission.request.mutable_commands()->set_divulged_after_us(
      parts.common.index.extent().divulgence_pruned_us);
  if (submission.submission_id.empty())
    submission.submission_id = api::random_id();
  const std::uint64_t number = parts.log.started(commands, host.wall_us());
  auto request = std::move(submission.request); // large, and of no interest afterwards
  CommandSubmission names = submission;
  submission.request = std::move(request);
  parts.submitter.submit(
      std::move(submission), call,
      [&parts, number, names = std::move(names),
       done = std::move(done)](const SubmissionOutcome& result) {
        parts.log.completed(number, completion_of(names, result), parts.common.host.wall_us());
        done(names, result);
      });
  return {};
}

// Answers as soon as the outcome is known or the command is in the ledger's hands, whichever comes
// first: one that is refused on the way in is in no block, and no completion would tell of it.
class SubmitReply {
public:
  explicit SubmitReply(rpc::Reply<google::protobuf::Empty> reply) : reply_(std::move(reply)) {}

  void refused(const Outcome& outcome) {
    if (const auto reply = take())
      reply(outcome.failure());
  }
  void accepted() {
    if (const auto reply = take())
      reply(google::protobuf::Empty());
  }

private:
  rpc::Reply<google::protobuf::Empty> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reply_, nullptr);
  }
  std::mutex mutex_;
  rpc::Reply<google::protobuf::Empty> reply_;
};

void submit(const CommandParts& parts, const rpc::Call& call, const lapi::SubmitRequest& request,
            rpc::Reply<google::protobuf::Empty> reply) {
  const auto answer = std::make_shared<SubmitReply>(std::move(reply));
  const Outcome started =
      start(parts, call, request.has_commands(), request.commands(),
            [answer](const CommandSubmission&, const SubmissionOutcome& result) {
              if (result.outcome.ok() || result.offset != 0)
                answer->accepted();
              else
                answer->refused(result.outcome);
            });
  if (started.ok())
    answer->accepted();
  else
    answer->refused(started);
}

// Calls one of the two, once: `accepted` when the index has what the command did.
void submit_and_wait(const CommandParts& parts, const rpc::Call& call,
                     const lapi::SubmitAndWaitRequest& request, const Done& accepted,
                     const Refused& refused) {
  const Outcome started = start(
      parts, call, request.has_commands(), request.commands(),
      [&parts, accepted, refused](const CommandSubmission& submission,
                                  const SubmissionOutcome& result) {
        if (!result.outcome.ok()) {
          return explain_refusal(parts.common.index, parts.waiter, result.outcome.failure(),
                                 refused);
        }
        // What follows may be asked of the index at once.
        parts.waiter.when_reached(
            result.offset, [submission, result, accepted, refused](const Outcome& reached) {
              if (reached.ok())
                accepted(submission, result);
              else
                refused(reached.failure());
            });
      });
  if (!started.ok())
    refused(started.failure());
}

// A SubmitAndWaitForTransactionResponse or …TreeResponse: what the submitters see.
Answer<std::string> render(const ServiceParts& parts, const SubmissionOutcome& result,
                           const std::vector<std::string>& act_as, Shape shape) {
  TENON_ASSIGN_OR_RETURN(const auto transaction,
                         parts.index.transaction(from_hex(result.transaction_id).value_or("")));
  if (!transaction) {
    return Failure(codes::kTransactionNotFound,
                   "the transaction " + result.transaction_id +
                       " was accepted, and its events were pruned before they were read");
  }
  const EventFilter filter = EventFilter::of_parties(act_as);
  const TransactionRenderer renderer(filter, parts.engine,
                                     EventRenderer(parts.settings.event_format, true));
  TENON_ASSIGN_OR_RETURN(const std::string bytes, shape == Shape::kFlat
                                                      ? renderer.flat(*transaction)
                                                      : renderer.tree(*transaction));
  std::string response;
  wire_form::append_bytes(response, kTransaction, bytes);
  wire_form::append_bytes(response, kCompletionOffset, offset_text(result.offset));
  return response;
}

void wait_for_transaction(const CommandParts& parts, const rpc::Call& call,
                          const lapi::SubmitAndWaitRequest& request, Shape shape,
                          const rpc::Reply<rpc::Encoded>& reply) {
  submit_and_wait(
      parts, call, request,
      [&parts, shape, reply](const CommandSubmission& submission, const SubmissionOutcome& result) {
        reply(render(parts.common, result, submission.act_as, shape));
      },
      [reply](const Failure& failure) { reply(failure); });
}

void wait_for_id(const CommandParts& parts, const rpc::Call& call,
                 const lapi::SubmitAndWaitRequest& request,
                 const rpc::Reply<lapi::SubmitAndWaitForTransactionIdResponse>& reply) {
  submit_and_wait(
      parts, call, request,
      [reply](const CommandSubmission&, const SubmissionOutcome& result) {
        lapi::SubmitAndWaitForTransactionIdResponse response;
        response.set_transaction_id(result.transaction_id);
        response.set_completion_offset(offset_text(result.offset));
        reply(std::move(response));
      },
      [reply](const Failure& failure) { reply(failure); });
}

void wait_for_outcome(const CommandParts& parts, const rpc::Call& call,
                      const lapi::SubmitAndWaitRequest& request,
                      const rpc::Reply<google::protobuf::Empty>& reply) {
  submit_and_wait(
      parts, call, request,
      [reply](const CommandSubmission&, const SubmissionOutcome&) {
        reply(google::protobuf::Empty());
      },
      [reply](const Failure& failure) { reply(failure); });
}

} // namespace

void add_command_services(rpc::Methods& methods, const CommandParts& parts) {
  using Request = lapi::SubmitAndWaitRequest;
  const std::string service = std::string(kApi) + "CommandService/";
  methods.unary<lapi::SubmitRequest, google::protobuf::Empty>(
      std::string(kApi) + "CommandSubmissionService/Submit",
      [&parts](const rpc::Call& call, const lapi::SubmitRequest& request, auto reply) {
        submit(parts, call, request, std::move(reply));
      });
  methods.unary<Request, google::protobuf::Empty>(
      service + "SubmitAndWait",
      [&parts](const rpc::Call& call, const Request& request, auto reply) {
        wait_for_outcome(parts, call, request, reply);
      });
  methods.unary<Request, lapi::SubmitAndWaitForTransactionIdResponse>(
      service + "SubmitAndWaitForTransactionId",
      [&parts](const rpc::Call& call, const Request& request, auto reply) {
        wait_for_id(parts, call, request, reply);
      });
  methods.encoded<Request>(service + "SubmitAndWaitForTransaction",
                           [&parts](const rpc::Call& call, const Request& request,
                                    const rpc::Reply<rpc::Encoded>& reply) {
                             wait_for_transaction(parts, call, request, Shape::kFlat, reply);
                           });
  methods.encoded<Request>(service + "SubmitAndWaitForTransactionTree",
                           [&parts](const rpc::Call& call, const Request& request,
                                    const rpc::Reply<rpc::Encoded>& reply) {
                             wait_for_transaction(parts, call, request, Shape::kTree, reply);
                           });
}

} // namespace tenon::daml_api
