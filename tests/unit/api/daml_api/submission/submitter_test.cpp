#include "submission/submitter.hpp"

#include <catch2/catch.hpp>

#include "errors/codes.hpp"
#include "submission/offset.hpp"
#include "submission_kit.hpp"
#include "tenon/daml_api/v1/context.pb.h"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;

namespace {

class World {
public:
  explicit World(std::size_t max_in_flight = 16)
      : submitter({ledger, [] { return kNowUs; }, [] { return std::uint64_t{1'000'000}; },
                   [](std::uint64_t offset) -> Answer<std::uint64_t> {
                     if (offset > 100)
                       return Failure(codes::kOffsetAfterLedgerEnd, "beyond the end");
                     return kNowUs - 1'000 + offset;
                   }},
                  {"daml", 1'800'000'000, max_in_flight}) {}

  void submit(CommandSubmission commands, const rpc::Call& call = {}) {
    submitter.submit(std::move(commands), call, [this](SubmissionOutcome outcome) {
      outcomes.push_back(std::move(outcome));
    });
  }

  FakeLedger ledger;
  Submitter submitter;
  std::vector<SubmissionOutcome> outcomes;
};

CommandSubmission commands() {
  auto answer = validate_commands(all_commands(), rules(), kNowUs);
  REQUIRE(answer.ok());
  return *std::move(answer);
}

context::v1::SubmissionContext context_of(const v1::Submission& submission) {
  context::v1::SubmissionContext context;
  REQUIRE(context.ParseFromString(submission.context()));
  return context;
}

} // namespace

TEST_CASE("submitter: the ledger gets the commands in the engine's binary form",
          "[daml_api][submission]") {
  World world;
  world.submit(commands());
  REQUIRE(world.ledger.submissions.size() == 1);
  const v1::Submission& submission = world.ledger.submissions[0];
  REQUIRE(submission.engine() == "daml");
  REQUIRE(submission.command_id() == "app|1|command");
  REQUIRE(submission.user() == "app|1");
  REQUIRE(submission.distinct());
  REQUIRE(submission.mode() == v1::MODE_PRE_EXECUTED);
  REQUIRE(submission.act_as_size() == 1);
  REQUIRE(submission.deadline_ms() == 0);
  REQUIRE(submission.dedup_window_ms() == 1'800'000);
  REQUIRE(submission.command()[0] == '\0');
  daml::engine::v1::CommandRequest request;
  REQUIRE(request.ParseFromString(submission.command().substr(1)));
  REQUIRE(request.commands().commands_size() == 4);
  REQUIRE(request.commands().quiet());
}

TEST_CASE("submitter: what the client is told later goes along", "[daml_api][submission]") {
  World world;
  rpc::Call call;
  call.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  call.tracestate = std::string(600, 's');
  world.submit(commands(), call);
  const context::v1::SubmissionContext context = context_of(world.ledger.submissions[0]);
  REQUIRE(context.application_id() == "app|1");
  REQUIRE(context.command_id() == "command");
  REQUIRE(context.submission_id() == "submission");
  REQUIRE(context.deduplication_duration_us() == 1'800'000'000);
  REQUIRE(context.traceparent() == call.traceparent);
  REQUIRE(context.tracestate().empty()); // longer than a trace's state may be
}

TEST_CASE("submitter: the context of the longest ids fits into a transaction",
          "[daml_api][submission]") {
  World world;
  CommandSubmission longest = commands();
  longest.application_id = longest.command_id = longest.submission_id = std::string(255, 'i');
  longest.deduplication_offset = std::string(1'000, '0');
  rpc::Call call;
  call.traceparent = call.tracestate = std::string(512, 't');
  world.submit(longest, call);
  REQUIRE(world.ledger.submissions.at(0).context().size() < 4'096);
  REQUIRE(world.ledger.submissions.at(0).command_id().size() <= 512);
}

TEST_CASE("submitter: repetitions count from the time or the offset that was asked for",
          "[daml_api][submission]") {
  World world;
  world.submit(commands());
  REQUIRE(world.ledger.submissions[0].dedup_since_us() == kNowUs - 1'800'000'000);
  CommandSubmission by_duration = commands();
  by_duration.deduplication_us = 0;
  world.submit(by_duration);
  REQUIRE(world.ledger.submissions[1].dedup_since_us() == kNowUs);
  CommandSubmission by_offset = commands();
  by_offset.deduplication_offset = offset_text(7);
  world.submit(by_offset);
  REQUIRE(world.ledger.submissions[2].dedup_since_us() == kNowUs - 993);
  REQUIRE(context_of(world.ledger.submissions[2]).deduplication_since_us() ==
          static_cast<std::int64_t>(kNowUs - 993));
  by_offset.deduplication_offset = offset_text(101);
  world.submit(by_offset);
  REQUIRE(world.ledger.submissions.size() == 3);
  REQUIRE(world.outcomes.size() == 1);
  REQUIRE(world.outcomes[0].outcome.failure().code().id == "OFFSET_AFTER_LEDGER_END");
  REQUIRE(world.submitter.in_flight() == 3);
}

TEST_CASE("submitter: an offset from before the longest period is refused",
          "[daml_api][submission]") {
  FakeLedger ledger;
  std::uint64_t since_us = kNowUs - 2'000'000;
  Submitter submitter({ledger, [] { return kNowUs; }, [] { return std::uint64_t{0}; },
                       [&](std::uint64_t) { return Answer<std::uint64_t>(since_us); }},
                      {"daml", 2'000'000, 16});
  std::vector<SubmissionOutcome> outcomes;
  const auto submit = [&] {
    CommandSubmission by_offset = commands();
    by_offset.deduplication_offset = offset_text(7);
    submitter.submit(by_offset, {}, [&](SubmissionOutcome outcome) {
      outcomes.push_back(std::move(outcome));
    });
  };
  submit();
  since_us = 0; // of the ledger's beginning
  submit();
  REQUIRE(ledger.submissions.size() == 2);
  REQUIRE(ledger.submissions[1].dedup_since_us() == 0);
  since_us = kNowUs - 2'000'001;
  submit();
  REQUIRE(ledger.submissions.size() == 2);
  const Failure& failure = outcomes.at(0).outcome.failure();
  REQUIRE(failure.code().id == "INVALID_DEDUPLICATION_PERIOD");
  REQUIRE(failure.metadata().at("longest_duration") == "PT2S");
}

TEST_CASE("submitter: a call's deadline is the transaction's", "[daml_api][submission]") {
  World world;
  rpc::Call call;
  call.deadline_us = 3'500'000;
  world.submit(commands(), call);
  REQUIRE(world.ledger.submissions[0].deadline_ms() == 2'500);
  call.deadline_us = 1'000'001;
  world.submit(commands(), call);
  REQUIRE(world.ledger.submissions[1].deadline_ms() == 1);
  call.deadline_us = 1'000'000;
  world.submit(commands(), call);
  REQUIRE(world.ledger.submissions.size() == 2);
  REQUIRE(world.outcomes.at(0).outcome.failure().code().id == "REQUEST_DEADLINE_EXCEEDED");
}

TEST_CASE("submitter: an accepted command has its offset and its transaction",
          "[daml_api][submission]") {
  World world;
  world.submit(commands());
  v1::Completion completion;
  completion.set_transaction_id("\x01\xff");
  completion.set_offset(5);
  completion.set_record_time_us(6);
  world.ledger.waiting[0](completion);
  REQUIRE(world.outcomes.size() == 1);
  REQUIRE(world.outcomes[0].outcome.ok());
  REQUIRE(world.outcomes[0].offset == 5);
  REQUIRE(world.outcomes[0].transaction_id == "01ff");
  REQUIRE(world.outcomes[0].record_time_us == 6);
}

TEST_CASE("submitter: a rejected one has the reason, and its offset if it is in a block",
          "[daml_api][submission]") {
  World world;
  world.submit(commands());
  v1::Completion completion;
  completion.set_code(TENON_ALREADY_EXISTS);
  completion.set_reason("DUPLICATE_COMMAND");
  completion.set_message("accepted at offset 4");
  completion.set_offset(9);
  world.ledger.waiting[0](completion);
  REQUIRE(world.outcomes[0].offset == 9);
  const Failure& failure = world.outcomes[0].outcome.failure();
  REQUIRE(failure.code().id == "DUPLICATE_COMMAND");
  REQUIRE(failure.metadata().at("completion_offset") == offset_text(4));
  world.ledger.refusal = invalid_argument("COMMAND_PREPROCESSING_FAILED: a wrong field");
  world.submit(commands());
  REQUIRE(world.outcomes[1].offset == 0);
  REQUIRE(world.outcomes[1].outcome.failure().code().id == "COMMAND_PREPROCESSING_FAILED");
}

TEST_CASE("submitter: only so many commands are under way at once", "[daml_api][submission]") {
  World world(2);
  for (int i = 0; i < 3; ++i)
    world.submit(commands());
  REQUIRE(world.ledger.submissions.size() == 2);
  REQUIRE(world.outcomes.at(0).outcome.failure().code().id == "PARTICIPANT_BACKPRESSURE");
  REQUIRE(world.submitter.in_flight() == 2);
  world.ledger.waiting[0]({});
  REQUIRE(world.submitter.in_flight() == 1);
  world.submit(commands());
  REQUIRE(world.ledger.submissions.size() == 3);
  world.ledger.refusal = unavailable("STOPPING: later");
  world.ledger.waiting[1]({});
  world.submit(commands());
  REQUIRE(world.submitter.in_flight() == 1);
}

TEST_CASE("submitter: a completion may come when the submitter is gone",
          "[daml_api][submission]") {
  FakeLedger ledger;
  bool told = false;
  {
    Submitter submitter({ledger, [] { return kNowUs; }, [] { return std::uint64_t{0}; },
                         [](std::uint64_t) { return Answer<std::uint64_t>(std::uint64_t{0}); }},
                        {"daml", 1'000, 1});
    submitter.submit(commands(), {}, [&told](const SubmissionOutcome&) { told = true; });
  }
  ledger.waiting.at(0)({});
  REQUIRE(told);
}
