// Answers about what happened: blocks and transactions of the block log, filtered for whoever asks
// before anything leaves, page by page from an offset on without gap or duplicate. What lies in
// pruned blocks is OUT_OF_RANGE, and the answer names the oldest block. Step R. Owned by the
// pipeline; any thread.
#pragma once

#include "pipeline/block_reader.hpp"
#include "pipeline/dedup.hpp"
#include "pipeline/engine_set.hpp"
#include "pipeline/ledger_head.hpp"
#include "pipeline/visibility.hpp"

namespace tenon::host::pipeline {

class HistoryService {
public:
  HistoryService(const plugin::Store& store, const EngineSet& engines, BlockReader& reader,
                 const HeadHolder& head)
      : store_(store), engines_(engines), reader_(reader), head_(head) {}

  [[nodiscard]] Result<v1::BlocksResponse> blocks(const v1::BlocksRequest& request);
  [[nodiscard]] Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest& request);

  // The answer to whoever submitted the transaction of a block. When the same command got into two
  // transactions, it is the outcome of the accepted one.
  [[nodiscard]] v1::Completion outcome(const v1::BlockHeader& header,
                                       const ReadableTransaction& transaction);
  // The outcome of the accepted command of that record — for a transaction that asks for the same
  // again. ALREADY_EXISTS when it asks for something else under the same command id.
  [[nodiscard]] Result<v1::Completion> first_outcome(const v1::DedupRecord& record,
                                                     const v1::Transaction& repeated);

private:
  // A page under construction.
  struct Page {
    const v1::TransactionsRequest& request;
    std::uint64_t limit;
    v1::TransactionsResponse response;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] Result<std::uint64_t> oldest_height() const;
  [[nodiscard]] Status check_kept(std::uint64_t after_offset) const;
  [[nodiscard]] Result<v1::TransactionsResponse> one(const v1::TransactionsRequest& request);
  [[nodiscard]] Status fill_from_blocks(const LedgerHead& head, Page& page);
  [[nodiscard]] Status fill_from_postings(const LedgerHead& head, Page& page);
  [[nodiscard]] Result<std::vector<std::uint64_t>> postings(const LedgerHead& head,
                                                            const Page& page) const;
  // False when the page is full and the transaction not on it.
  [[nodiscard]] Result<bool> add(Page& page, const ReadableBlock& block,
                                 const ReadableTransaction& transaction);
  [[nodiscard]] Status render_events(v1::LedgerTransaction& transaction) const;
  [[nodiscard]] Result<bool> add_at(Page& page, std::uint64_t offset);
  [[nodiscard]] Result<v1::BlockSummary> summary(std::uint64_t height, bool with_body);

  const plugin::Store& store_;
  const EngineSet& engines_;
  BlockReader& reader_;
  const HeadHolder& head_;
};

} // namespace tenon::host::pipeline
