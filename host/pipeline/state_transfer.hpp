// How this replica gives the state after a block to others, and takes one over: what is given is
// held for as long as it is asked for, within limits; what is taken is proved, lies beside the
// state that is read until all of it is there, and then becomes the ledger's in one step, its index
// with it before the next block. Consensus decides when, from whom and which
// (docs/spec/state-transfer.md). Owned by the pipeline; any thread, import_finish's work: sequencer
// strand.
#pragma once

#include <functional>
#include <mutex>

#include "pipeline/block_tree.hpp"
#include "pipeline/engine_set.hpp"
#include "pipeline/health.hpp"
#include "pipeline/ledger_head.hpp"
#include "pipeline/stage_store.hpp"
#include "ports/clock.hpp"
#include "ports/executor.hpp"
#include "tenon/plugin/consensus.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

struct StateTransferParts {
  plugin::Store& store;
  StageStore& stages;
  const Genesis& genesis;
  const EngineSet& engines;
  Health& health;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  HeadHolder& head;
  BlockTree& tree;
  Strand& sequencer;
  Strand& commits;
  // After the head has become another one.
  std::function<void(const ExecutedBlock& head)> taken_over;
};

class StateTransfer final : public plugin::StateTransfer {
public:
  explicit StateTransfer(StateTransferParts parts);

  [[nodiscard]] Result<std::uint64_t> oldest_block() const override;
  [[nodiscard]] Result<Bytes> export_target(std::uint64_t from_epoch,
                                            std::uint64_t height) override;
  [[nodiscard]] Result<Bytes> export_range(std::uint64_t height, const Hash& first,
                                           std::uint64_t max_bytes) override;
  [[nodiscard]] Status import_begin(BytesView target) override;
  [[nodiscard]] Status import_range(std::uint64_t height, BytesView range) override;
  [[nodiscard]] Result<std::optional<plugin::ReplicaImport>> import_missing() const override;
  void import_finish(plugin::FinalizedCallback done) override;
  [[nodiscard]] Status import_abandon() override;

  // Lets go of states that nobody has asked for in a while. Called now and then, by any thread.
  void let_go();

private:
  using Snapshot = std::shared_ptr<const plugin::StoreSnapshot>;
  // A state that others take over.
  struct Held {
    std::uint64_t height = 0;
    Snapshot snapshot;
    std::uint64_t since_us = 0;
    std::uint64_t used_us = 0;
    bool ranges = false; // asked for; before that, it was only offered
  };

  [[nodiscard]] Result<Snapshot> hold(std::uint64_t height, bool ranges);
  void let_go_locked(std::uint64_t now_us);
  // The height of the newest block that is certified by itself; one offered just now if there is.
  [[nodiscard]] Result<std::uint64_t> newest_target();
  [[nodiscard]] Status check_target(const v1::StateTarget& target) const;
  [[nodiscard]] Status finish_now();
  [[nodiscard]] Status replace_state(const v1::StateTarget& target,
                                     const plugin::StoreTarget& after);

  StateTransferParts parts_;
  Counter& exported_ranges_;
  Counter& exported_bytes_;
  Counter& ranges_;
  Counter& bytes_;
  Counter& transfers_;
  mutable std::mutex mutex_; // guards what follows
  std::vector<Held> held_;
  std::uint64_t offered_height_ = 0;
  std::uint64_t offered_us_ = 0;
  v1::StateTarget target_; // of the import under way, once begun in this life
  plugin::StoreTarget store_target_;
};

} // namespace tenon::host::pipeline
