#include "services/completions.hpp"

#include <algorithm>
#include <limits>

#include "com/daml/ledger/api/v1/command_completion_service.pb.h"
#include "errors/status.hpp"
#include "services/duplicates.hpp"
#include "services/pruned.hpp"
#include "services/timestamps.hpp"
#include "submission/offset.hpp"
#include "submission/rejection.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;
using context::v1::SubmissionContext;

namespace {

// A period that began at an offset is told as the time from there to this completion.
void set_deduplication(lapi::Completion& completion, const SubmissionContext& context,
                       std::uint64_t record_time_us) {
  if (context.deduplication_case() == SubmissionContext::kDeduplicationSinceUs) {
    const auto until_us = static_cast<std::int64_t>(record_time_us);
    set_duration(*completion.mutable_deduplication_duration(),
                 std::max<std::int64_t>(until_us - context.deduplication_since_us(), 0));
  } else if (context.deduplication_case() == SubmissionContext::kDeduplicationDurationUs) {
    set_duration(*completion.mutable_deduplication_duration(), context.deduplication_duration_us());
  }
}

lapi::Completion to_completion(const index::IndexedCompletion& indexed,
                               const std::vector<std::string>& parties,
                               const ServiceParts& parts) {
  const SubmissionContext& context = indexed.context;
  lapi::Completion completion;
  completion.set_command_id(context.command_id());
  completion.set_application_id(context.application_id());
  completion.set_submission_id(context.submission_id());
  set_deduplication(completion, context, indexed.record_time_us);
  if (indexed.accepted()) {
    completion.mutable_status();
    completion.set_transaction_id(to_hex(indexed.transaction_id));
  } else {
    const Failure failure =
        rejection_failure({indexed.code, indexed.reason, indexed.message, false},
                          {context.application_id(), context.command_id(), indexed.act_as});
    *completion.mutable_status() =
        to_status(with_existing_submission(parts.index, failure), context.submission_id());
  }
  if (parts.settings.event_format == EventFormat::k2_10) {
    for (const std::string& party : indexed.act_as) {
      if (std::find(parties.begin(), parties.end(), party) != parties.end())
        completion.add_act_as(party);
    }
    if (!context.traceparent().empty()) {
      auto& trace = *completion.mutable_trace_context();
      trace.mutable_traceparent()->set_value(context.traceparent());
      if (!context.tracestate().empty())
        trace.mutable_tracestate()->set_value(context.tracestate());
    }
  }
  return completion;
}

// A message for each completion, with the checkpoint that stands behind it.
class CompletionSource final : public rpc::Source {
public:
  CompletionSource(const ServiceParts& parts, std::string application_id,
                   std::vector<std::string> parties, std::uint64_t after)
      : parts_(parts), application_id_(std::move(application_id)), parties_(std::move(parties)),
        after_(after) {}

  void on_wake(std::function<void()> wake) override {
    subscription_ = parts_.index.subscribe(std::move(wake));
  }

  Step next() override {
    while (place_ == page_.completions.size()) {
      auto page = parts_.index.completions(
          application_id_, parties_, after_, std::numeric_limits<std::uint64_t>::max(),
          {parts_.settings.page_items, parts_.settings.page_bytes});
      if (!page.ok())
        return Ended{refusal(page.status())};
      page_ = *std::move(page);
      place_ = 0;
      after_ = page_.next_after;
      if (!page_.completions.empty() || page_.more)
        continue;
      if (const Outcome halted = index_halted(parts_.index); !halted.ok())
        return Ended{halted};
      return Pending{};
    }
    const index::IndexedCompletion& completion = *page_.completions[place_++];
    lapi::CompletionStreamResponse response;
    set_timestamp(*response.mutable_checkpoint()->mutable_record_time(),
                  static_cast<std::int64_t>(completion.record_time_us));
    response.mutable_checkpoint()->mutable_offset()->set_absolute(offset_text(completion.offset));
    *response.add_completions() =
        to_completion(completion, parties_, parts_);
    return response.SerializeAsString();
  }

private:
  [[nodiscard]] Failure refusal(const Status& status) const {
    return index_failure(status, parts_,
                         "Command completions request from " + offset_text(after_) + " to " +
                             offset_text(parts_.index.extent().end) + " overlaps with");
  }

  const ServiceParts& parts_;
  const std::string application_id_;
  const std::vector<std::string> parties_;
  std::uint64_t after_;
  index::CompletionPage page_;
  std::size_t place_ = 0;
  std::unique_ptr<index::Subscription> subscription_;
};

Answer<std::unique_ptr<rpc::Source>> completions(const ServiceParts& parts,
                                                 const lapi::CompletionStreamRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  TENON_RETURN_IF_FAILED(
      require_field(kApplicationIdSyntax, request.application_id(), "application_id"));
  if (request.parties().empty())
    return missing_field("parties");
  for (const std::string& party : request.parties())
    TENON_RETURN_IF_FAILED(require_party(party));
  const std::uint64_t end = parts.index.extent().end;
  std::uint64_t after = end;
  if (request.has_offset()) {
    TENON_ASSIGN_OR_RETURN(after, resolve_offset(request.offset(), "offset", end));
    TENON_RETURN_IF_FAILED(require_not_after_end("Begin", after, end));
  }
  return std::unique_ptr<rpc::Source>(std::make_unique<CompletionSource>(
      parts, request.application_id(),
      std::vector<std::string>(request.parties().begin(), request.parties().end()), after));
}

Answer<lapi::CompletionEndResponse> completion_end(const ServiceParts& parts,
                                                   const lapi::CompletionEndRequest& request) {
  TENON_RETURN_IF_FAILED(check_ledger_id(parts, request.ledger_id()));
  lapi::CompletionEndResponse response;
  response.mutable_offset()->set_absolute(offset_text(parts.index.extent().end));
  return response;
}

} // namespace

void add_completion_service(rpc::Methods& methods, const ServiceParts& parts) {
  const std::string service = std::string(kApi) + "CommandCompletionService/";
  methods.stream<lapi::CompletionStreamRequest>(
      service + "CompletionStream",
      [&parts](const rpc::Call&, const lapi::CompletionStreamRequest& request) {
        return completions(parts, request);
      });
  methods.unary<lapi::CompletionEndRequest, lapi::CompletionEndResponse>(
      service + "CompletionEnd",
      [&parts](const rpc::Call&, const lapi::CompletionEndRequest& request, auto reply) {
        reply(completion_end(parts, request));
      });
}

} // namespace tenon::daml_api
