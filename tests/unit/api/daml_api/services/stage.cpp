#include "stage.hpp"

#include <algorithm>

#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/daml/v1/value.pb.h"

namespace tenon::daml_api::test {

using index::IndexedEvent;
using index::IndexedTransaction;

namespace {

constexpr std::uint64_t kStartUs = 1'700'000'000'000'000;
constexpr std::uint64_t kSecondUs = 1'000'000;

daml::v1::Value named_record(const std::string& owner, const std::string& text) {
  daml::v1::Value value;
  auto& first = *value.mutable_record()->add_fields();
  first.set_label("owner");
  first.mutable_value()->set_party(owner);
  auto& second = *value.mutable_record()->add_fields();
  second.set_label("text");
  second.mutable_value()->set_text(text);
  return value;
}

std::string unit_bytes() {
  daml::v1::Value unit;
  unit.mutable_unit();
  return unit.SerializeAsString();
}

Parties merged(Parties parties, const Parties& more) {
  parties.insert(parties.end(), more.begin(), more.end());
  return parties;
}

} // namespace

std::string offset(std::uint64_t number) {
  return offset_text(number);
}

Scene::Scene(Parties act_as, std::string command) {
  completion_.act_as = std::move(act_as);
  completion_.context.set_application_id("application");
  completion_.context.set_command_id(std::move(command));
  completion_.context.set_submission_id("submission");
}

Scene& Scene::create(const std::string& id, const std::string& owner, const Parties& observers,
                     const std::string& type) {
  daml::engine::v1::Event event;
  auto& contract = *event.mutable_created();
  contract.set_contract_id(id);
  contract.set_template_(type);
  contract.set_package_name("package-name");
  contract.set_argument(named_record(owner, "text of " + to_hex(id)).SerializeAsString());
  contract.set_key(named_record(owner, "key").SerializeAsString());
  contract.set_key_hash("hash");
  contract.set_agreement("agreed");
  contract.add_signatories(owner);
  contract.mutable_observers()->Assign(observers.begin(), observers.end());
  contract.set_created_at_us(static_cast<std::int64_t>(kStartUs));
  add(std::move(event), merged({owner}, observers));
  return *this;
}

Scene& Scene::archive(const std::string& id, const Parties& stakeholders, std::uint32_t parent) {
  exercise(id, stakeholders, stakeholders);
  parts_.back().event.mutable_exercised()->set_consuming(true);
  parts_.back().event.set_parent(parent);
  return *this;
}

Scene& Scene::exercise(const std::string& id, const Parties& stakeholders,
                       const Parties& witnesses) {
  daml::engine::v1::Event event;
  auto& exercise = *event.mutable_exercised();
  exercise.set_contract_id(id);
  exercise.set_template_(kAsset);
  exercise.set_package_name("package-name");
  exercise.set_choice("Choice");
  exercise.set_argument(unit_bytes());
  exercise.set_result(unit_bytes());
  exercise.add_actors(stakeholders.front());
  exercise.mutable_stakeholders()->Assign(stakeholders.begin(), stakeholders.end());
  add(std::move(event), witnesses);
  return *this;
}

Scene& Scene::inside(std::uint32_t node) {
  parts_.back().event.set_parent(node + 1);
  return *this;
}

Scene& Scene::transient() {
  parts_.back().transient = true;
  return *this;
}

Scene& Scene::submission(const std::string& id) {
  completion_.context.set_submission_id(id);
  return *this;
}

Scene& Scene::deduplicated_since(std::uint64_t us) {
  completion_.context.set_deduplication_since_us(static_cast<std::int64_t>(us));
  return *this;
}

Scene& Scene::reject(const std::string& reason, const std::string& message) {
  completion_.code = static_cast<std::uint32_t>(Code::kFailedPrecondition);
  completion_.reason = reason;
  completion_.message = message;
  return *this;
}

Scene& Scene::workflow(const std::string& id) {
  workflow_ = id;
  return *this;
}

Scene& Scene::trace(const std::string& parent) {
  completion_.context.set_traceparent(parent);
  return *this;
}

Scene& Scene::large(std::size_t bytes) {
  auto& contract = *parts_.back().event.mutable_created();
  contract.set_argument(
      named_record(contract.signatories(0), std::string(bytes, 'x')).SerializeAsString());
  return *this;
}

void Scene::add(daml::engine::v1::Event event, Parties witnesses) {
  event.set_node(static_cast<std::uint32_t>(parts_.size()));
  std::sort(witnesses.begin(), witnesses.end());
  parts_.push_back({std::move(event), std::move(witnesses), false});
}

std::uint64_t StageIndex::add(const Scene& scene) {
  {
    const std::lock_guard lock(mutex_);
    auto transaction = std::make_shared<IndexedTransaction>();
    transaction->offset = log_.size() + 1;
    transaction->transaction_id = std::string(31, 't') + static_cast<char>(transaction->offset);
    transaction->record_time_us = kStartUs + transaction->offset * kSecondUs;
    auto completion = std::make_shared<index::IndexedCompletion>(scene.completion_);
    completion->offset = transaction->offset;
    completion->record_time_us = transaction->record_time_us;
    completion->transaction_id = transaction->transaction_id;
    transaction->completion = std::move(completion);
    const auto arena = std::make_shared<google::protobuf::Arena>();
    for (const Scene::Part& part : scene.parts_) {
      auto* const event =
          google::protobuf::Arena::CreateMessage<daml::engine::v1::Event>(arena.get());
      *event = part.event;
      event->set_workflow_id(scene.workflow_);
      event->set_ledger_time_us(static_cast<std::int64_t>(kStartUs));
      if (event->has_created())
        event->mutable_created()->set_transaction(transaction->transaction_id);
      const std::string& id = event->has_created() ? event->created().contract_id()
                                                   : event->exercised().contract_id();
      transaction->events.push_back({event, arena, to_hex(id), part.witnesses, part.transient});
      transaction->bytes += event->ByteSizeLong();
    }
    log_.push_back(std::move(transaction));
  }
  wake();
  return log_.size();
}

void StageIndex::wake() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, moved] : subscribers_)
    moved();
}

