#include "pipeline/committer.hpp"

#include "pipeline/outcome.hpp"

namespace tenon::host::pipeline {

Committer::Committer(plugin::Store& store, StageStore& stages, HeadHolder& head, Strand& strand,
                     Health& health, const Clock& clock, Metrics& metrics, Committed committed)
    : store_(store), stages_(stages), head_(head), strand_(strand), health_(health), clock_(clock),
      seconds_(metrics.histogram("commit_seconds", "Time to make final blocks durable")),
      blocks_(metrics.counter("blocks_total", "Blocks committed")),
      height_(metrics.gauge("head_height", "Height of the last committed block")),
      committed_(std::move(committed)) {}

void Committer::enqueue(FinalBlocks blocks) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(blocks));
  }
  strand_.post([this] { run(); });
}

void Committer::run() {
  std::vector<FinalBlocks> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  if (waiting.empty())
    return; // an earlier turn took them along
  Status status = health_.check();
  if (status.ok()) {
    const std::uint64_t begin_us = clock_.monotonic_us();
    status = health_.observe(as_fault(contained([&] { return commit_all(waiting); })));
    seconds_.observe(static_cast<double>(clock_.monotonic_us() - begin_us) * 1e-6);
  }
  if (status.ok()) {
    for (const FinalBlocks& blocks : waiting) {
      for (const auto& block : blocks.path)
        committed_(*block);
    }
  }
  for (const FinalBlocks& blocks : waiting)
    blocks.done(status);
}

Status Committer::commit_all(std::vector<FinalBlocks>& waiting) {
  std::size_t left = 0;
  for (const FinalBlocks& blocks : waiting)
    left += blocks.path.size();
  std::shared_ptr<ExecutedBlock> last;
  for (FinalBlocks& blocks : waiting) {
    for (const auto& block : blocks.path) {
      // A synced commit covers the unsynced ones before it.
      const bool sync = --left == 0;
      block->view = blocks.view;
      TENON_RETURN_IF_ERROR(stages_.commit(*block, blocks.certificate, sync)
                                .with_context("block " + std::to_string(block->height()) +
                                              " could not be committed"));
      blocks_.add();
      last = block;
    }
  }
  return last == nullptr ? Status() : publish(last);
}

Status Committer::publish(const std::shared_ptr<ExecutedBlock>& last) {
  TENON_ASSIGN_OR_RETURN(auto snapshot, store_.snapshot(last->height()));
  head_.set(std::make_shared<const LedgerHead>(LedgerHead{last, std::move(snapshot)}));
  height_.set(static_cast<double>(last->height()));
  return {};
}

} // namespace tenon::host::pipeline
