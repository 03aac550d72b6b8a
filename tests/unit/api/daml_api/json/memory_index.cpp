#include <algorithm>

#include "json_kit.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::json::test {

using index::IndexedEvent;
using index::IndexedTransaction;

namespace {

daml::engine::v1::Contract contract_of(const std::string& id, const std::string& owner,
                                       const std::string& name, const std::string& type,
                                       const std::vector<std::string>& observers) {
  daml::engine::v1::Contract contract;
  contract.set_contract_id(from_hex(id).value_or(""));
  contract.set_template_(type);
  contract.set_argument(record_value({{"owner", party_value(owner)}, {"name", text_value(name)}})
                            .SerializeAsString());
  contract.set_key(
      record_value({{"_1", party_value(owner)}, {"_2", text_value(name)}}).SerializeAsString());
  contract.set_agreement("Agreement");
  contract.add_signatories(owner);
  for (const std::string& observer : observers)
    contract.add_observers(observer);
  return contract;
}

std::string text_of(const std::string& value_bytes, int field) {
  daml::v1::Value value;
  value.ParseFromString(value_bytes);
  const auto& found = value.record().fields(field).value();
  return found.has_party() ? found.party() : found.text();
}

} // namespace

daml::v1::Value text_value(const std::string& text) {
  daml::v1::Value value;
  value.set_text(text);
  return value;
}

daml::v1::Value party_value(const std::string& party) {
  daml::v1::Value value;
  value.set_party(party);
  return value;
}

daml::v1::Value record_value(const std::vector<std::pair<std::string, daml::v1::Value>>& fields) {
  daml::v1::Value value;
  value.mutable_record();
  for (const auto& [label, field] : fields) {
    auto& added = *value.mutable_record()->add_fields();
    added.set_label(label);
    *added.mutable_value() = field;
  }
  return value;
}

class MemoryIndex::Ending final : public index::Subscription {
public:
  Ending(MemoryIndex& index, std::uint64_t id) : index_(index), id_(id) {}
  ~Ending() override {
    const std::lock_guard lock(index_.mutex_);
    index_.subscribers_.erase(id_);
  }

private:
  MemoryIndex& index_;
  std::uint64_t id_;
};

std::uint64_t MemoryIndex::append(std::vector<daml::engine::v1::Event> events) {
  const std::lock_guard lock(mutex_);
  auto transaction = std::make_shared<IndexedTransaction>();
  transaction->offset = log_.size() + 1;
  transaction->transaction_id = std::string(31, 't') + static_cast<char>(log_.size());
  auto arena = std::make_shared<google::protobuf::Arena>();
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto* const kept =
        google::protobuf::Arena::CreateMessage<daml::engine::v1::Event>(arena.get());
    *kept = events[i];
    kept->set_node(static_cast<std::uint32_t>(i));
    IndexedEvent event;
    event.event = kept;
    event.arena = arena;
    event.contract_id = to_hex(kept->has_created() ? kept->created().contract_id()
                                                   : kept->exercised().contract_id());
    for (const std::string_view party : event.stakeholders())
      event.witnesses.emplace_back(party);
    transaction->events.push_back(std::move(event));
  }
  log_.push_back(std::move(transaction));
  for (const auto& [id, moved] : subscribers_)
    moved();
  return log_.size();
}

std::uint64_t MemoryIndex::create(const std::string& id, const std::string& owner,
                                  const std::string& name, const std::string& type,
                                  const std::vector<std::string>& observers) {
  daml::engine::v1::Event event;
  *event.mutable_created() = contract_of(id, owner, name, type, observers);
  return append({event});
}

namespace {

daml::engine::v1::Event end_of(const IndexedEvent& created) {
  const auto& contract = created.event->created();
  daml::engine::v1::Event event;
  auto& exercise = *event.mutable_exercised();
  exercise.set_contract_id(contract.contract_id());
  exercise.set_template_(contract.template_());
  exercise.set_choice("Archive");
  exercise.set_consuming(true);
  daml::v1::Value unit;
  unit.mutable_unit();
  exercise.set_result(unit.SerializeAsString());
  for (const std::string_view party : created.stakeholders())
    exercise.add_stakeholders(std::string(party));
  return event;
}

} // namespace

std::uint64_t MemoryIndex::archive(const std::string& id) {
  const auto events = contract_events(id);
  return append({end_of(events->created->created)});
}

std::uint64_t MemoryIndex::replace(const std::string& old_id, const std::string& new_id,
                                   const std::string& name) {
  const auto events = contract_events(old_id);
  const auto& old = events->created->created;
  daml::engine::v1::Event event;
  *event.mutable_created() =
      contract_of(new_id, old.event->created().signatories(0), name, old.template_id(), {});
  return append({end_of(old), event});
}

