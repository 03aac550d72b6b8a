#include "script_ledger.hpp"

#include <algorithm>
#include <set>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/daml_api/v1/context.pb.h"
#include "tenon/wire/hashing.hpp"

namespace tenon::daml_api::index::test {

namespace {

constexpr std::uint64_t kStartUs = 1'700'000'000'000'000;

template <typename Repeated> void set_names(Repeated& target, const Parties& names) {
  target.Assign(names.begin(), names.end());
}

Parties both(const Parties& left, const Parties& right) {
  std::set<std::string> all(left.begin(), left.end());
  all.insert(right.begin(), right.end());
  return {all.begin(), all.end()};
}

} // namespace

std::string sample_id(std::uint64_t number) {
  Bytes id(1, '\0');
  append_be64(id, number);
  return id + std::string(24, 'i');
}

Draft::Draft(Parties act_as, std::string application, std::string command) {
  message_.set_engine("daml");
  message_.set_submitter_view(true);
  message_.set_command_id(application + "|" + command);
  set_names(*message_.mutable_act_as(), act_as);
  tenon::daml_api::context::v1::SubmissionContext context;
  context.set_application_id(std::move(application));
  context.set_command_id(std::move(command));
  context.set_submission_id("submission");
  message_.set_context(context.SerializeAsString());
}

Draft& Draft::create(const Sample& sample, const Parties& more_witnesses) {
  tenon::daml::engine::v1::Event event;
  auto& contract = *event.mutable_created();
  contract.set_contract_id(sample.id);
  contract.set_template_(sample.type);
  contract.set_package_name("package");
  contract.set_argument("argument of " + to_hex(sample.id));
  set_names(*contract.mutable_signatories(), sample.signatories);
  set_names(*contract.mutable_observers(), sample.observers);
  contract.set_key_hash(sample.key_hash);
  add(std::move(event), both(both(sample.signatories, sample.observers), more_witnesses));
  return *this;
}

tenon::daml::engine::v1::Exercise Draft::exercise_of(const Sample& sample) const {
  tenon::daml::engine::v1::Exercise exercise;
  exercise.set_contract_id(sample.id);
  exercise.set_template_(sample.type);
  exercise.set_choice("Choice");
  set_names(*exercise.mutable_stakeholders(), both(sample.signatories, sample.observers));
  return exercise;
}

Draft& Draft::archive(const Sample& sample, const Parties& more_witnesses) {
  tenon::daml::engine::v1::Event event;
  *event.mutable_exercised() = exercise_of(sample);
  event.mutable_exercised()->set_consuming(true);
  add(std::move(event), both(both(sample.signatories, sample.observers), more_witnesses));
  return *this;
}

Draft& Draft::exercise(const Sample& sample, const Parties& witnesses) {
  tenon::daml::engine::v1::Event event;
  *event.mutable_exercised() = exercise_of(sample);
  add(std::move(event), witnesses);
  return *this;
}

Draft& Draft::reject(const std::string& reason) {
  message_.set_code(9);
  message_.set_reason(reason);
  message_.set_message("it was rejected");
  return *this;
}

Draft& Draft::workflow(const std::string& id) {
  workflow_ = id;
  return *this;
}

void Draft::add(tenon::daml::engine::v1::Event event, Parties witnesses) {
  event.set_node(static_cast<std::uint32_t>(message_.events_size()));
  event.set_workflow_id(workflow_);
  event.set_ledger_time_us(static_cast<std::int64_t>(kStartUs) + message_.events_size());
  auto& added = *message_.add_events();
  added.set_engine("daml");
  added.set_payload(event.SerializeAsString());
  std::sort(witnesses.begin(), witnesses.end());
  set_names(*added.mutable_readers(), witnesses);
}

std::uint64_t ScriptLedger::append(const Draft& draft) {
  return append(tenon::v1::LedgerTransaction(draft.message()));
}

std::uint64_t ScriptLedger::append_other() {
  tenon::v1::LedgerTransaction message;
  message.set_engine("sys");
  return append(std::move(message));
}

std::uint64_t ScriptLedger::append(tenon::v1::LedgerTransaction message) {
  std::uint64_t offset = 0;
  {
    const std::lock_guard lock(mutex_);
    ++height_;
    offset = wire::make_offset(height_, 3); // not every index is used
    message.set_offset(offset);
    message.set_transaction_id(crypto::sha256("transaction " + std::to_string(offset)).str());
    message.set_record_time_us(kStartUs + height_ * 1'000'000);
    log_.push_back(std::move(message));
  }
  announce();
  return offset;
}

void ScriptLedger::append_empty(std::uint64_t blocks) {
  {
    const std::lock_guard lock(mutex_);
    height_ += blocks;
  }
  announce();
}

void ScriptLedger::fail_reads(Status status) {
  const std::lock_guard lock(mutex_);
  read_failure_ = std::move(status);
}

void ScriptLedger::forget_up_to(std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  forgotten_ = offset;
}

void ScriptLedger::show(std::uint64_t transactions) {
  {
    const std::lock_guard lock(mutex_);
    shown_ = transactions;
  }
  announce();
}

std::uint64_t ScriptLedger::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

Result<tenon::v1::TransactionsResponse>
ScriptLedger::transactions(const tenon::v1::TransactionsRequest& request) {
  const std::lock_guard lock(mutex_);
  ++requests_;
  TENON_RETURN_IF_ERROR(read_failure_);
  if (request.after_offset() < forgotten_)
    return out_of_range("HISTORY_PRUNED: the oldest block that this replica keeps is later");
  tenon::v1::TransactionsResponse page;
  const std::uint64_t all = std::min<std::uint64_t>(shown_, log_.size());
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < all; ++i) {
    const tenon::v1::LedgerTransaction& one = log_[i];
    if (one.offset() <= request.after_offset())
      continue;
    bytes += one.ByteSizeLong();
    const auto count = static_cast<std::uint64_t>(page.transactions_size());
    if (count > 0 &&
        (count == request.limit() || (request.max_bytes() != 0 && bytes > request.max_bytes()))) {
      page.set_more(true);
      page.set_next_offset(page.transactions(page.transactions_size() - 1).offset());
      return page;
    }
    *page.add_transactions() = one;
  }
  const std::uint64_t head =
      all == log_.size() ? wire::make_offset(height_ + 1, 0) - 1
                         : (all == 0 ? 0 : log_[all - 1].offset());
  page.set_next_offset(std::max(request.after_offset(), head));
  return page;
}

