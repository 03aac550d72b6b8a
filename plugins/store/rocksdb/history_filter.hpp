// Drops versions that nobody reads any more when RocksDB rewrites the column "history", so that
// pruning them costs no reading and no writing of its own. The versions of a key lie side by side,
// the latest first: one pass sees which are superseded.
#pragma once

#include <rocksdb/compaction_filter.h>

#include <atomic>
#include <cstdint>
#include <memory>

namespace tenon::store {

// Of one slot's history. Owned by its column's options and by the backend; any thread.
class HistoryFilters final : public rocksdb::CompactionFilterFactory {
public:
  // Versions that one of a lower height than this supersedes may go. Nothing may after a start,
  // until it is said. Compactions that are under way go by what they began with.
  void set_below(std::uint64_t height) { below_ = height; }
  [[nodiscard]] std::uint64_t below() const { return below_; }

  [[nodiscard]] std::unique_ptr<rocksdb::CompactionFilter>
  CreateCompactionFilter(const rocksdb::CompactionFilter::Context& context) override;
  [[nodiscard]] const char* Name() const override { return "tenon.history"; }

private:
  std::atomic<std::uint64_t> below_ = 0;
};

} // namespace tenon::store
