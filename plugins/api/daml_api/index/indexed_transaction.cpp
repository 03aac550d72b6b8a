#include "index/indexed_transaction.hpp"

#include <algorithm>

namespace tenon::daml_api::index {

namespace {

// Calls `visit` with each stakeholder of the event's contract until it returns true.
template <typename Visit> bool any_stakeholder(const IndexedEvent& event, const Visit& visit) {
  const auto among = [&](const auto& names) {
    return std::any_of(names.begin(), names.end(), visit);
  };
  if (event.is_create()) {
    const engine::Contract& contract = event.event->created();
    return among(contract.signatories()) || among(contract.observers());
  }
  return among(event.event->exercised().stakeholders());
}

bool is_of_interest(const IndexedTransaction& transaction, const Interest& interest) {
  if (!transaction.completion)
    return false;
  const auto& act_as = transaction.completion->act_as;
  return std::any_of(act_as.begin(), act_as.end(), [&](const std::string& party) {
    return interest.parties.contains(party);
  });
}

} // namespace

bool IndexedEvent::has_stakeholder(std::string_view party) const {
  return any_stakeholder(*this, [&](const std::string& name) { return name == party; });
}

std::vector<std::string_view> IndexedEvent::stakeholders() const {
  std::vector<std::string_view> names;
  any_stakeholder(*this, [&](const std::string& name) {
    names.emplace_back(name);
    return false;
  });
  return names;
}

std::string_view IndexedTransaction::workflow_id() const {
  return events.empty() ? std::string_view() : events.front().event->workflow_id();
}

std::int64_t IndexedTransaction::ledger_time_us() const {
  return events.empty() ? 0 : events.front().event->ledger_time_us();
}

bool IndexedTransaction::is_submitter(std::string_view party) const {
  return completion && std::find(completion->act_as.begin(), completion->act_as.end(), party) !=
                           completion->act_as.end();
}

bool Interest::wants(const IndexedEvent& event) const {
  return any_stakeholder(event, [&](const std::string& name) {
    const auto party = parties.find(name);
    return party != parties.end() &&
           (party->second.empty() || party->second.contains(event.template_id()));
  });
}

bool is_in_flat(const IndexedEvent& event, const Interest& interest) {
  return event.is_flat() && !event.transient && interest.wants(event);
}

bool is_in_tree(const IndexedEvent& event, const Interest& interest) {
  return std::any_of(event.witnesses.begin(), event.witnesses.end(),
                     [&](const std::string& name) { return interest.parties.contains(name); });
}

bool is_visible(const IndexedTransaction& transaction, const Interest& interest, Shape shape) {
  const auto among = [&](const auto& stands) {
    return std::any_of(transaction.events.begin(), transaction.events.end(), stands);
  };
  if (shape == Shape::kTree)
    return among([&](const IndexedEvent& event) { return is_in_tree(event, interest); });
  if (among([&](const IndexedEvent& event) { return is_in_flat(event, interest); }))
    return true;
  return is_of_interest(transaction, interest) && among([&](const IndexedEvent& event) {
           return event.is_flat() && interest.wants(event);
         });
}

} // namespace tenon::daml_api::index