Status ScriptLedger::submit(const tenon::v1::Submission&, Completed) {
  return unavailable("this ledger only tells");
}
Result<tenon::v1::QueryResponse> ScriptLedger::query(const tenon::v1::QueryRequest&) {
  return unavailable("this ledger only tells");
}
Result<tenon::v1::PartiesResponse> ScriptLedger::parties(const tenon::v1::PartiesRequest&) {
  return unavailable("this ledger only tells");
}
Result<tenon::v1::StatusResponse> ScriptLedger::status() {
  return unavailable("this ledger only tells");
}

class ScriptLedger::Watching final : public api::Ledger::Watch {
public:
  Watching(ScriptLedger& ledger, std::uint64_t id) : ledger_(ledger), id_(id) {}
  ~Watching() override {
    const std::lock_guard lock(ledger_.watch_mutex_);
    ledger_.watches_.erase(id_);
  }

private:
  ScriptLedger& ledger_;
  const std::uint64_t id_;
};

Result<std::unique_ptr<api::Ledger::Watch>> ScriptLedger::watch(HeadMoved head_moved) {
  const std::lock_guard lock(watch_mutex_);
  const std::uint64_t id = next_watch_++;
  watches_.emplace(id, std::move(head_moved));
  return std::unique_ptr<Watch>(std::make_unique<Watching>(*this, id));
}

void ScriptLedger::announce() {
  std::uint64_t height = 0;
  {
    const std::lock_guard lock(mutex_);
    height = height_;
  }
  const std::lock_guard lock(watch_mutex_);
  for (const auto& [id, moved] : watches_)
    moved(height);
}

} // namespace tenon::daml_api::index::test
