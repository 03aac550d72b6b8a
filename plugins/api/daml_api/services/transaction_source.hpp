// The streams of TransactionService: pages of the index, rendered. Owned by the server's stream;
// one call at a time.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "rendering/transaction_renderer.hpp"
#include "services/service_parts.hpp"

namespace tenon::daml_api {

struct TransactionStreamRequest {
  EventFilter filter;
  index::Shape shape = index::Shape::kFlat;
  std::uint64_t after = 0;
  std::optional<std::uint64_t> up_to; // nothing: without end
  bool verbose = false;
  bool pruned_offsets = false; // told of how far the ledger is pruned
};

class TransactionSource final : public rpc::Source {
public:
  TransactionSource(const ServiceParts& parts, TransactionStreamRequest request);

  Step next() override;
  void on_wake(std::function<void()> wake) override;

private:
  [[nodiscard]] Answer<index::TransactionPage> read_page();
  // Makes the messages of a page: GetTransactionsResponse or GetTransactionTreesResponse.
  [[nodiscard]] Outcome render(const index::TransactionPage& page);
  // A message of its own, at the ledger's end only; nothing when it was told already.
  [[nodiscard]] std::optional<std::string> pruned_offset();

  const ServiceParts& parts_;
  TransactionStreamRequest request_;
  TransactionRenderer renderer_;
  std::deque<std::string> ready_;  // messages, to be given next
  std::uint64_t resolved_at_ = 0; // the filter knows the packages up to here
  std::uint64_t told_pruned_ = 0;
  std::unique_ptr<index::Subscription> subscription_;
};

} // namespace tenon::daml_api
