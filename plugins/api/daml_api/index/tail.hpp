// The newest transactions in memory, shared by all who follow the ledger, and where the index
// stands. Any thread: one appends, many read.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "index/indexed_transaction.hpp"
#include "index/ledger_index.hpp"
#include "tenon/core/function_ref.hpp"

namespace tenon::daml_api::index {

class Tail {
public:
  explicit Tail(std::uint64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  [[nodiscard]] Extent extent() const;
  // Begins with nothing in memory.
  void reset(const Extent& extent);
  // Goes on; the oldest leave where there is no room.
  void append(const std::vector<std::shared_ptr<const IndexedTransaction>>& added,
              const Extent& extent);

  // A part of the tail that a reader has looked at.
  struct Seen {
    std::vector<std::shared_ptr<const IndexedTransaction>> transactions; // that match
    std::uint64_t looked_up_to = 0; // at offsets up to here
  };
  using Matches = FunctionRef<bool(const IndexedTransaction&)>;
  // After `after` up to `up_to`. Nothing when the tail does not go back that far.
  [[nodiscard]] std::optional<Seen> read(std::uint64_t after, std::uint64_t up_to, PageLimit limit,
                                         Matches matches) const;

private:
  mutable std::shared_mutex mutex_;
  const std::uint64_t capacity_bytes_;
  Extent extent_;
  std::uint64_t begins_after_ = 0; // all transactions after this offset are here
  std::uint64_t bytes_ = 0;
  std::deque<std::shared_ptr<const IndexedTransaction>> transactions_;
};

} // namespace tenon::daml_api::index
