// A fixed ledger on a store over a disk that a test can damage: what every life of the store
// commits, and whether what a later one finds is a beginning of it. One thread.
#pragma once

#include <vector>

#include "common/store_core.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/testkit/store_model.hpp"

namespace tenon::store {

inline constexpr const char* kTestDatabase = "/database";

struct DiskLedgerOptions {
  unsigned seed = 5;
  std::size_t blocks = 10;
  std::size_t writes = 25; // of a block, over so many
  std::size_t keys = 60;
  std::size_t value_bytes = 0; // added to each value, so that tables are written and merged
  std::uint64_t flush_blocks = 4;
};

class DiskLedger {
public:
  explicit DiskLedger(const DiskLedgerOptions& options);

  [[nodiscard]] std::size_t blocks() const { return options_.blocks; }
  [[nodiscard]] const Hash& root(std::size_t height) const { return roots_[height]; }
  [[nodiscard]] const testkit::StoreModel& model() const { return model_; }

  [[nodiscard]] Result<std::unique_ptr<StoreCore>>
  open(rocksdb::Env& env, const std::string& directory = kTestDatabase,
       bool read_only = false) const;
  // Commits the block after the head, synced, and compares its root.
  [[nodiscard]] Status commit_next(StoreCore& store) const;
  // Commits until `blocks` are there, and no more; the first failure.
  [[nodiscard]] Status commit_up_to(StoreCore& store, std::size_t blocks) const;
  // How many blocks there are.
  [[nodiscard]] static std::size_t committed(StoreCore& store);
  // Every version, block and proof above the horizon is the ledger's, and verify() agrees.
  [[nodiscard]] Status expect_whole(StoreCore& store) const;
  // The same with a disk as a crash or a failure left it: at least `acknowledged` blocks, one more
  // at most; and it goes on from there, also after it has been closed in good order.
  [[nodiscard]] Status expect_recovers(rocksdb::Env& env, std::size_t acknowledged) const;

private:
  DiskLedgerOptions options_;
  std::vector<testkit::ModelBlock> blocks_; // two more than options_.blocks
  testkit::StoreModel model_;
  std::vector<Hash> roots_;
};

} // namespace tenon::store
