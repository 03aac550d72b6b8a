#include "fake_ledger.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::api::rest::test {

namespace {

v1::Completion rejected(Code code, const char* reason, const char* message) {
  v1::Completion completion;
  completion.set_code(static_cast<std::uint32_t>(code));
  completion.set_reason(reason);
  completion.set_message(message);
  return completion;
}

v1::Completion committed(const Json& response) {
  v1::Completion completion;
  completion.set_response(response.dump());
  return completion;
}

v1::Event transfer_event(const std::string& from, const std::string& to,
                         const std::string& amount) {
  v1::Event event;
  event.set_engine("wasm");
  event.set_payload(Json({{"instance", kInstance},
                          {"event", "Transfer"},
                          {"arguments", {{"from", from}, {"to", to}, {"amount", amount}}}})
                        .dump());
  std::set<std::string> readers = {from, to};
  for (const auto& reader : readers)
    event.add_readers(reader);
  return event;
}

template <typename Readers> bool reads(const Readers& readers, const std::set<std::string>& who) {
  return std::any_of(readers.begin(), readers.end(), [&](const std::string& reader) {
    return reader == "*" || who.contains(reader);
  });
}

bool is_engine(const std::string& engine) {
  return engine == "wasm" || engine == "daml";
}

Status unknown_engine(const std::string& engine) {
  return not_found("UNKNOWN_ENGINE: expected one of daml, wasm, found \"" + engine + "\"");
}

Result<Json> ask_daml(const Json& query) {
  const Json package = {{"packageId", kPackage}, {"name", "iou"}, {"version", "1.0.0"}};
  if (query.contains("packages"))
    return Json{{"packages", Json::array({package})}, {"next", kPackage}};
  if (query.contains("activeContracts"))
    return Json{{"contracts", Json::array()}, {"next", nullptr}};
  if (!query.contains("package"))
    return invalid_argument("BAD_COMMAND: unknown request");
  if (query["package"]["packageId"] != kPackage)
    return not_found("PACKAGE_NOT_FOUND: the ledger has no such package");
  return package;
}

} // namespace

class FakeWatch final : public Ledger::Watch {
public:
  FakeWatch(FakeLedger& ledger, std::uint64_t id) : ledger_(ledger), id_(id) {}
  ~FakeWatch() override {
    const std::lock_guard lock(ledger_.watch_mutex_);
    ledger_.watches_.erase(id_);
  }

private:
  FakeLedger& ledger_;
  std::uint64_t id_;
};

FakeLedger::FakeLedger() {
  parties_ = {{"alice", "Alice"}, {"bob", "Bob"}, {"carol", "Carol"}};
  balances_ = {{"alice", 1000}};
}

