#include "rocksdb/history_filter.hpp"

#include "tenon/core/bytes.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

// One compaction, one thread: it is shown every key in ascending order. What it has not been shown
// lies in other files and is left for another compaction.
class HistoryFilter final : public rocksdb::CompactionFilter {
public:
  explicit HistoryFilter(std::uint64_t below) : below_(below) {}

  [[nodiscard]] Decision FilterV2(int, const rocksdb::Slice& key, ValueType, const rocksdb::Slice&,
                                  std::string*, std::string*) const override {
    constexpr std::size_t kHeightSize = sizeof(std::uint64_t);
    const BytesView whole(key.data(), key.size());
    if (whole.size() < kHeightSize)
      return Decision::kKeep; // no key of ours
    const BytesView prefix = whole.substr(0, whole.size() - kHeightSize);
    const std::uint64_t height = ~read_be64(whole.substr(prefix.size()));
    if (prefix != prefix_) {
      prefix_ = prefix;
      superseded_ = false;
    }
    if (superseded_)
      return Decision::kRemove;
    superseded_ = height < below_;
    return Decision::kKeep;
  }
  // No RocksDB snapshot outlives the store's own hold on the versions that it reads.
  [[nodiscard]] bool IgnoreSnapshots() const override { return true; }
  [[nodiscard]] const char* Name() const override { return "tenon.history"; }

private:
  std::uint64_t below_;
  mutable Bytes prefix_ = Bytes(1, '\0'); // of no key
  mutable bool superseded_ = false; // what follows of this key
};

} // namespace

std::unique_ptr<rocksdb::CompactionFilter>
HistoryFilters::CreateCompactionFilter(const rocksdb::CompactionFilter::Context&) {
  const std::uint64_t below = below_;
  return below == 0 ? nullptr : std::make_unique<HistoryFilter>(below);
}

} // namespace tenon::store