void StageIndex::halt(Status why) {
  {
    const std::lock_guard lock(mutex_);
    health_ = std::move(why);
  }
  wake();
}

index::Extent StageIndex::extent() const {
  const std::lock_guard lock(mutex_);
  index::Extent extent;
  extent.end = shown.value_or(log_.size());
  extent.pruned_up_to = pruned_;
  extent.end_record_time_us = kStartUs + extent.end * kSecondUs;
  if (pruned_divulged)
    extent.divulgence_pruned_us = static_cast<std::int64_t>(kStartUs + pruned_ * kSecondUs);
  return extent;
}

Status StageIndex::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

class StageIndex::Subscribed final : public index::Subscription {
public:
  Subscribed(StageIndex& index, std::uint64_t id) : index_(index), id_(id) {}
  ~Subscribed() override {
    const std::lock_guard lock(index_.mutex_);
    index_.subscribers_.erase(id_);
  }

private:
  StageIndex& index_;
  const std::uint64_t id_;
};

std::unique_ptr<index::Subscription> StageIndex::subscribe(std::function<void()> moved) {
  const std::lock_guard lock(mutex_);
  subscribers_[next_subscriber_] = std::move(moved);
  return std::make_unique<Subscribed>(*this, next_subscriber_++);
}

Result<index::TransactionPage> StageIndex::transactions(const index::Interest& interest,
                                                        index::Shape shape, std::uint64_t after,
                                                        std::uint64_t up_to,
                                                        index::PageLimit limit) {
  const std::lock_guard lock(mutex_);
  if (after < pruned_)
    return out_of_range("PARTICIPANT_PRUNED_DATA_ACCESSED: pruned");
  index::TransactionPage page;
  page.next_after = after;
  for (std::uint64_t i = after; i < std::min(extent().end, up_to); ++i) {
    if (page.transactions.size() >= limit.items) {
      page.more = true;
      break;
    }
    page.next_after = log_[i]->offset;
    if (index::is_visible(*log_[i], interest, shape))
      page.transactions.push_back(log_[i]);
  }
  return page;
}

