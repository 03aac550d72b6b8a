// In which lists a transaction stands, for those that write them and those that remove them.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "index/indexed_transaction.hpp"

namespace tenon::daml_api::index {

// Views into the transaction.
struct Postings {
  std::set<std::string_view> witnesses;    // of any event
  std::set<std::string_view> stakeholders; // of creates and archives, transient ones too
  std::set<std::pair<std::string_view, std::string_view>> templates; // stakeholder, template
};

[[nodiscard]] Postings postings_of(const IndexedTransaction& transaction);

} // namespace tenon::daml_api::index