void MemoryIndex::prune_up_to(std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  pruned_ = offset;
}

std::string MemoryIndex::last_transaction() {
  const std::lock_guard lock(mutex_);
  return log_.back()->transaction_id;
}

std::string MemoryIndex::find_key(const std::string& type, const std::string& owner,
                                  const std::string& name) {
  const std::lock_guard lock(mutex_);
  for (const auto& transaction : log_) {
    for (const IndexedEvent& event : transaction->events) {
      if (!event.is_create() || event.template_id() != type)
        continue;
      const std::string& key = event.event->created().key();
      if (text_of(key, 0) == owner && text_of(key, 1) == name &&
          contract_events(event.contract_id)->archived_at == 0)
        return event.contract_id;
    }
  }
  return {};
}

index::Extent MemoryIndex::extent() const {
  const std::lock_guard lock(mutex_);
  index::Extent extent;
  extent.end = log_.size();
  extent.pruned_up_to = pruned_;
  extent.divulgence_pruned_us = divulgence_pruned_us;
  return extent;
}

std::unique_ptr<index::Subscription> MemoryIndex::subscribe(std::function<void()> moved) {
  const std::lock_guard lock(mutex_);
  subscribers_[next_subscriber_] = std::move(moved);
  return std::make_unique<Ending>(*this, next_subscriber_++);
}

Result<index::TransactionPage> MemoryIndex::transactions(const index::Interest& interest,
                                                         index::Shape shape, std::uint64_t after,
                                                         std::uint64_t up_to,
                                                         index::PageLimit limit) {
  const std::lock_guard lock(mutex_);
  if (after < pruned_)
    return out_of_range("PARTICIPANT_PRUNED_DATA_ACCESSED: pruned");
  index::TransactionPage page;
  page.next_after = after;
  for (std::size_t i = after; i < log_.size() && i < up_to; ++i) {
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
MemoryIndex::transaction(std::string_view transaction_id) {
  const std::lock_guard lock(mutex_);
  for (const auto& transaction : log_) {
    if (transaction->transaction_id == transaction_id)
      return transaction;
  }
  return std::shared_ptr<const IndexedTransaction>();
}

namespace {

class Listed final : public index::ActiveContracts {
public:
  explicit Listed(std::vector<index::ActiveContract> contracts)
      : contracts_(std::move(contracts)) {}
  Result<std::vector<index::ActiveContract>> next(index::PageLimit limit) override {
    const auto count = std::min<std::size_t>(limit.items, contracts_.size() - given_);
    const auto begin = contracts_.begin() + static_cast<std::ptrdiff_t>(given_);
    given_ += count;
    return std::vector<index::ActiveContract>(begin, begin + static_cast<std::ptrdiff_t>(count));
  }

private:
  std::vector<index::ActiveContract> contracts_;
  std::size_t given_ = 0;
};

} // namespace

Result<std::unique_ptr<index::ActiveContracts>>
MemoryIndex::active_contracts(index::Interest interest, std::uint64_t at) {
  const std::lock_guard lock(mutex_);
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

Result<index::ContractEvents> MemoryIndex::contract_events(std::string_view contract_id) {
  const std::lock_guard lock(mutex_);
  index::ContractEvents found;
  for (const auto& transaction : log_) {
    for (const IndexedEvent& event : transaction->events) {
      if (event.contract_id != contract_id)
        continue;
      if (event.is_create()) {
        found.created = index::ActiveContract{transaction->offset, event};
      } else {
        found.archived = event;
        found.archived_at = transaction->offset;
      }
    }
  }
  return found;
}

Result<std::optional<std::uint64_t>> MemoryIndex::record_time_us_of(std::uint64_t) {
  return std::optional<std::uint64_t>();
}

Result<std::shared_ptr<const index::IndexedCompletion>> MemoryIndex::completion(std::uint64_t) {
  return std::shared_ptr<const index::IndexedCompletion>();
}

Result<index::CompletionPage> MemoryIndex::completions(const std::string&,
                                                       const std::vector<std::string>&,
                                                       std::uint64_t, std::uint64_t,
                                                       index::PageLimit) {
  return index::CompletionPage();
}

Result<index::KeyEvents> MemoryIndex::key_events(std::string_view, const std::vector<std::string>&,
                                                 std::optional<index::Position>) {
  return index::KeyEvents();
}

Result<std::map<std::string, std::uint64_t>> MemoryIndex::metering(std::uint64_t, std::uint64_t,
                                                                   const std::string&) {
  return std::map<std::string, std::uint64_t>();
}

Status MemoryIndex::prune(std::uint64_t, bool) {
  return {};
}

} // namespace tenon::daml_api::json::test
