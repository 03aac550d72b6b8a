#include "com/daml/ledger/api/v1/active_contracts_service.pb.h"
#include "com/daml/ledger/api/v1/command_completion_service.pb.h"
#include "google/rpc/error_details.pb.h"
#include "com/daml/ledger/api/v1/transaction_service.pb.h"
#include "services/active_contracts.hpp"
#include "services/completions.hpp"
#include "services/transactions.hpp"
#include "stage.hpp"

namespace tenon::daml_api::test {

namespace lapi = com::daml::ledger::api::v1;

namespace {

const std::string kService = "com.daml.ledger.api.v1.TransactionService/";
const std::string kFlat = kService + "GetTransactions";
const std::string kTrees = kService + "GetTransactionTrees";
const std::string kActive = "com.daml.ledger.api.v1.ActiveContractsService/GetActiveContracts";
const std::string kCompletions =
    "com.daml.ledger.api.v1.CommandCompletionService/CompletionStream";

class Streams : public Stage {
public:
  Streams() {
    add_transaction_service(methods, parts);
    add_active_contracts_service(methods, parts);
    add_completion_service(methods, parts);
  }
  std::unique_ptr<rpc::Source> open(const std::string& method, const Parties& parties,
                                    std::optional<std::string> end = std::nullopt,
                                    const std::string& begin = {}) {
    lapi::GetTransactionsRequest request;
    for (const std::string& party : parties)
      (*request.mutable_filter()->mutable_filters_by_party())[party];
    if (begin.empty())
      request.mutable_begin()->set_boundary(lapi::LedgerOffset::LEDGER_BEGIN);
    else
      request.mutable_begin()->set_absolute(begin);
    if (end)
      request.mutable_end()->set_absolute(*end);
    request.set_send_pruned_offsets(pruned_offsets);
    return Stage::open(method, request);
  }
  bool pruned_offsets = false;
};

std::vector<std::string> offsets_of(const Heard<lapi::GetTransactionsResponse>& heard) {
  std::vector<std::string> offsets;
  for (const auto& message : heard.messages) {
    for (const auto& transaction : message.transactions())
      offsets.push_back(transaction.offset());
  }
  return offsets;
}

using Offsets = std::vector<std::string>;
using Flat = lapi::GetTransactionsResponse;
using Active = lapi::GetActiveContractsResponse;
using Completed = lapi::CompletionStreamResponse;

} // namespace

TEST_CASE("transaction stream: tells what there is, waits, and goes on with what comes",
          "[daml_api][services]") {
  Streams stage;
  stage.index.add(Scene().create("a", "alice"));
  stage.index.add(Scene({"bob"}).create("b", "bob"));
  stage.index.add(Scene().create("c", "alice"));
  stage.settings.page_items = 1;
  const auto stream = stage.open(kFlat, {"alice"});
  REQUIRE(stream);
  const auto first = hear<Flat>(*stream);
  CHECK(offsets_of(first) == Offsets{offset(1), offset(3)});
  CHECK_FALSE(first.ended);
  stage.index.add(Scene().create("d", "alice"));
  CHECK(offsets_of(hear<Flat>(*stream)) == Offsets{offset(4)});
}

TEST_CASE("transaction stream: with an end it ends there, without having waited",
          "[daml_api][services]") {
  Streams stage;
  for (const char* const id : {"a", "b", "c"})
    stage.index.add(Scene().create(id, "alice"));
  const auto stream = stage.open(kFlat, {"alice"}, offset(2), offset(1));
  const auto heard = hear<Flat>(*stream);
  CHECK(offsets_of(heard) == Offsets{offset(2)});
  CHECK(heard.ended);
  CHECK(heard.failure.empty());
  // Nobody's transactions, or none at all.
  CHECK(hear<Flat>(*stage.open(kFlat, {"carol"}, offset(3))).ended);
  CHECK(hear<Flat>(*stage.open(kFlat, {"alice"}, offset(2), offset(2))).ended);
}

TEST_CASE("transaction stream: requests that ask for what cannot be are refused",
          "[daml_api][services]") {
  Streams stage;
  stage.index.add(Scene().create("a", "alice"));
  stage.index.add(Scene().create("b", "alice"));
  const auto refusal = [&](const std::string& method, std::optional<std::string> end,
                           const std::string& begin) {
    CHECK_FALSE(stage.open(method, {"alice"}, std::move(end), begin));
    return stage.failure;
  };
  CHECK(refusal(kFlat, std::nullopt, offset(3)) == "OFFSET_AFTER_LEDGER_END");
  CHECK(refusal(kFlat, offset(3), {}) == "OFFSET_AFTER_LEDGER_END");
  CHECK(refusal(kTrees, offset(1), offset(2)) == "OFFSET_OUT_OF_RANGE");
  CHECK(refusal(kFlat, std::nullopt, "no offset") == "NON_HEXADECIMAL_OFFSET");
  lapi::GetTransactionsRequest request;
  CHECK_FALSE(stage.Stage::open(kFlat, request));
  CHECK(stage.failure == "MISSING_FIELD");
  request.set_ledger_id("another");
  CHECK_FALSE(stage.Stage::open(kFlat, request));
  CHECK(stage.failure == "LEDGER_ID_MISMATCH");
}

TEST_CASE("transaction tree stream: templates are no filter of trees", "[daml_api][services]") {
  Streams stage;
  lapi::GetTransactionsRequest request;
  request.mutable_begin()->set_boundary(lapi::LedgerOffset::LEDGER_BEGIN);
  auto& id = *(*request.mutable_filter()->mutable_filters_by_party())["alice"]
                  .mutable_inclusive()
                  ->add_template_ids();
  id.set_package_id("pkg");
  id.set_module_name("Main");
  id.set_entity_name("Asset");
  CHECK_FALSE(stage.Stage::open(kTrees, request));
  CHECK(stage.failure == "INVALID_ARGUMENT");
  CHECK(stage.Stage::open(kFlat, request));
}

TEST_CASE("transaction stream: what was pruned meanwhile ends it, and what is pruned behind it "
          "does not",
          "[daml_api][services]") {
  Streams stage;
  for (const char* const id : {"a", "b", "c"})
    stage.index.add(Scene().create(id, "alice"));
  const auto behind = stage.open(kFlat, {"alice"}, std::nullopt, offset(1));
  const auto ahead = stage.open(kFlat, {"alice"}, std::nullopt, offset(3));
  CHECK(offsets_of(hear<Flat>(*ahead)).empty());
  REQUIRE(stage.index.prune(2, false).ok());
  const auto refused = hear<Flat>(*behind);
  CHECK(refused.failure == "PARTICIPANT_PRUNED_DATA_ACCESSED");
  CHECK(refused.cause == "Transactions request from " + offset(1) + " to " + offset(3) +
                             " precedes pruned offset " + offset(2));
  CHECK(refused.metadata.at("earliest_offset") == offset(2));
  CHECK_FALSE(hear<Flat>(*ahead).ended);
  stage.index.add(Scene().create("d", "alice"));
  CHECK(offsets_of(hear<Flat>(*ahead)) == Offsets{offset(4)});
}

TEST_CASE("transaction stream: tells who wants it of each pruning, in a message of its own",
          "[daml_api][services]") {
  Streams stage;
  stage.pruned_offsets = true;
  for (const char* const id : {"a", "b"})
    stage.index.add(Scene().create(id, "alice"));
  const auto stream = stage.open(kFlat, {"alice"});
  CHECK(hear<Flat>(*stream).messages.size() == 1);
  REQUIRE(stage.index.prune(1, false).ok());
  const auto heard = hear<Flat>(*stream);
  REQUIRE(heard.messages.size() == 1);
  CHECK(heard.messages[0].pruned_offset() == offset(1));
  CHECK(heard.messages[0].transactions().empty());
  CHECK(hear<Flat>(*stream).messages.empty());
}

TEST_CASE("streams: end once the index has halted, after what it had", "[daml_api][services]") {
  Streams stage;
  stage.index.add(Scene().create("a", "alice"));
  const auto stream = stage.open(kFlat, {"alice"});
  lapi::CompletionStreamRequest request;
  request.set_application_id("application");
  request.add_parties("alice");
  request.mutable_offset()->set_boundary(lapi::LedgerOffset::LEDGER_BEGIN);
  const auto completions = stage.Stage::open(kCompletions, request);
  stage.index.halt(Status(Code::kUnavailable, "the ledger cannot be read for now"));
  CHECK_FALSE(hear<Flat>(*stream).ended);
  stage.index.halt(Status::make_fault(Code::kDataLoss, "INDEX_HALTED: it is broken"));
  CHECK(hear<Flat>(*stream).failure == "SERVICE_NOT_RUNNING");
  const auto heard = hear<Completed>(*completions);
  CHECK(heard.messages.size() == 1);
  CHECK(heard.failure == "SERVICE_NOT_RUNNING");
}

TEST_CASE("streams: messages stay small however much there is", "[daml_api][services]") {
  Streams stage;
  stage.settings.page_bytes = 10'000;
  for (int i = 0; i < 50; ++i)
    stage.index.add(Scene().create(std::to_string(i), "alice").large(1'000));
  stage.index.add(Scene().create("large", "alice").large(50'000));
  const auto check = [&](const std::vector<std::size_t>& sizes) {
    REQUIRE(sizes.size() > 5);
    for (std::size_t i = 0; i < sizes.size(); ++i)
      CHECK((sizes[i] < 12'000 || sizes[i] > 50'000));
  };
  const auto flat = hear<Flat>(*stage.open(kFlat, {"alice"}));
  check(flat.sizes);
  CHECK(offsets_of(flat).size() == 51);
  lapi::GetActiveContractsRequest request;
  (*request.mutable_filter()->mutable_filters_by_party())["alice"];
  const auto active = hear<Active>(*stage.Stage::open(kActive, request));
  check({active.sizes.begin(), active.sizes.end() - 1}); // the last tells the offset only
  int contracts = 0;
  for (const auto& message : active.messages)
    contracts += message.active_contracts_size();
  CHECK(contracts == 51);
}

TEST_CASE("active contracts: a message is of one workflow, and the last one tells the offset",
          "[daml_api][services]") {
  Streams stage;
  stage.index.add(Scene().create("a", "alice").workflow("first"));
  stage.index.add(Scene().create("b", "alice").workflow("first"));
  stage.index.add(Scene().create("c", "alice").workflow("second"));
  stage.index.add(Scene().archive("b", {"alice"}));
  lapi::GetActiveContractsRequest request;
  (*request.mutable_filter()->mutable_filters_by_party())["alice"];
  const auto now = hear<Active>(*stage.Stage::open(kActive, request));
  CHECK(now.ended);
  REQUIRE(now.messages.size() == 3);
  CHECK(now.messages[0].workflow_id() == "first");
  CHECK(now.messages[0].active_contracts_size() == 1);
  CHECK(now.messages[1].workflow_id() == "second");
  CHECK(now.messages[2].offset() == offset(4));
  CHECK(now.messages[0].offset().empty());
  request.set_active_at_offset(offset(2));
  const auto then = hear<Active>(*stage.Stage::open(kActive, request));
  REQUIRE(then.messages.size() == 2);
  CHECK(then.messages[0].active_contracts_size() == 2);
  CHECK(then.messages[1].offset() == offset(2));
  request.set_active_at_offset(offset(5));
  CHECK_FALSE(stage.Stage::open(kActive, request));
  CHECK(stage.failure == "OFFSET_AFTER_LEDGER_END");
}

TEST_CASE("completions: tell accepted and refused commands of an application's parties",
          "[daml_api][services]") {
  Streams stage;
  stage.index.add(Scene({"alice", "bob"}, "good").create("a", "alice").trace("00-trace"));
  stage.index.add(Scene({"carol"}, "theirs").create("b", "carol"));
  stage.index.add(Scene({"alice"}, "bad").reject("CONTRACT_NOT_FOUND"));
  lapi::CompletionStreamRequest request;
  request.set_application_id("application");
  request.add_parties("alice");
  request.mutable_offset()->set_boundary(lapi::LedgerOffset::LEDGER_BEGIN);
  const auto stream = stage.Stage::open(kCompletions, request);
  const auto heard = hear<Completed>(*stream);
  REQUIRE(heard.messages.size() == 2);
  const auto& good = heard.messages[0].completions(0);
  CHECK(good.command_id() == "good");
  CHECK(good.status().code() == 0);
  CHECK_FALSE(good.transaction_id().empty());
  CHECK(std::vector<std::string>(good.act_as().begin(), good.act_as().end()) == Parties{"alice"});
  CHECK(good.trace_context().traceparent().value() == "00-trace");
  CHECK(heard.messages[0].checkpoint().offset().absolute() == offset(1));
  const auto& bad = heard.messages[1].completions(0);
  CHECK(bad.status().code() == 5);
  CHECK(bad.transaction_id().empty());
  CHECK(heard.messages[1].checkpoint().record_time().seconds() == 1'700'000'003);
  request.clear_offset(); // from the end on
  CHECK(hear<Completed>(*stage.Stage::open(kCompletions, request)).messages.empty());
  request.clear_parties();
  CHECK_FALSE(stage.Stage::open(kCompletions, request));
  CHECK(stage.failure == "MISSING_FIELD");
}

TEST_CASE("completions: a repetition names the submission that was accepted, and how far back it "
          "was looked for",
          "[daml_api][services]") {
  Streams stage;
  stage.index.add(Scene({"alice"}, "pay").submission("first").create("a", "alice"));
  stage.index.add(Scene({"alice"}, "pay")
                      .submission("second")
                      .deduplicated_since(1'700'000'000'500'000)
                      .reject("DUPLICATE_COMMAND", "it was accepted at offset 1"));
  lapi::CompletionStreamRequest request;
  request.set_application_id("application");
  request.add_parties("alice");
  request.mutable_offset()->set_absolute(offset(1));
  const auto heard = hear<Completed>(*stage.Stage::open(kCompletions, request));
  REQUIRE(heard.messages.size() == 1);
  const auto& repetition = heard.messages[0].completions(0);
  CHECK(repetition.submission_id() == "second");
  CHECK(repetition.deduplication_duration().seconds() == 1);
  CHECK(repetition.deduplication_duration().nanos() == 500'000'000);
  google::rpc::ErrorInfo info;
  REQUIRE(repetition.status().details(0).UnpackTo(&info));
  CHECK(info.metadata().at("existing_submission_id") == "first");
  CHECK(info.metadata().at("completion_offset") == offset(1));
}

TEST_CASE("single transactions: by id and by an event's id, for who sees them",
          "[daml_api][services]") {
  Streams stage;
  stage.index.add(Scene().create("a", "alice").exercise("a", {"alice"}, {"alice", "bob"}));
  const std::string id = hear<Flat>(*stage.open(kFlat, {"alice"}, offset(1)))
                             .messages[0]
                             .transactions(0)
                             .transaction_id();
  lapi::GetTransactionByIdRequest by_id;
  by_id.set_transaction_id(id);
  by_id.add_requesting_parties("bob");
  using Tree = lapi::GetTransactionResponse;
  using Single = lapi::GetFlatTransactionResponse;
  CHECK(stage.call<Tree>(kService + "GetTransactionById", by_id).response.transaction()
            .transaction_id() == id);
  CHECK(stage.call<Single>(kService + "GetFlatTransactionById", by_id).failure ==
        "TRANSACTION_NOT_FOUND");
  by_id.set_transaction_id("not hexadecimal");
  CHECK(stage.call<Tree>(kService + "GetTransactionById", by_id).failure ==
        "TRANSACTION_NOT_FOUND");
  by_id.set_transaction_id("");
  CHECK(stage.call<Tree>(kService + "GetTransactionById", by_id).failure == "MISSING_FIELD");
  lapi::GetTransactionByEventIdRequest by_event;
  by_event.set_event_id("#" + id + ":1");
  by_event.add_requesting_parties("alice");
  CHECK(stage.call<Single>(kService + "GetFlatTransactionByEventId", by_event)
            .response.transaction()
            .events_size() == 1);
  by_event.set_event_id("#00:1");
  CHECK(stage.call<Tree>(kService + "GetTransactionByEventId", by_event).failure ==
        "TRANSACTION_NOT_FOUND");
  by_event.clear_requesting_parties();
  CHECK(stage.call<Tree>(kService + "GetTransactionByEventId", by_event).failure ==
        "MISSING_FIELD");
}

} // namespace tenon::daml_api::test