v1::Completion FakeLedger::append(const v1::Submission& submission, v1::Completion completion,
                                  std::vector<v1::Event> events) {
  ++height_;
  completion.set_height(height_);
  completion.set_offset(wire::make_offset(height_, 0));
  completion.set_transaction_id(crypto::sha256(std::to_string(height_)).str());
  v1::LedgerTransaction transaction;
  transaction.set_offset(completion.offset());
  transaction.set_transaction_id(completion.transaction_id());
  transaction.set_record_time_us(1'700'000'000'000'000 + height_);
  transaction.set_engine(submission.engine());
  *transaction.mutable_act_as() = submission.act_as();
  transaction.set_command_id(submission.command_id());
  transaction.set_code(completion.code());
  transaction.set_reason(completion.reason());
  transaction.set_message(completion.message());
  transaction.set_response(completion.response());
  for (auto& event : events)
    *transaction.add_events() = std::move(event);
  log_.push_back(std::move(transaction));
  return completion;
}

v1::Completion FakeLedger::run(const v1::Submission& submission, const Json& command) {
  if (command.contains("upload"))
    return append(submission, committed({{"contract", kContract}}), {});
  if (command.contains("instantiate"))
    return append(submission, committed({{"instance", kInstance}, {"result", nullptr}}), {});
  const Json& call = command.at("execute");
  if (call.at("instance") != kInstance) {
    return append(submission,
                  rejected(Code::kNotFound, "INSTANCE_NOT_FOUND", "no instance with this id"), {});
  }
  if (call.at("function") != "transfer") {
    return append(submission,
                  rejected(Code::kInvalidArgument, "FUNCTION_NOT_FOUND", "no such function"), {});
  }
  const auto& arguments = call.at("arguments");
  const std::string& from = submission.act_as(0);
  const auto to = arguments.value("to", std::string());
  const auto amount = parse_u64(arguments.value("amount", std::string("x")));
  if (to.empty() || !amount) {
    return append(submission,
                  rejected(Code::kInvalidArgument, "INVALID_ARGUMENTS", "expected to and amount"),
                  {});
  }
  if (balances_[from] < *amount) {
    return append(submission,
                  rejected(Code::kFailedPrecondition, "INSUFFICIENT_FUNDS", "not enough"), {});
  }
  balances_[from] -= *amount;
  balances_[to] += *amount;
  return append(submission, committed({{"result", nullptr}}),
                {transfer_event(from, to, std::to_string(*amount))});
}

v1::Completion FakeLedger::run_daml(const v1::Submission& submission, const Json& command) {
  if (command.contains("upload"))
    return append(submission, committed({{"packages", {kPackage}}}), {});
  if (!command.contains("create")) {
    return append(submission, rejected(Code::kInvalidArgument, "BAD_COMMAND", "unknown command"),
                  {});
  }
  return append(submission,
                committed({{"created", Json::array({{{"contractId", "00aa"}}})},
                           {"archived", Json::array()},
                           {"result", "00aa"}}),
                {});
}

v1::Completion FakeLedger::execute(const v1::Submission& submission) {
  const std::string key = submission.engine() + "/" + submission.command_id();
  const auto known = commands_.find(key);
  if (known != commands_.end()) {
    if (known->second.first != submission.command()) {
      return rejected(Code::kAlreadyExists, "COMMAND_ID_REUSED",
                      "this command id was used with other content");
    }
    auto completion = known->second.second;
    completion.set_duplicate(true);
    return completion;
  }
  v1::Completion completion;
  if (submission.engine() == "sys") {
    v1::SystemCommand command;
    command.ParseFromString(submission.command());
    if (command.has_operator_command())
      return append(submission, v1::Completion(), {});
    const auto& party = command.allocate_party();
    completion =
        parties_.contains(party.party())
            ? append(submission, rejected(Code::kAlreadyExists, "PARTY_EXISTS", "it is there"), {})
            : append(submission, v1::Completion(), {});
    parties_.emplace(party.party(), party.display_name());
  } else {
    const Json command = Json::parse(submission.command());
    completion = submission.engine() == "daml" ? run_daml(submission, command)
                                               : run(submission, command);
  }
  commands_[key] = {submission.command(), completion};
  return completion;
}

Status FakeLedger::submit(const v1::Submission& submission, Completed done) {
  v1::Completion completion;
  {
    const std::lock_guard lock(mutex_);
    last_submission_ = submission;
    if (refusal_) {
      const Status status = *refusal_;
      refusal_.reset();
      return status;
    }
    if (!is_engine(submission.engine()) && submission.engine() != "sys")
      return unknown_engine(submission.engine());
    if (completion_) {
      completion = *completion_;
      completion_.reset();
    } else {
      completion = execute(submission);
    }
    if (holding_) {
      held_.emplace_back(std::move(done), std::move(completion));
      return {};
    }
  }
  announce();
  done(std::move(completion));
  return {};
}

std::optional<Status> FakeLedger::read_failure() {
  const std::lock_guard lock(mutex_);
  return read_failure_;
}

Result<v1::QueryResponse> FakeLedger::query(const v1::QueryRequest& request) {
  if (const auto failure = read_failure())
    return *failure;
  const std::lock_guard lock(mutex_);
  last_query_ = request;
  if (!is_engine(request.engine()))
    return unknown_engine(request.engine());
  const Json query = Json::parse(request.request());
  Json answer;
  const Json contract = {{"contract", kContract}, {"name", "token"}, {"size", 100}};
  const Json instance = {{"instance", kInstance}, {"contract", kContract}, {"label", "gold"}};
  if (request.engine() == "daml") {
    TENON_ASSIGN_OR_RETURN(answer, ask_daml(query));
  } else if (query.contains("contracts")) {
    const bool first = query["contracts"]["after"] == "";
    answer = {{"contracts", first ? Json::array({contract}) : Json::array()}, {"next", nullptr}};
  } else if (query.contains("instances")) {
    answer = {{"instances", Json::array({instance})}, {"next", kInstance}};
  } else if (query.contains("contract")) {
    if (query["contract"]["contract"] != kContract)
      return not_found("CONTRACT_NOT_FOUND: no contract with this id");
    answer = contract;
    answer["description"] = {{"functions", Json::array()}};
  } else if (query.contains("instance")) {
    if (query["instance"]["instance"] != kInstance)
      return not_found("INSTANCE_NOT_FOUND: no instance with this id");
    answer = instance;
  } else {
    const auto owner = query["call"]["arguments"].value("owner", std::string());
    const auto& parties = request.parties();
    if (std::find(parties.begin(), parties.end(), owner) == parties.end())
      return permission_denied("NOT_VISIBLE: the balance is not yours");
    answer = {{"result", std::to_string(balances_[owner])}};
  }
  v1::QueryResponse response;
  response.set_response(answer.dump());
  response.set_height(height_);
  return response;
}

Result<v1::LedgerProof> FakeLedger::prove(const v1::ProofRequest& request) {
  if (const auto failure = read_failure())
    return *failure;
  const std::lock_guard lock(mutex_);
  v1::LedgerProof proof;
  proof.set_version(1);
  proof.set_chain(Hash{}.str());
  v1::BlockHeader header;
  header.set_height(height_);
  proof.set_header(header.SerializeAsString());
  v1::ResultHeader result;
  result.set_state_root(Hash{}.str());
  proof.set_result_header(result.SerializeAsString());
  for (const auto& key : request.keys().keys()) {
    auto& proved = *proof.add_keys();
    proved.set_key(key);
    proved.set_present(key == "wasm/k");
    proved.set_value(key == "wasm/k" ? "v" : "");
    proved.set_path(key == "wasm/k" ? std::string("\1\1\0\0", 4) : std::string("\1\0\0\0", 4));
  }
  if (request.has_query())
    proof.set_query_response(R"({"result":"5"})");
  return proof;
}

Result<v1::BlocksResponse> FakeLedger::blocks(const v1::BlocksRequest& request) {
  if (const auto failure = read_failure())
    return *failure;
  const std::lock_guard lock(mutex_);
  v1::BlocksResponse response;
  response.set_head_height(height_);
  std::uint64_t height = request.from_height();
  while (height <= height_ &&
         static_cast<std::uint64_t>(response.blocks_size()) < request.limit()) {
    auto& block = *response.add_blocks();
    block.set_height(height);
    v1::BlockHeader header;
    header.set_height(height);
    header.set_parent(Hash{}.str());
    block.set_header(header.SerializeAsString());
    block.set_block_id(crypto::sha256(block.header()).str());
    v1::ResultHeader result;
    result.set_state_root(Hash{}.str());
    block.set_result_header(result.SerializeAsString());
    block.set_transactions(height == 0 ? 0 : 1);
    if (request.with_body() && height > 0) {
      v1::BlockResults results;
      results.add_results()->mutable_outcome()->set_transaction_id(Hash{}.str());
      block.set_results(results.SerializeAsString());
    }
    if (request.descending() && height == 0)
      return response;
    height = request.descending() ? height - 1 : height + 1;
  }
  response.set_more(height <= height_);
  return response;
}

Result<v1::TransactionsResponse> FakeLedger::transactions(const v1::TransactionsRequest& request) {
  if (const auto failure = read_failure())
    return *failure;
  const std::lock_guard lock(mutex_);
  ++transactions_requests_;
  const std::set<std::string> who(request.parties().begin(), request.parties().end());
  v1::TransactionsResponse response;
  response.set_next_offset(request.after_offset());
  response.set_head_offset(log_.empty() ? 0 : log_.back().offset());
  for (const auto& transaction : log_) {
    if (transaction.offset() <= request.after_offset())
      continue;
    if (static_cast<std::uint64_t>(response.transactions_size()) == request.limit()) {
      response.set_more(true);
      break;
    }
    response.set_next_offset(transaction.offset());
    if (!request.transaction_id().empty() &&
        request.transaction_id() != transaction.transaction_id())
      continue;
    v1::LedgerTransaction seen = transaction;
    seen.set_submitter_view(request.all() || reads(transaction.act_as(), who));
    seen.clear_events();
    for (const auto& event : transaction.events()) {
      if (request.all() || reads(event.readers(), who))
        *seen.add_events() = event;
    }
    if ((seen.submitter_view() && !request.only_with_events()) || seen.events_size() > 0)
      *response.add_transactions() = std::move(seen);
  }
  return response;
}

Result<v1::PartiesResponse> FakeLedger::parties(const v1::PartiesRequest& request) {
  if (const auto failure = read_failure())
    return *failure;
  const std::lock_guard lock(mutex_);
  const std::set<std::string> only(request.parties().begin(), request.parties().end());
  v1::PartiesResponse response;
  for (const auto& [party, name] : parties_) {
    if (party <= request.after() || (!only.empty() && !only.contains(party)))
      continue;
    if (static_cast<std::uint64_t>(response.parties_size()) == request.limit()) {
      response.set_more(true);
      break;
    }
    auto& info = *response.add_parties();
    info.set_party(party);
    info.mutable_record()->set_display_name(name);
    info.mutable_record()->add_hosted_by("node");
  }
  return response;
}

Result<v1::StatusResponse> FakeLedger::status() {
  if (const auto failure = read_failure())
    return *failure;
  const std::lock_guard lock(mutex_);
  v1::StatusResponse response;
  response.set_node("fake");
  response.set_role("solo");
  response.set_version("0.1.0");
  response.set_chain(Hash{}.str());
  response.set_height(height_);
  response.set_head_offset(log_.empty() ? 0 : log_.back().offset());
  response.set_block_id(Hash{}.str());
  response.set_state_root(Hash{}.str());
  response.set_ready(true);
  response.add_warnings("the store is volatile");
  response.set_consensus_json(R"({"pending":0})");
  response.set_network_json(R"({"peers":[{"name":"replica-1"}]})");
  return response;
}

Result<v1::PluginsResponse> FakeLedger::plugins() {
  if (const auto failure = read_failure())
    return *failure;
  v1::PluginsResponse response;
  auto& plugin = *response.add_plugins();
  plugin.set_name("memory");
  plugin.set_kind("store");
  plugin.set_version("0.1.0");
  plugin.set_abi("0.1");
  plugin.set_state("started");
  plugin.set_descriptor_json("{}");
  auto& refusal = *response.add_refusals();
  refusal.set_code("WRONG_MAJOR");
  refusal.set_file("x.so");
  return response;
}

Result<std::unique_ptr<Ledger::Watch>> FakeLedger::watch(HeadMoved head_moved) {
  const std::lock_guard lock(watch_mutex_);
  const std::uint64_t id = next_watch_++;
  watches_.emplace(id, std::move(head_moved));
  return std::unique_ptr<Watch>(std::make_unique<FakeWatch>(*this, id));
}

void FakeLedger::announce() {
  const std::lock_guard lock(watch_mutex_);
  for (const auto& [id, head_moved] : watches_)
    head_moved(height_);
}

void FakeLedger::transfer(const std::string& from, const std::string& to,
                          const std::string& payload_tail) {
  {
    const std::lock_guard lock(mutex_);
    v1::Submission submission;
    submission.set_engine("wasm");
    submission.add_act_as(from);
    append(submission, committed({{"result", nullptr}}),
           {transfer_event(from, to, "1" + payload_tail)});
  }
  announce();
}

void FakeLedger::refuse_next(Status status) {
  const std::lock_guard lock(mutex_);
  refusal_ = std::move(status);
}

void FakeLedger::complete_next(v1::Completion completion) {
  const std::lock_guard lock(mutex_);
  completion_ = std::move(completion);
}

void FakeLedger::hold() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

void FakeLedger::release() {
  std::vector<std::pair<Completed, v1::Completion>> held;
  {
    const std::lock_guard lock(mutex_);
    holding_ = false;
    held.swap(held_);
  }
  for (auto& [done, completion] : held)
    done(std::move(completion));
}

v1::Submission FakeLedger::last_submission() {
  const std::lock_guard lock(mutex_);
  return last_submission_;
}

v1::QueryRequest FakeLedger::last_query() {
  const std::lock_guard lock(mutex_);
  return last_query_;
}

std::size_t FakeLedger::transactions_requests() {
  const std::lock_guard lock(mutex_);
  return transactions_requests_;
}

void FakeLedger::fail_reads(Status status) {
  const std::lock_guard lock(mutex_);
  read_failure_ = status.ok() ? std::nullopt : std::optional(std::move(status));
}

} // namespace tenon::api::rest::test
