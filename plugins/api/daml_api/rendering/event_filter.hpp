// What a client asked to see: the parties, templates and interfaces of a TransactionFilter,
// resolved against the ledger's packages. Says of each event whether and how it is shown. Owned by
// the request or stream it was made for; one thread at a time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "com/daml/ledger/api/v1/transaction_filter.pb.h"
#include "engine/engine_queries.hpp"
#include "errors/failure.hpp"
#include "index/indexed_transaction.hpp"

namespace tenon::daml_api {

class EventFilter {
public:
  // How one created contract is shown.
  struct Projection {
    // All parties of the filter that have a stake in it, once it is what one of them asked for;
    // none otherwise. Borrowed from the filter.
    std::vector<std::string_view> witnesses;
    bool arguments = false;
    bool arguments_blob = false;
    bool created_event_blob = false;
    std::set<std::string_view> interfaces; // whose views are wanted
  };

  // Refuses what has another form than it should, and templates and interfaces that nobody knows.
  [[nodiscard]] static Answer<EventFilter>
  parse(const com::daml::ledger::api::v1::TransactionFilter& filter, const EngineQueries& engine);
  // Everything these parties see.
  [[nodiscard]] static EventFilter of_parties(const std::vector<std::string>& parties);

  // Packages may have come since: the templates that implement an interface, or have a name that
  // does not say the package, are looked up again. Costs nothing for filters without such. What the
  // ledger holds up to an offset is filtered rightly once the index has come there before this.
  [[nodiscard]] Outcome resolve(const EngineQueries& engine);

  [[nodiscard]] const index::Interest& interest() const { return interest_; }
  // Of an event of a flat transaction, or of an active contract.
  [[nodiscard]] Projection project(const index::IndexedEvent& event) const;
  // One of the parties submitted it.
  [[nodiscard]] bool has_submitter_of(const index::IndexedTransaction& transaction) const;
  [[nodiscard]] bool wants_views() const { return wants_views_; }

private:
  struct TemplateWish {
    std::string name; // as asked: perhaps "#package-name:Module:Name"
    bool created_event_blob = false;
  };
  struct InterfaceWish {
    std::string name;
    bool view = false;
    bool arguments_blob = false;
    bool created_event_blob = false;
  };
  struct PartyWishes {
    bool everything = false;
    std::vector<TemplateWish> templates;
    std::vector<InterfaceWish> interfaces;
  };
  // What one party wants to see of the contracts of one template.
  struct Shown {
    bool arguments = false;
    bool arguments_blob = false;
    bool created_event_blob = false;
    std::set<std::string> interfaces;
  };
  struct PartyView {
    bool everything = false;
    std::map<std::string, Shown, std::less<>> templates;
  };

  [[nodiscard]] static Answer<PartyWishes>
  parse_party(const com::daml::ledger::api::v1::Filters& filters);
  [[nodiscard]] Outcome look_up(const EngineQueries& engine, bool first);

  std::map<std::string, PartyWishes, std::less<>> wishes_;
  std::map<std::string, PartyView, std::less<>> views_;
  index::Interest interest_;
  bool wants_views_ = false;
  bool is_open_ended_ = false; // packages to come may change what is shown
};

} // namespace tenon::daml_api
