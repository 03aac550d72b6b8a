#include "common/range_export.hpp"

#include <algorithm>

#include "common/sorted_reader.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::store {

namespace {

// Bounds the memory of one range, but for a single entry that is larger.
constexpr std::uint64_t kMaxRangeBytes = 64u << 20;
constexpr std::uint64_t kSizesPerEntry = 2 * sizeof(std::uint32_t);
// Entries that are read together: so many, or few where the range is nearly full, or where so many
// turn out to take more memory than this.
constexpr std::size_t kTogether = 512;
constexpr std::size_t kFewTogether = 16;
constexpr std::uint64_t kMostReadBytes = 16u << 20;

class RangeExport {
public:
  RangeExport(const Tree& tree, const VersionReader& version, std::uint64_t height,
              const Hash& first, std::uint64_t max_bytes)
      : tree_(tree), version_(version), height_(height), next_(first),
        limit_(std::min(max_bytes, kMaxRangeBytes)), keys_(version.keys_from(first)),
        range_(first) {}

  Result<Bytes> make() {
    bool full = false;
    while (!full && next_) {
      const Hash from = *next_;
      TENON_RETURN_IF_ERROR(gather(from, fitting()));
      TENON_ASSIGN_OR_RETURN(const bool read, read_entries());
      if (!read) {
        keys_ = version_.keys_from(from);
        TENON_RETURN_IF_ERROR(gather(from, kFewTogether));
        TENON_RETURN_IF_ERROR(read_entries().status());
      }
      for (std::size_t i = 0; !full && i < leaves_.size(); ++i) {
        TENON_RETURN_IF_ERROR(check(i));
        full = !add(i);
      }
    }
    TENON_ASSIGN_OR_RETURN(const merkle::RangeProof proof, tree_.prove_range(range_.span(!full)));
    return range_.finish(!full, proof);
  }

private:
  // The next leaves with their keys; next_ is where those after them begin, or nothing.
  Status gather(const Hash& from, std::size_t together) {
    leaves_.clear();
    lookup_.clear();
    next_.reset();
    return tree_.visit_from(from, [&](const Leaf& leaf) -> Result<bool> {
      if (leaves_.size() == together) {
        next_ = leaf.key_hash;
        return false;
      }
      while (keys_->valid() && keys_->key() < leaf.key_hash.view())
        keys_->next(); // of other versions
      TENON_RETURN_IF_ERROR(keys_->status());
      if (!keys_->valid() || keys_->key() != leaf.key_hash.view())
        return lost(leaf, " is missing");
      leaves_.push_back(leaf);
      lookup_.add(keys_->value());
      return true;
    });
  }

  // False when they are too large to be read together.
  Result<bool> read_entries() {
    entries_.assign(leaves_.size(), std::nullopt);
    std::uint64_t bytes = 0;
    bool too_many = false;
    const Status status = lookup_.read(
        [this](std::span<const BytesView> keys, BackendView::FoundVisitor visit) {
          return version_.get_many(keys, visit);
        },
        [&](std::size_t number, std::optional<BytesView> entry) -> Status {
          bytes += entry ? entry->size() : 0;
          too_many = bytes > kMostReadBytes && leaves_.size() > kFewTogether;
          if (too_many)
            return resource_exhausted("too many entries at once");
          if (entry)
            entries_[number].emplace(*entry);
          return {};
        });
    if (too_many)
      return false;
    TENON_RETURN_IF_ERROR(status);
    return true;
  }

  // How many more the range has room for, when they are as large as those in it.
  [[nodiscard]] std::size_t fitting() const {
    if (range_.empty())
      return kTogether;
    const std::uint64_t room = limit_ - std::min<std::uint64_t>(limit_, range_.bytes());
    return std::clamp<std::uint64_t>(room * taken_ / range_.bytes() + 1, kFewTogether, kTogether);
  }

  // What is sent is what the root says, or this replica has lost it.
  [[nodiscard]] Status check(std::size_t i) const {
    if (!entries_[i])
      return lost(leaves_[i], " is missing");
    if (crypto::sha256(lookup_.key(i)) != leaves_[i].key_hash ||
        merkle::entry_hash(*entries_[i]) != leaves_[i].value_hash)
      return lost(leaves_[i], " does not fit the state tree");
    return {};
  }

  [[nodiscard]] Status lost(const Leaf& leaf, const char* how) const {
    return data_loss("the entry of key hash " + to_hex(leaf.key_hash.view()) + " at block " +
                     std::to_string(height_) + how);
  }

  // False when the range has no room for it.
  bool add(std::size_t i) {
    const BytesView key = lookup_.key(i);
    const BytesView entry = *entries_[i];
    if (!range_.empty() && range_.bytes() + kSizesPerEntry + key.size() + entry.size() > limit_)
      return false;
    range_.add(key, entry, leaves_[i].key_hash);
    ++taken_;
    return true;
  }

  const Tree& tree_;
  const VersionReader& version_;
  std::uint64_t height_;
  std::optional<Hash> next_;
  std::uint64_t limit_;
  std::unique_ptr<BackendIterator> keys_;
  std::vector<Leaf> leaves_;
  SortedReader lookup_;
  std::vector<std::optional<Bytes>> entries_;
  std::uint64_t taken_ = 0; // entries of the range
  merkle::SnapshotRangeWriter range_;
};

} // namespace

Result<Bytes> make_range(const Tree& tree, const VersionReader& version, std::uint64_t height,
                         const Hash& first, std::uint64_t max_bytes) {
  return RangeExport(tree, version, height, first, max_bytes).make();
}

} // namespace tenon::store