Result<std::shared_ptr<const IndexedTransaction>>
StageIndex::transaction(std::string_view transaction_id) {
  const std::lock_guard lock(mutex_);
  for (const auto& transaction : log_) {
    if (transaction->transaction_id == transaction_id && transaction->offset > pruned_)
      return transaction;
  }
  return std::shared_ptr<const IndexedTransaction>();
}

Result<std::optional<std::uint64_t>> StageIndex::record_time_us_of(std::uint64_t offset) {
  if (offset > extent().end)
    return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(kStartUs + offset * kSecondUs);
}

Result<std::shared_ptr<const index::IndexedCompletion>>
StageIndex::completion(std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  if (offset <= pruned_ || offset > extent().end)
    return std::shared_ptr<const index::IndexedCompletion>();
  return log_[offset - 1]->completion;
}

Result<index::CompletionPage> StageIndex::completions(const std::string& application_id,
                                                      const Parties& parties, std::uint64_t after,
                                                      std::uint64_t up_to,
                                                      index::PageLimit limit) {
  const std::lock_guard lock(mutex_);
  if (after < pruned_)
    return out_of_range("PARTICIPANT_PRUNED_DATA_ACCESSED: pruned");
  index::CompletionPage page;
  page.next_after = after;
  for (std::uint64_t i = after; i < std::min(extent().end, up_to); ++i) {
    if (page.completions.size() >= limit.items) {
      page.more = true;
      break;
    }
    page.next_after = log_[i]->offset;
    const auto& completion = log_[i]->completion;
    const bool is_theirs =
        std::any_of(parties.begin(), parties.end(),
                    [&](const std::string& party) { return log_[i]->is_submitter(party); });
    if (is_theirs && completion->context.application_id() == application_id)
      page.completions.push_back(completion);
  }
  return page;
}

namespace {

class Listed final : public index::ActiveContracts {
public:
  explicit Listed(std::vector<index::ActiveContract> contracts)
      : contracts_(std::move(contracts)) {}
  Result<std::vector<index::ActiveContract>> next(index::PageLimit limit) override {
    const auto begin = contracts_.begin() + static_cast<std::ptrdiff_t>(given_);
    const auto count = std::min<std::size_t>(limit.items, contracts_.size() - given_);
    given_ += count;
    return std::vector<index::ActiveContract>(begin, begin + static_cast<std::ptrdiff_t>(count));
  }

private:
  const std::vector<index::ActiveContract> contracts_;
  std::size_t given_ = 0;
};

} // namespace

Result<std::unique_ptr<index::ActiveContracts>>
StageIndex::active_contracts(index::Interest interest, std::uint64_t at) {
  const std::lock_guard lock(mutex_);
  if (at < pruned_)
    return out_of_range("PARTICIPANT_PRUNED_DATA_ACCESSED: pruned");
  std::vector<index::ActiveContract> contracts;
  for (const auto& transaction : log_) {
    for (const IndexedEvent& event : transaction->events) {
      if (transaction->offset > at || !event.is_create() || !interest.wants(event))
        continue;
      const auto events = contract_events(event.contract_id);
      if (events->archived_at == 0 || events->archived_at > at)
        contracts.push_back({transaction->offset, event});
    }
  }
  return std::unique_ptr<index::ActiveContracts>(std::make_unique<Listed>(std::move(contracts)));
}

Result<index::ContractEvents> StageIndex::contract_events(std::string_view contract_id) {
  const std::lock_guard lock(mutex_);
  index::ContractEvents found;
  for (const auto& transaction : log_) {
    for (const IndexedEvent& event : transaction->events) {
      if (event.contract_id != contract_id)
        continue;
      if (event.is_create()) {
        found.created = index::ActiveContract{transaction->offset, event};
      } else if (event.is_archive()) {
        found.archived = event;
        found.archived_at = transaction->offset;
        found.archived_by = transaction->transaction_id;
      }
    }
  }
  return found;
}

Result<index::KeyEvents> StageIndex::key_events(std::string_view, const Parties&,
                                                std::optional<index::Position> before) {
  asked_before = before;
  return next_key_events;
}

Result<std::map<std::string, std::uint64_t>>
StageIndex::metering(std::uint64_t, std::uint64_t, const std::string& application) {
  std::map<std::string, std::uint64_t> counts{{"a", 3}, {"b", 4}};
  std::erase_if(counts, [&](const auto& entry) {
    return !application.empty() && entry.first != application;
  });
  return counts;
}

