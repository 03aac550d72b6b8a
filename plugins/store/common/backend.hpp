// What a store keeps its bytes in: ordered columns, written by atomic batches. RocksDB is one,
// an ordered map in memory another. Owned by the StoreCore; reads from any thread, writes from one.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::store {

// docs/spec/store-format.md says what each holds.
enum class Column : std::uint8_t { kMeta, kBlocks, kLatest, kHistory, kNodes, kChanges, kIndex };
inline constexpr std::size_t kColumns = 7;
inline constexpr std::array<const char*, kColumns> kColumnNames = {
    "meta", "blocks", "latest", "history", "nodes", "changes", "index"};

// The changes of one atomic write, gathered. Made by the backend that will write it; one thread.
class Batch {
public:
  virtual ~Batch() = default;
  virtual void put(Column column, BytesView key, BytesView value) = 0;
  virtual void remove(Column column, BytesView key) = 0;
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
  // begin <= key < end; an empty end is the end of the column.
  [[nodiscard]] virtual std::unique_ptr<BackendIterator> iterate(Column column, BytesView begin,
                                                                 BytesView end) const = 0;
};

class Backend {
public:
  virtual ~Backend() = default;
  // What is committed survives the process.
  [[nodiscard]] virtual bool durable() const = 0;
  [[nodiscard]] virtual std::shared_ptr<const BackendView> view() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Batch> batch() const = 0;
  // All or nothing. With `sync`, on stable storage on return.
  [[nodiscard]] virtual Status write(Batch& batch, bool sync) = 0;
  // Remembers, outside of what a damaged log could take with it, that the block is on stable
  // storage; the highest one remembered. A database that ends below it has lost blocks.
  [[nodiscard]] virtual Status note_durable(std::uint64_t) { return {}; }
  [[nodiscard]] virtual std::optional<std::uint64_t> noted_durable() const { return std::nullopt; }
  // Checks what only the backend can check (files, block checksums).
  [[nodiscard]] virtual Status verify() const = 0;
};

} // namespace tenon::store
