#include "services/commands.hpp"

#include <condition_variable>

#include "com/daml/ledger/api/v1/admin/command_inspection_service.pb.h"
#include "com/daml/ledger/api/v1/command_service.pb.h"
#include "com/daml/ledger/api/v1/command_submission_service.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/command_inspection.hpp"
#include "services/duplicates.hpp"
#include "stage.hpp"

namespace tenon::daml_api::test {

namespace lapi = com::daml::ledger::api::v1;
namespace admin = com::daml::ledger::api::v1::admin;

namespace {

const std::string kSubmit = "com.daml.ledger.api.v1.CommandSubmissionService/Submit";
const std::string kWait = "com.daml.ledger.api.v1.CommandService/SubmitAndWait";
const std::string kStatus =
    "com.daml.ledger.api.v1.admin.CommandInspectionService/GetCommandStatus";

using google::protobuf::Empty;
using Tree = lapi::SubmitAndWaitForTransactionTreeResponse;

// An answer that comes on another thread.
template <typename Response> class Later {
public:
  void operator()(Told<Response> told) const {
    const std::lock_guard lock(state_->mutex);
    state_->told = state_->told ? Told<Response>{{}, "answered twice"} : std::move(told);
    state_->wake.notify_all();
  }
  [[nodiscard]] bool is_there() const {
    const std::lock_guard lock(state_->mutex);
    return state_->told.has_value();
  }
  Told<Response> get() {
    std::unique_lock lock(state_->mutex);
    REQUIRE(state_->wake.wait_for(lock, std::chrono::seconds(30),
                                  [this] { return state_->told.has_value(); }));
    return *state_->told;
  }

private:
  struct State {
    std::mutex mutex;
    std::condition_variable wake;
    std::optional<Told<Response>> told;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class Commands : public Stage {
public:
  Commands() {
    add_command_services(methods, commands);
    add_command_inspection_service(methods, parts, log);
  }
  static lapi::Commands note(const std::string& command_id = "command") {
    lapi::Commands note;
    note.set_application_id("application");
    note.set_command_id(command_id);
    note.set_party("alice");
    auto& create = *note.add_commands()->mutable_create();
    create.mutable_template_id()->set_package_id("pkg");
    create.mutable_template_id()->set_module_name("Main");
    create.mutable_template_id()->set_entity_name("Asset");
    create.mutable_create_arguments();
    return note;
  }
  template <typename Request> static Request request(const std::string& id = "command") {
    Request made;
    *made.mutable_commands() = note(id);
    return made;
  }
  // What the ledger says of the first command that waits.
  void complete(std::uint64_t offset, std::uint32_t code = 0, const std::string& reason = {}) {
    v1::Completion completion;
    completion.set_offset(offset);
    completion.set_code(code);
    completion.set_reason(reason);
    completion.set_message("refused");
    completion.set_transaction_id(std::string(31, 't') + static_cast<char>(offset));
    const auto done = ledger.waiting.front();
    ledger.waiting.erase(ledger.waiting.begin());
    done(completion);
  }
  std::vector<std::string> states() {
    std::vector<std::string> states;
    admin::GetCommandStatusRequest request;
    const auto told = call<admin::GetCommandStatusResponse>(kStatus, request);
    for (const auto& status : told.response.command_status())
      states.push_back(admin::CommandState_Name(status.state()));
    return states;
  }

  SubmitterParts submitter_parts{ledger, [this] { return host.now_us(); },
                                 [this] { return host.now_us(); },
                                 [](std::uint64_t) -> Answer<std::uint64_t> { return 0; }};
  Submitter submitter{submitter_parts, SubmitterSettings{"daml", 1'800'000'000, 2}};
  IndexWaiter waiter{index};
  CommandLog log;
  CommandParts commands{parts, submitter, waiter, log};
};

} // namespace

TEST_CASE("submit: is answered when the command is on its way", "[daml_api][services]") {
  Commands stage;
  CHECK(stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>()).failure.empty());
  REQUIRE(stage.ledger.submissions.size() == 1);
  CHECK(stage.states() == std::vector<std::string>{"STATE_PENDING"});
  stage.complete(1, 9, "CONTRACT_NOT_FOUND"); // told by completions only
  CHECK(stage.states() == std::vector<std::string>{"STATE_FAILED"});
}

TEST_CASE("submit: what is wrong with the request, or refused on the way in, is the answer",
          "[daml_api][services]") {
  Commands stage;
  CHECK(stage.call<Empty>(kSubmit, lapi::SubmitRequest()).failure == "MISSING_FIELD");
  CHECK(stage.states().empty());
  stage.ledger.refusal = Status(Code::kAlreadyExists, "DUPLICATE_COMMAND: accepted at offset 7");
  CHECK(stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>()).failure ==
        "DUPLICATE_COMMAND");
  stage.ledger.refusal = {};
  for (const char* const id : {"one", "two"})
    CHECK(stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>(id)).failure.empty());
  CHECK(stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>("three")).failure ==
        "PARTICIPANT_BACKPRESSURE");
}

TEST_CASE("submit and wait: is answered once the index has the transaction",
          "[daml_api][services]") {
  Commands stage;
  stage.index.shown = 0;
  stage.index.add(Scene().create("a", "alice"));
  Later<Tree> answer;
  stage.start<Tree>("com.daml.ledger.api.v1.CommandService/SubmitAndWaitForTransactionTree",
                    Commands::request<lapi::SubmitAndWaitRequest>(), answer);
  CHECK_FALSE(answer.is_there());
  stage.complete(1);
  CHECK_FALSE(answer.is_there());
  stage.index.shown.reset();
  stage.index.wake();
  const auto told = answer.get();
  CHECK(told.failure.empty());
  CHECK(told.response.completion_offset() == offset(1));
  CHECK(told.response.transaction().command_id() == "command");
  CHECK(told.response.transaction().events_by_id_size() == 1);
  CHECK(stage.states() == std::vector<std::string>{"STATE_SUCCEEDED"});
}

TEST_CASE("submit and wait: a command that a block refused is refused at once",
          "[daml_api][services]") {
  Commands stage;
  Later<Empty> answer;
  stage.start<Empty>(kWait, Commands::request<lapi::SubmitAndWaitRequest>(), answer);
  stage.complete(5, 9, "CONTRACT_NOT_FOUND");
  CHECK(answer.get().failure == "CONTRACT_NOT_FOUND");
}

TEST_CASE("submit and wait: a repetition is refused once the index has what was accepted",
          "[daml_api][services]") {
  Commands stage;
  stage.index.shown = 0;
  stage.index.add(Scene().submission("first"));
  const auto failure = Failure(codes::kDuplicateCommand, "").with("completion_offset", offset(1));
  Later<Empty> told;
  explain_refusal(stage.index, stage.waiter, failure, [&told](const Failure& refusal) {
    told({{}, refusal.metadata().at("existing_submission_id")});
  });
  CHECK_FALSE(told.is_there());
  stage.index.shown.reset();
  stage.index.wake();
  CHECK(told.get().failure == "first");
  REQUIRE(stage.index.prune(1, true).ok());
  CHECK(with_existing_submission(stage.index, failure).metadata().count("existing_submission_id") ==
        0);
}

TEST_CASE("submit and wait: a command without a submission id is given one",
          "[daml_api][services]") {
  Commands stage;
  stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>());
  context::v1::SubmissionContext context;
  REQUIRE(context.ParseFromString(stage.ledger.submissions.at(0).context()));
  CHECK(context.submission_id().size() == 32);
}

