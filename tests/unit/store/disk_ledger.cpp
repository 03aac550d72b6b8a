#include "unit/store/disk_ledger.hpp"

#include "tenon/crypto/sha256.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kBlocksAfterwards = 2;
constexpr std::size_t kSmallBuffer = 64u << 10; // RocksDB's least

} // namespace

DiskLedger::DiskLedger(const DiskLedgerOptions& options) : options_(options) {
  std::mt19937 random(options.seed);
  for (std::size_t height = 0; height < options.blocks + kBlocksAfterwards; ++height) {
    blocks_.push_back(testkit::random_block(random, options.writes, options.keys));
    for (auto& [key, value] : blocks_.back().state) {
      if (value)
        value->resize(value->size() + options.value_bytes, '.');
    }
    model_.commit(blocks_.back());
    roots_.push_back(testkit::StoreModel::state_root(model_.state(height)));
  }
}

Result<std::unique_ptr<StoreCore>> DiskLedger::open(rocksdb::Env& env,
                                                    const std::string& directory,
                                                    bool read_only) const {
  RocksdbOptions database;
  database.directory = directory;
  database.env = &env;
  database.read_only = read_only;
  database.write_buffer_bytes = kSmallBuffer;
  database.level0_files = 3;
  StoreOptions store;
  store.chain = crypto::sha256("chain");
  store.flush_blocks = options_.flush_blocks;
  TENON_ASSIGN_OR_RETURN(auto backend, RocksdbBackend::open(database));
  return StoreCore::open(std::move(backend), store);
}

std::size_t DiskLedger::committed(StoreCore& store) {
  const auto head = store.head();
  return !head.ok() || head->empty ? 0 : head->height + 1;
}

Status DiskLedger::commit_next(StoreCore& store) const {
  const std::size_t height = committed(store);
  TENON_ASSIGN_OR_RETURN(const auto roots,
                         testkit::commit_block(store, height, blocks_[height], true));
  return roots.state_root == roots_[height] ? Status() : data_loss("a block has another root");
}

Status DiskLedger::commit_up_to(StoreCore& store, std::size_t blocks) const {
  while (committed(store) < blocks)
    TENON_RETURN_IF_ERROR(commit_next(store));
  return {};
}

Status DiskLedger::expect_whole(StoreCore& store) const {
  TENON_ASSIGN_OR_RETURN(const auto head, store.head());
  if (head.empty)
    return {};
  TENON_ASSIGN_OR_RETURN(const auto horizon, store.horizon());
  for (std::uint64_t height = horizon.oldest_version; height <= head.height; ++height)
    TENON_RETURN_IF_ERROR(testkit::expect_version(store, model_, height, &roots_[height]));
  for (std::uint64_t height = horizon.oldest_block; height <= head.height; ++height) {
    const testkit::ModelLog log(height);
    for (std::size_t i = 0; i < plugin::kBlockParts; ++i) {
      TENON_ASSIGN_OR_RETURN(const auto part,
                             store.read_block(height, static_cast<plugin::BlockPart>(i)));
      if (part != log.part(i))
        return failed_precondition("block " + std::to_string(height) + " is another one");
    }
  }
  return store.verify([](std::uint64_t, std::uint64_t) { return true; });
}

Status DiskLedger::expect_recovers(rocksdb::Env& env, std::size_t acknowledged) const {
  std::size_t found = 0;
  {
    TENON_ASSIGN_OR_RETURN(const auto store, open(env));
    found = committed(*store);
    if (found < acknowledged || found > acknowledged + 1) {
      return failed_precondition(std::to_string(found) + " blocks are there, acknowledged were " +
                                 std::to_string(acknowledged));
    }
    TENON_RETURN_IF_ERROR(expect_whole(*store));
    TENON_RETURN_IF_ERROR(commit_up_to(*store, std::min(found + 1, blocks_.size())));
    TENON_RETURN_IF_ERROR(store->flush());
  }
  TENON_ASSIGN_OR_RETURN(const auto store, open(env));
  if (committed(*store) != std::min(found + 1, blocks_.size()))
    return failed_precondition("blocks committed after recovery are gone");
  return expect_whole(*store);
}

} // namespace tenon::store
