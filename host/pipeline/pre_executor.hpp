// Runs a transaction on the head before it is ordered: what fails now is refused at once, and what
// succeeds may be reused at its place in the block — if everything it read, ranges and absences
// too, is still the same there and the record time is within its bounds. A private cache: whether
// it hits cannot be seen in any result. Step 3, between admission and proposer. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "pipeline/engine_set.hpp"

namespace tenon::host::pipeline {

class PreExecutor {
public:
  PreExecutor(const EngineSet& engines, std::size_t capacity, Metrics& metrics);

  // Runs the transaction in `state`, whose record time is a guess at its block's, and keeps the
  // result under `id`. A failure is the engine's rejection, or a fault.
  [[nodiscard]] Status run(const BlockState& state, std::uint64_t height, const Hash& id,
                           const v1::Transaction& transaction);

  // The kept result, when it is what executing the transaction in `state` would give.
  [[nodiscard]] Result<std::shared_ptr<const plugin::ExecutionResult>>
  reuse(const BlockState& state, const Hash& id);

private:
  struct Kept {
    ReadSet reads;
    plugin::ExecutionResult result;
  };
  using Generation = std::unordered_map<Hash, std::shared_ptr<const Kept>, HashHasher>;

  void keep(const Hash& id, std::shared_ptr<const Kept> kept);
  [[nodiscard]] std::shared_ptr<const Kept> find(const Hash& id) const;

  const EngineSet& engines_;
  std::size_t capacity_;
  Counter& hits_;
  Counter& misses_;
  mutable std::mutex mutex_;
  Generation young_;
  Generation old_; // dropped when the young one is full
};

} // namespace tenon::host::pipeline
