// Transactions as clients get them, flat or as trees, in wire form; and pages of created contracts
// with the views of interfaces that the engine computes for them. One for each request or stream;
// one thread at a time.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "rendering/event_filter.hpp"
#include "rendering/event_renderer.hpp"

namespace tenon::daml_api {

class TransactionRenderer {
public:
  // Both outlive this.
  TransactionRenderer(const EventFilter& filter, const EngineQueries& engine, EventRenderer events)
      : filter_(filter), engine_(engine), events_(events) {}

  // An encoded Transaction.
  [[nodiscard]] Answer<std::string> flat(const index::IndexedTransaction& transaction) const;
  // An encoded TransactionTree.
  [[nodiscard]] Answer<std::string> tree(const index::IndexedTransaction& transaction) const;

  // A created contract, and what tells where it comes from.
  struct Created {
    const index::IndexedEvent* event = nullptr;
    std::string_view transaction_id_hex;
  };
  // Encoded CreatedEvent messages, in the same order; empty for those that the filter does not
  // show.
  [[nodiscard]] Answer<std::vector<std::string>> created(std::span<const Created> contracts) const;

private:
  // Encoded InterfaceView messages of each contract.
  [[nodiscard]] Answer<std::vector<std::vector<std::string>>>
  views(std::span<const Created> contracts,
        const std::vector<EventFilter::Projection>& projections) const;
  // Of the contracts at these places, which want the same interfaces.
  [[nodiscard]] Outcome add_views(std::span<const Created> contracts,
                                  const std::set<std::string_view>& interfaces,
                                  std::span<const std::size_t> places,
                                  std::vector<std::vector<std::string>>& rendered) const;
  [[nodiscard]] Answer<std::string> render_view(const index::engine::View& view) const;
  // What flat transactions and trees begin with.
  [[nodiscard]] std::string head(const index::IndexedTransaction& transaction,
                                 std::string_view transaction_id_hex) const;
  void append_tail(std::string& out, const index::IndexedTransaction& transaction,
                   std::uint32_t trace_field) const;

  const EventFilter& filter_;
  const EngineQueries& engine_;
  const EventRenderer events_;
};

} // namespace tenon::daml_api