Status StageIndex::prune(std::uint64_t up_to, bool all_divulged) {
  {
    const std::lock_guard lock(mutex_);
    pruned_ = up_to;
    pruned_divulged = all_divulged;
  }
  wake();
  return {};
}

Status StageLedger::submit(const v1::Submission& submission, Completed done) {
  TENON_RETURN_IF_ERROR(refusal);
  submissions.push_back(submission);
  waiting.push_back(std::move(done));
  return {};
}

void StageLedger::describe_types(const std::string& name,
                                 daml::engine::v1::NamedTypes& types) const {
  // "#package-name:Main:Asset" is whichever package's it is.
  const std::string tail = name.substr(name.find(':'));
  for (const std::string& known : templates) {
    if (known == name || (name.starts_with('#') && known.ends_with(tail)))
      types.add_templates(known);
  }
  for (const auto& [interface, implementations] : implementing) {
    if (interface != name)
      continue;
    types.add_interfaces(interface);
    for (const std::string& implementation : implementations)
      types.add_implementing(implementation);
  }
}

daml::engine::v1::Response
StageLedger::answer(const daml::engine::v1::Request& request) const {
  daml::engine::v1::Response response;
  if (request.has_types()) {
    response.mutable_types();
    for (const std::string& name : request.types().names())
      describe_types(name, *response.mutable_types()->add_types());
  }
  if (request.has_views()) {
    for (int i = 0; i < request.views().contracts_size(); ++i) {
      auto& views = *response.mutable_views()->add_contracts();
      for (const std::string& interface : request.views().interfaces()) {
        auto& view = *views.add_views();
        view.set_interface(interface);
        if (view_fails)
          view.set_failure("UNHANDLED_EXCEPTION: the view failed");
        else
          view.set_value(named_record("viewed", "view").SerializeAsString());
      }
    }
    response.mutable_views();
  }
  if (request.has_key_hash())
    response.set_key_hash("hash");
  if (request.has_packages()) {
    for (const auto& [id, payload] : packages)
      response.mutable_packages()->add_packages()->set_package_id(id);
    response.mutable_packages();
  }
  if (request.has_check_dar())
    response.set_check_dar(true);
  if (!request.package().empty())
    response.set_package(packages.at(request.package()));
  return response;
}

Result<v1::QueryResponse> StageLedger::query(const v1::QueryRequest& request) {
  daml::engine::v1::Request question;
  REQUIRE(question.ParseFromString(request.request().substr(1)));
  asked.push_back(question);
  if (!question.package().empty() && !packages.contains(question.package()))
    return not_found("PACKAGE_NOT_FOUND: there is no package " + question.package());
  v1::QueryResponse response;
  answer(question).AppendToString(response.mutable_response());
  return response;
}

Result<v1::TransactionsResponse> StageLedger::transactions(const v1::TransactionsRequest&) {
  return v1::TransactionsResponse();
}

Result<v1::PartiesResponse> StageLedger::parties(const v1::PartiesRequest&) {
  return v1::PartiesResponse();
}

Result<v1::StatusResponse> StageLedger::status() {
  return v1::StatusResponse();
}

Result<std::unique_ptr<api::Ledger::Watch>> StageLedger::watch(HeadMoved) {
  return std::make_unique<Watch>();
}

Stage::Stage(EventFormat format) {
  settings.ledger_id = "ledger";
  settings.participant_id = "participant";
  settings.max_deduplication_us = 1'800 * kSecondUs;
  settings.event_format = format;
}

void Stage::run(const std::string& method, const google::protobuf::Message& request,
                const rpc::Reply<rpc::Encoded>& reply) {
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  methods.all().at(method).unary(rpc::Call(), *copy, reply);
}

std::unique_ptr<rpc::Source> Stage::open(const std::string& method,
                                         const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  auto source = methods.all().at(method).stream(rpc::Call(), *copy);
  failure = source.ok() ? std::string() : std::string(source.failure().code().id);
  if (!source.ok())
    return nullptr;
  (*source)->on_wake([] {});
  return *std::move(source);
}

} // namespace tenon::daml_api::test
