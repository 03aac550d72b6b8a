// Committed blocks, decoded, for readers: the latest stay in memory, where everybody who follows
// the ledger reads them. Owned by the pipeline; any thread.
#pragma once

#include <list>
#include <map>
#include <mutex>

#include "pipeline/executed_block.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

struct ReadableBlock {
  std::shared_ptr<const DecodedBlock> block;
  std::shared_ptr<const v1::BlockResults> results;

  [[nodiscard]] const DecodedTransaction* transaction(std::uint64_t index) const;
};

class BlockReader {
public:
  BlockReader(const plugin::Store& store, std::size_t max_blocks)
      : store_(store), max_blocks_(max_blocks) {}

  void remember(const ExecutedBlock& block);
  // OUT_OF_RANGE for a pruned block; a block of the log that cannot be decoded is a fault.
  [[nodiscard]] Result<std::shared_ptr<const ReadableBlock>> read(std::uint64_t height);

private:
  using BlockPointer = std::shared_ptr<const ReadableBlock>;

  void keep(std::uint64_t height, BlockPointer block);

  const plugin::Store& store_;
  std::size_t max_blocks_;
  std::mutex mutex_;
  std::list<std::uint64_t> by_use_; // last used first
  std::map<std::uint64_t, std::pair<BlockPointer, std::list<std::uint64_t>::iterator>> kept_;
};

// The answer to whoever submitted the transaction at `index` of the block.
[[nodiscard]] v1::Completion completion_of(const v1::BlockHeader& header,
                                           const v1::BlockResults& results, std::uint64_t index);

} // namespace tenon::host::pipeline
