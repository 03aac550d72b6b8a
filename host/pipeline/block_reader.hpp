// Committed blocks, decoded, for readers: the latest stay in memory, where everybody who follows
// the ledger reads them. Owned by the pipeline; any thread.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <mutex>

#include "pipeline/executed_block.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

struct ReadableTransaction {
  std::uint64_t index = 0; // in its block
  const DecodedTransaction* transaction = nullptr;
  const v1::TransactionResult* result = nullptr;
  const std::string* encoded = nullptr; // the transaction as it came
};

struct ReadableBlock {
  v1::BlockHeader header;
  std::vector<ReadableTransaction> transactions; // by index; a client node has some of them only
  std::shared_ptr<const void> content;           // keeps what they point to

  // Null when it is not there.
  [[nodiscard]] const ReadableTransaction* find(std::uint64_t index) const;
};
// From a block and all its results.
[[nodiscard]] std::shared_ptr<const ReadableBlock>
readable(std::shared_ptr<const DecodedBlock> block,
         std::shared_ptr<const v1::BlockResults> results);

class BlockReader {
public:
  using BlockPointer = std::shared_ptr<const ReadableBlock>;
  // Reads a block of the log. OUT_OF_RANGE for a pruned one.
  using Load = std::function<Result<BlockPointer>(std::uint64_t height)>;

  BlockReader(Load load, std::size_t max_blocks)
      : load_(std::move(load)), max_blocks_(max_blocks) {}

  void remember(std::uint64_t height, BlockPointer block) { keep(height, std::move(block)); }
  // OUT_OF_RANGE for a pruned block; a block of the log that cannot be decoded is a fault.
  [[nodiscard]] Result<BlockPointer> read(std::uint64_t height);

private:
  void keep(std::uint64_t height, BlockPointer block);

  Load load_;
  std::size_t max_blocks_;
  std::mutex mutex_;
  std::list<std::uint64_t> by_use_; // last used first
  std::map<std::uint64_t, std::pair<BlockPointer, std::list<std::uint64_t>::iterator>> kept_;
};

// From the log of a replica, which has whole blocks.
[[nodiscard]] Result<BlockReader::BlockPointer> load_block(const plugin::Store& store,
                                                           std::uint64_t height);

// The answer to whoever submitted the transaction at `index` of the block.
[[nodiscard]] v1::Completion completion_of(const v1::BlockHeader& header,
                                           const v1::TransactionResult& result,
                                           std::uint64_t index);

} // namespace tenon::host::pipeline
