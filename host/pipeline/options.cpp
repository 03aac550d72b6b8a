#include "pipeline/options.hpp"

#include <algorithm>

namespace tenon::host::pipeline {

Options within(const v1::LedgerParameters& parameters, Options options) {
  constexpr std::size_t kTransactionFrame = 16;
  constexpr std::size_t kBatchFrame = 4096;
  Limits& limits = options.limits;
  limits.max_batch_transactions =
      std::min<std::size_t>(limits.max_batch_transactions, parameters.max_block_transactions());
  const std::size_t frames = kBatchFrame + kTransactionFrame * limits.max_batch_transactions;
  const std::size_t block = parameters.max_block_bytes();
  limits.max_batch_bytes = std::min(limits.max_batch_bytes, block > frames ? block - frames : 1);
  return options;
}

} // namespace tenon::host::pipeline
