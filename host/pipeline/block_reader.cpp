#include "pipeline/block_reader.hpp"

#include <algorithm>

#include "pipeline/ledger_opener.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

using plugin::BlockPart;

const ReadableTransaction* ReadableBlock::find(std::uint64_t index) const {
  const auto found = std::ranges::lower_bound(transactions, index, {}, &ReadableTransaction::index);
  return found == transactions.end() || found->index != index ? nullptr : &*found;
}

std::shared_ptr<const ReadableBlock> readable(std::shared_ptr<const DecodedBlock> block,
                                              std::shared_ptr<const v1::BlockResults> results) {
  auto made = std::make_shared<ReadableBlock>();
  made->header = block->header;
  made->transactions.reserve(block->transaction_count);
  for (const DecodedBatch& batch : block->batches) {
    for (std::size_t i = 0; i < batch.transactions.size(); ++i) {
      const auto index = made->transactions.size();
      made->transactions.push_back({index, &batch.transactions[i],
                                    &results->results(static_cast<int>(index)),
                                    &batch.message.transactions(static_cast<int>(i))});
    }
  }
  made->content = std::make_shared<const std::pair<std::shared_ptr<const DecodedBlock>,
                                                   std::shared_ptr<const v1::BlockResults>>>(
      std::move(block), std::move(results));
  return made;
}

void BlockReader::keep(std::uint64_t height, BlockPointer block) {
  const std::lock_guard lock(mutex_);
  if (kept_.contains(height))
    return;
  by_use_.push_front(height);
  kept_.emplace(height, std::pair(std::move(block), by_use_.begin()));
  if (kept_.size() > max_blocks_) {
    kept_.erase(by_use_.back());
    by_use_.pop_back();
  }
}

Result<BlockReader::BlockPointer> BlockReader::read(std::uint64_t height) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = kept_.find(height); found != kept_.end()) {
      by_use_.splice(by_use_.begin(), by_use_, found->second.second);
      return found->second.first;
    }
  }
  TENON_ASSIGN_OR_RETURN(BlockPointer block, load_(height));
  keep(height, block);
  return block;
}

Result<BlockReader::BlockPointer> load_block(const plugin::Store& store, std::uint64_t height) {
  TENON_ASSIGN_OR_RETURN(Bytes header, read_part(store, height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(Bytes body, read_part(store, height, BlockPart::kBody));
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, read_part(store, height, BlockPart::kResults));
  auto results = std::make_shared<v1::BlockResults>();
  auto decoded = decode_block(std::move(header), std::move(body));
  if (!decoded.ok() || !results->ParseFromString(encoded) ||
      static_cast<std::size_t>(results->results_size()) != (*decoded)->transaction_count) {
    return data_loss("block " + std::to_string(height) +
                     " in the block log cannot be decoded; restore the data directory from a "
                     "backup");
  }
  return readable(std::move(*decoded), std::move(results));
}

v1::Completion completion_of(const v1::BlockHeader& header, const v1::TransactionResult& result,
                             std::uint64_t index) {
  const v1::Outcome& outcome = result.outcome();
  v1::Completion completion;
  completion.set_code(outcome.code());
  completion.set_reason(outcome.reason());
  completion.set_message(outcome.message());
  completion.set_transaction_id(outcome.transaction_id());
  completion.set_offset(wire::make_offset(header.height(), index));
  completion.set_height(header.height());
  completion.set_response(outcome.response());
  completion.set_record_time_us(header.record_time_us());
  return completion;
}

} // namespace tenon::host::pipeline
