// Gathers what the transactions of a block gave — outcomes, events, index entries — and makes the
// block's results and result header of it. Step: block_executor. Owned by the execution of one
// block; one thread.
#pragma once

#include <map>

#include "pipeline/block_state.hpp"
#include "pipeline/decoded_block.hpp"
#include "tenon/plugin/engine.hpp"

namespace tenon::host::pipeline {

// Flags of a posting in the event index.
inline constexpr char kPostingEvents = 1;    // events of the transaction name the reader
inline constexpr char kPostingSubmitter = 2; // the reader acted or read in it

// Under which parties the event index has a transaction, with the flags of each; the names are
// those in the messages.
[[nodiscard]] std::map<std::string_view, char> postings_of(const v1::Transaction& transaction,
                                                           const v1::TransactionResult& result);

class ResultBuilder {
public:
  ResultBuilder(BlockState& state, std::uint64_t height) : state_(state), height_(height) {}

  // Of a committed transaction, whose writes are applied here.
  const v1::TransactionResult& commit(const DecodedTransaction& transaction, BytesView key_prefix,
                                      const plugin::ExecutionResult& result);
  // Of a rejected one: nothing but its outcome.
  [[nodiscard]] Status reject(const DecodedTransaction& transaction, const Status& why);

  // Position of the next transaction.
  [[nodiscard]] std::uint32_t index() const {
    return static_cast<std::uint32_t>(results_->results_size());
  }
  // Offset of the last transaction; `before` when the block has none. Written to the index too.
  [[nodiscard]] std::uint64_t finish(std::uint64_t before);
  [[nodiscard]] std::shared_ptr<const v1::BlockResults> results() const { return results_; }

private:
  void apply(const v1::Transaction& transaction, BytesView key_prefix,
             const plugin::ExecutionResult& result);
  void add_events(const v1::Transaction& transaction, const plugin::ExecutionResult& result,
                  v1::TransactionResult& out);
  void post(const v1::Transaction& transaction, const v1::TransactionResult& result);

  BlockState& state_;
  std::uint64_t height_;
  std::shared_ptr<v1::BlockResults> results_ = std::make_shared<v1::BlockResults>();
};

} // namespace tenon::host::pipeline
