#include "model.hpp"

#include <algorithm>
#include <set>

#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index::test {

namespace {

namespace messages = tenon::daml::engine::v1;

std::vector<messages::Event> events_of(const tenon::v1::LedgerTransaction& transaction) {
  std::vector<messages::Event> events;
  for (const auto& event : transaction.events())
    events.emplace_back().ParseFromString(event.payload());
  return events;
}

bool is_flat(const messages::Event& event) {
  return event.has_created() || event.exercised().consuming();
}

std::string contract_of(const messages::Event& event) {
  return event.has_created() ? event.created().contract_id() : event.exercised().contract_id();
}

bool wants(const Interest& interest, const messages::Event& event) {
  std::set<std::string> stakeholders;
  if (event.has_created()) {
    stakeholders.insert(event.created().signatories().begin(), event.created().signatories().end());
    stakeholders.insert(event.created().observers().begin(), event.created().observers().end());
  } else {
    stakeholders.insert(event.exercised().stakeholders().begin(),
                        event.exercised().stakeholders().end());
  }
  const std::string& type =
      event.has_created() ? event.created().template_() : event.exercised().template_();
  for (const auto& [party, templates] : interest.parties) {
    if (stakeholders.contains(party) && (templates.empty() || templates.contains(type)))
      return true;
  }
  return false;
}

bool shows_flat(const tenon::v1::LedgerTransaction& transaction, const Interest& interest) {
  std::vector<messages::Event> wanted;
  for (const messages::Event& event : events_of(transaction)) {
    if (is_flat(event) && wants(interest, event))
      wanted.push_back(event);
  }
  for (const messages::Event& event : wanted) {
    const auto of_same = std::count_if(wanted.begin(), wanted.end(), [&](const auto& other) {
      return contract_of(other) == contract_of(event);
    });
    if (of_same == 1)
      return true;
  }
  const bool submitter =
      std::any_of(transaction.act_as().begin(), transaction.act_as().end(),
                  [&](const std::string& party) { return interest.parties.contains(party); });
  return !wanted.empty() && submitter;
}

bool shows_tree(const tenon::v1::LedgerTransaction& transaction, const Interest& interest) {
  for (const auto& event : transaction.events()) {
    for (const std::string& reader : event.readers()) {
      if (interest.parties.contains(reader))
        return true;
    }
  }
  return false;
}

} // namespace

std::vector<std::uint64_t> Model::offsets(const Interest& interest, Shape shape,
                                          std::uint64_t after, std::uint64_t up_to) const {
  std::vector<std::uint64_t> result;
  for (const auto& transaction : log_) {
    if (transaction.offset() <= after || transaction.offset() > up_to)
      continue;
    if (shape == Shape::kFlat ? shows_flat(transaction, interest)
                              : shows_tree(transaction, interest))
      result.push_back(transaction.offset());
  }
  return result;
}

std::vector<std::uint64_t> Model::completions(const std::string& application,
                                              const Parties& parties, std::uint64_t after,
                                              std::uint64_t up_to) const {
  std::vector<std::uint64_t> result;
  for (const auto& transaction : log_) {
    const bool ours = transaction.command_id().starts_with(application + "|");
    const bool among = std::any_of(parties.begin(), parties.end(), [&](const std::string& party) {
      return std::find(transaction.act_as().begin(), transaction.act_as().end(), party) !=
             transaction.act_as().end();
    });
    if (ours && among && transaction.offset() > after && transaction.offset() <= up_to)
      result.push_back(transaction.offset());
  }
  return result;
}

std::vector<std::string> Model::active(const Interest& interest, std::uint64_t at) const {
  std::vector<std::string> ids;
  for (const auto& transaction : log_) {
    if (transaction.offset() > at)
      break;
    for (const messages::Event& event : events_of(transaction)) {
      if (event.has_created() && wants(interest, event))
        ids.push_back(to_hex(contract_of(event)));
      else if (event.has_exercised() && event.exercised().consuming())
        std::erase(ids, to_hex(contract_of(event)));
    }
  }
  return ids;
}

std::pair<std::uint64_t, std::uint64_t> Model::life_of(const std::string& contract_id) const {
  std::pair<std::uint64_t, std::uint64_t> life{0, 0};
  for (const auto& transaction : log_) {
    for (const messages::Event& event : events_of(transaction)) {
      if (contract_of(event) != contract_id)
        continue;
      if (event.has_created())
        life.first = transaction.offset();
      else if (event.exercised().consuming())
        life.second = transaction.offset();
    }
  }
  return life;
}

std::optional<Position> Model::newest(const std::string& key_hash, const std::string& party,
                                      std::optional<Position> before) const {
  std::optional<Position> found;
  for (const auto& transaction : log_) {
    for (const messages::Event& event : events_of(transaction)) {
      const Position place{transaction.offset(), event.node()};
      if (event.has_created() && event.created().key_hash() == key_hash &&
          wants(Interest{{{party, {}}}}, event) && (!before || place < *before))
        found = place;
    }
  }
  return found;
}

Parties RandomHistory::parties() {
  std::set<std::string> chosen;
  for (std::uint64_t i = 0; i <= below(2); ++i)
    chosen.insert("p" + std::to_string(below(4)));
  return {chosen.begin(), chosen.end()};
}

Interest RandomHistory::interest() {
  Interest interest;
  for (const std::string& party : parties()) {
    Interest::Templates& templates = interest.parties[party];
    if (below(2) == 0)
      templates.insert(below(2) == 0 ? kToken : kOffer);
    if (below(4) == 0)
      templates.insert("pkg:Main:Unknown");
  }
  return interest;
}

Sample RandomHistory::new_contract() {
  Sample sample{sample_id(all_.size()), below(2) == 0 ? kToken : kOffer, parties(), parties()};
  std::erase_if(sample.observers, [&](const std::string& party) {
    return std::find(sample.signatories.begin(), sample.signatories.end(), party) !=
           sample.signatories.end();
  });
  if (below(3) == 0)
    sample.key_hash = std::string(32, static_cast<char>('a' + below(3)));
  all_.push_back(sample);
  return sample;
}

Draft RandomHistory::next() {
  Draft draft(parties(), "app" + std::to_string(below(2)), "c" + std::to_string(below(1000)));
  if (below(8) == 0)
    return draft.reject("REJECTED");
  for (std::uint64_t i = 0; i <= below(4); ++i) {
    const std::uint64_t what = below(5);
    if (what < 2 || active_.empty()) {
      active_.push_back(new_contract());
      draft.create(active_.back(), below(3) == 0 ? parties() : Parties{});
      continue;
    }
    const std::size_t which = below(active_.size());
    if (what == 2) {
      draft.exercise(active_[which], parties());
      continue;
    }
    draft.archive(active_[which]);
    active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(which));
  }
  return draft;
}

} // namespace tenon::daml_api::index::test
