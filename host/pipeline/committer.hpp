// Makes final blocks durable, in order, each in one atomic write of the store; blocks that wait for
// the same moment share one sync. Runs beside the execution of the next block. Step 8. Owned by the
// pipeline; enqueue: any thread; the work: committer strand.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "pipeline/health.hpp"
#include "pipeline/ledger_head.hpp"
#include "pipeline/stage_store.hpp"
#include "ports/clock.hpp"
#include "ports/executor.hpp"
#include "tenon/plugin/consensus.hpp"

namespace tenon::host::pipeline {

struct FinalBlocks {
  std::vector<std::shared_ptr<ExecutedBlock>> path; // oldest first; empty: just wait in line
  Bytes certificate;                                // of the last one; covers the others too
  std::uint64_t view = 0;
  plugin::FinalizedCallback done;
};

class Committer {
public:
  // Called for every block once it is durable and the head of the ledger, in order.
  using Committed = std::function<void(const ExecutedBlock& block)>;

  Committer(plugin::Store& store, StageStore& stages, HeadHolder& head, Strand& strand,
            Health& health, const Clock& clock, Metrics& metrics, Committed committed);

  void enqueue(FinalBlocks blocks);

private:
  void run();
  [[nodiscard]] Status commit_all(std::vector<FinalBlocks>& waiting);
  [[nodiscard]] Status publish(const std::shared_ptr<ExecutedBlock>& last);

  plugin::Store& store_;
  StageStore& stages_;
  HeadHolder& head_;
  Strand& strand_;
  Health& health_;
  const Clock& clock_;
  Histogram& seconds_;
  Counter& blocks_;
  Gauge& height_;
  Committed committed_;
  std::mutex mutex_;
  std::vector<FinalBlocks> waiting_;
};

} // namespace tenon::host::pipeline
