#include "index/postings.hpp"

namespace tenon::daml_api::index {

Postings postings_of(const IndexedTransaction& transaction) {
  Postings postings;
  for (const IndexedEvent& event : transaction.events) {
    postings.witnesses.insert(event.witnesses.begin(), event.witnesses.end());
    if (!event.is_flat())
      continue;
    for (const std::string_view party : event.stakeholders()) {
      postings.stakeholders.insert(party);
      postings.templates.emplace(party, event.template_id());
    }
  }
  return postings;
}

} // namespace tenon::daml_api::index
