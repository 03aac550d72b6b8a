// What a store keeps its bytes in: ordered columns, written by atomic batches. RocksDB is one,
// an ordered map in memory another. Owned by the StoreCore; any thread reads and writes.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/backend_figures.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/core/status.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::store {

// docs/spec/store-format.md says what each holds.
enum class Column : std::uint8_t {
  kMeta,
  kBlocks,
  kLatest,
  kHistory,
  kNodes,
  kChanges,
  kIndex,
  kKeys
};
inline constexpr std::size_t kColumns = 8;
inline constexpr std::array<const char*, kColumns> kColumnNames = {
    "meta", "blocks", "latest", "history", "nodes", "changes", "index", "keys"};

// The columns that make up one state exist twice: one slot is read and committed to, the other one
// is where an imported state grows until it takes over. The first two columns are common to both.
enum class Slot : std::uint8_t { kFirst, kSecond };
inline constexpr std::size_t kSlots = 2;
inline constexpr std::array kSlottedColumns = {Column::kLatest,  Column::kHistory, Column::kNodes,
                                               Column::kChanges, Column::kIndex,   Column::kKeys};
[[nodiscard]] constexpr Slot other(Slot slot) {
  return slot == Slot::kFirst ? Slot::kSecond : Slot::kFirst;
}
[[nodiscard]] constexpr bool is_slotted(Column column) {
  return std::find(kSlottedColumns.begin(), kSlottedColumns.end(), column) != kSlottedColumns.end();
}
// Where a column of a slot stands among all that a backend keeps.
inline constexpr std::size_t kPlaces = kColumns + kSlottedColumns.size();
[[nodiscard]] constexpr std::size_t place_of(Column column, Slot slot) {
  const auto index = static_cast<std::size_t>(column);
  return slot == Slot::kFirst || !is_slotted(column) ? index : index + kSlottedColumns.size();
}

// The changes of one atomic write, gathered. Made by the backend that will write it; one thread.
class Batch {
public:
  virtual ~Batch() = default;
  virtual void put(Column column, BytesView key, BytesView value) = 0;
  virtual void remove(Column column, BytesView key) = 0;
  // All keys from `begin` up to, and without, `end`; in meta, blocks and changes.
  virtual void remove_range(Column column, BytesView begin, BytesView end) = 0;
  // Everything in the slot's own columns. Nobody else writes to them meanwhile.
  virtual void clear(Slot slot) = 0;
};

// Rows that come in bulk, to columns that nobody reads or commits to meanwhile: column by column,
// in ascending order of their keys. Made by the backend that will write them; one thread.
class Bulk {
public:
  virtual ~Bulk() = default;
  [[nodiscard]] virtual Status put(Column column, BytesView key, BytesView value) = 0;
  // Writes all or nothing. A crash that takes it also takes what is written after it.
  [[nodiscard]] virtual Status finish() = 0;
};

class BackendIterator {
public:
  virtual ~BackendIterator() = default;
  [[nodiscard]] virtual bool valid() const = 0;
  [[nodiscard]] virtual BytesView key() const = 0;
  [[nodiscard]] virtual BytesView value() const = 0;
  virtual void next() = 0;
  // Why it ended, when that was not the end of the range.
  [[nodiscard]] virtual Status status() const = 0;
};

// Reads at one moment, or, when fixed() is false, of whatever is there now.
class BackendView {
public:
  virtual ~BackendView() = default;
  [[nodiscard]] virtual bool fixed() const = 0;
  [[nodiscard]] virtual Result<std::optional<Bytes>> get(Column column, BytesView key) const = 0;
  // Sees what stands under each key, in their order; they ascend.
  using FoundVisitor = FunctionRef<Status(std::size_t index, std::optional<BytesView> value)>;
  [[nodiscard]] virtual Status get_many(Column column, std::span<const BytesView> keys,
                                        FoundVisitor visit) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      TENON_ASSIGN_OR_RETURN(const auto value, get(column, keys[i]));
      TENON_RETURN_IF_ERROR(visit(i, value ? std::optional<BytesView>(*value) : std::nullopt));
    }
    return {};
  }
  // begin <= key < end; an empty end is the end of the column.
  [[nodiscard]] virtual std::unique_ptr<BackendIterator> iterate(Column column, BytesView begin,
                                                                 BytesView end) const = 0;
};

class Backend {
public:
  virtual ~Backend() = default;
  // What is committed survives the process.
  [[nodiscard]] virtual bool durable() const = 0;
  // Both see the slot's columns and the common ones.
  [[nodiscard]] virtual std::shared_ptr<const BackendView> view(Slot slot) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Batch> batch(Slot slot) const = 0;
  // One at a time. Unless a backend knows better, a batch.
  [[nodiscard]] virtual std::unique_ptr<Bulk> bulk(Slot slot);
  // All or nothing. With `sync`, on stable storage on return.
  [[nodiscard]] virtual Status write(Batch& batch, bool sync) = 0;
  // Remembers, outside of what a damaged log could take with it, that the block is on stable
  // storage. A database that ends below it has lost blocks, and is not opened any more.
  [[nodiscard]] virtual Status note_durable(std::uint64_t) { return {}; }
  // From now on nobody reads a version in "history" that a later one of its key, of this height at
  // most, has superseded, and what has been written says so. True: the backend drops those by
  // itself, whenever it rewrites them, also where older views look. Else they are there until they
  // are removed. It ends when the slot is cleared, and with the process.
  [[nodiscard]] virtual Result<bool> forget_superseded(Slot, std::uint64_t) { return false; }
  // Gives back the space of a slot that was cleared, as far as it can, also where views of before
  // still look into it.
  virtual void reclaim(Slot) {}
  // Changes nothing, and write() fails.
  [[nodiscard]] virtual bool read_only() const { return false; }
  // As plugin::Store's.
  [[nodiscard]] virtual Result<plugin::StoreCheckpoint> checkpoint(const std::string&) {
    return plugin::not_offered("checkpoints, which backups are made of: it keeps nothing on disk");
  }
  // Levels now, and sums since it was opened.
  [[nodiscard]] virtual std::vector<BackendFigure> figures() const { return {}; }
  [[nodiscard]] virtual std::optional<ColumnFigures> figures_of(Column, Slot) const {
    return std::nullopt;
  }
  // Of all files, beginning with one that `random` chooses; null: there are none.
  [[nodiscard]] virtual std::unique_ptr<FileCheck> check_files(std::uint64_t) const {
    return nullptr;
  }
  // Checks what only the backend can check (files, block checksums).
  [[nodiscard]] virtual Status verify() const = 0;
};

} // namespace tenon::store