TEST_CASE("submit: leaves out the divulged contracts that the participant has pruned",
          "[daml_api][services]") {
  Commands stage;
  const auto left_out_until = [&](const std::string& id) {
    stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>(id));
    const std::string& command = stage.ledger.submissions.back().command();
    daml::engine::v1::CommandRequest request;
    REQUIRE(request.ParseFromString(command.substr(1))); // behind the mark of the binary form
    return request.commands().divulged_after_us();
  };
  stage.index.add(Scene().create("a", "alice"));
  REQUIRE(stage.index.prune(1, false).ok());
  CHECK(left_out_until("first") == 0);
  REQUIRE(stage.index.prune(1, true).ok());
  REQUIRE(stage.index.extent().divulgence_pruned_us != 0);
  CHECK(left_out_until("second") == stage.index.extent().divulgence_pruned_us);
}

TEST_CASE("deduplication: begins at the record time of an offset that is there",
          "[daml_api][services]") {
  StageIndex index;
  index.add(Scene());
  index.add(Scene());
  const auto start = [&](std::uint64_t offset) { return deduplication_start_us(index, offset); };
  CHECK(*start(1) == 1'700'000'001'000'000);
  const auto beyond = start(3);
  CHECK(beyond.failure().code().id == "INVALID_DEDUPLICATION_PERIOD");
  CHECK_THAT(beyond.failure().cause(),
             Catch::Contains("no completion at given offset " + offset(3)));
  REQUIRE(index.prune(1, true).ok());
  const auto pruned = start(1);
  CHECK(pruned.failure().code().id == "PARTICIPANT_PRUNED_DATA_ACCESSED");
  CHECK(pruned.failure().metadata().at("earliest_offset") == offset(1));
  CHECK(start(2).ok());
}

TEST_CASE("submit and wait: whoever waits is told when the index halts, and when the node stops",
          "[daml_api][services]") {
  Commands stage;
  Later<Empty> first;
  stage.start<Empty>(kWait, Commands::request<lapi::SubmitAndWaitRequest>("first"), first);
  stage.complete(100);
  SECTION("the index halts") {
    stage.index.halt(Status::make_fault(Code::kDataLoss, "INDEX_HALTED: it is broken"));
    CHECK(first.get().failure == "SERVICE_NOT_RUNNING");
  }
  SECTION("the ledger cannot be read for a while, and then the node stops") {
    stage.index.halt(Status(Code::kUnavailable, "the ledger cannot be read for now"));
    CHECK_FALSE(first.is_there());
    stage.waiter.stop();
    CHECK(first.get().failure == "SERVER_IS_SHUTTING_DOWN");
    Later<Empty> second;
    stage.start<Empty>(kWait, Commands::request<lapi::SubmitAndWaitRequest>("second"), second);
    stage.complete(101);
    CHECK(second.get().failure == "SERVER_IS_SHUTTING_DOWN");
  }
}

TEST_CASE("index waiter: calls in the order of offsets, each once it is reached",
          "[daml_api][services]") {
  StageIndex index;
  IndexWaiter waiter(index);
  Later<Empty> second;
  Later<Empty> first;
  std::vector<int> order;
  waiter.when_reached(2, [&](const Outcome& outcome) {
    order.push_back(outcome.ok() ? 2 : -2);
    second({});
  });
  waiter.when_reached(1, [&](const Outcome& outcome) {
    order.push_back(outcome.ok() ? 1 : -1);
    first({});
  });
  index.add(Scene());
  first.get();
  CHECK_FALSE(second.is_there());
  index.add(Scene());
  second.get();
  CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE("command inspection: finds the latest commands by the beginning of their ids and by "
          "state",
          "[daml_api][services]") {
  Commands stage;
  stage.index.add(Scene().create("a", "alice").archive("a", {"alice"}));
  stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>("pay-1"));
  stage.complete(1);
  stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>("pay-2"));
  stage.call<Empty>(kSubmit, Commands::request<lapi::SubmitRequest>("other"));
  const auto found = [&](const std::string& prefix, admin::CommandState state,
                         std::uint32_t limit) {
    admin::GetCommandStatusRequest request;
    request.set_command_id_prefix(prefix);
    request.set_state(state);
    request.set_limit(limit);
    return stage.call<admin::GetCommandStatusResponse>(kStatus, request).response;
  };
  const auto paid = found("pay", admin::STATE_UNSPECIFIED, 0);
  REQUIRE(paid.command_status_size() == 2);
  CHECK(paid.command_status(0).completion().command_id() == "pay-2");
  const auto& done = paid.command_status(1);
  CHECK(done.updates().created_size() == 1);
  CHECK(done.updates().archived_size() == 1);
  CHECK(done.updates().exercised() == 1);
  CHECK(done.commands_size() == 1);
  CHECK(found("", admin::STATE_PENDING, 0).command_status_size() == 2);
  CHECK(found("", admin::STATE_UNSPECIFIED, 1).command_status_size() == 1);
}

TEST_CASE("command log: keeps the latest only, and no command that is very large",
          "[daml_api][services]") {
  CommandLog log;
  lapi::Commands commands = Commands::note("first");
  const std::uint64_t first = log.started(commands, 1);
  auto& arguments = *commands.mutable_commands(0)->mutable_create()->mutable_create_arguments();
  arguments.add_fields()->set_label(std::string(CommandLog::kMaxBytesOfOne, 'x'));
  commands.set_command_id("large");
  static_cast<void>(log.started(commands, 2));
  CHECK(log.find("large", admin::STATE_UNSPECIFIED, 1).front().commands().empty());
  for (std::size_t i = 0; i < CommandLog::kMaxCommands - 1; ++i)
    static_cast<void>(log.started(Commands::note("more"), 3));
  CHECK(log.find("first", admin::STATE_UNSPECIFIED, 1).empty());
  CHECK(log.find("large", admin::STATE_UNSPECIFIED, 1).size() == 1);
  log.completed(first, lapi::Completion(), 4); // gone: nothing happens
}

} // namespace tenon::daml_api::test
