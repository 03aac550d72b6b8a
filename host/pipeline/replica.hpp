// The replica as consensus drives it: builds blocks, judges those of others, executes, finalizes,
// abandons. Execution is sequenced on one strand and commits on another, so that block h+1 executes
// while block h is being synced. Owned by the pipeline; any thread (abi/consensus.h).
#pragma once

#include "pipeline/block_executor.hpp"
#include "pipeline/block_tree.hpp"
#include "pipeline/committer.hpp"
#include "pipeline/proposer.hpp"
#include "pipeline/recent_blocks.hpp"

namespace tenon::host::pipeline {

struct ReplicaParts {
  const plugin::Store& store;
  const Genesis& genesis;
  Health& health;
  const Clock& clock;
  Metrics& metrics;
  const HeadHolder& head;
  BlockTree& tree;
  BlockExecutor& executor;
  Committer& committer;
  BatchVerifier& verifier;
  Proposer& proposer;
  Strand& sequencer;
  const Bytes& unwedge; // given to this node; empty: none
};

class Replica final : public plugin::ReplicaApp {
public:
  explicit Replica(const ReplicaParts& parts);

  [[nodiscard]] Result<plugin::ReplicaHead> head() const override;
  [[nodiscard]] Status check(BytesView batch) override;
  // As check(); and the batch is of that client, which hands it in.
  [[nodiscard]] Status check_from(const std::string& client, BytesView batch);
  [[nodiscard]] Result<Bytes> propose(const plugin::Proposal& proposal) override;
  [[nodiscard]] Status verify(BytesView block, BytesView parent_header,
                              const Hash& executed) override;
  void execute(BytesView block, plugin::ExecutedCallback done) override;
  void finalized(const Hash& block_id, BytesView certificate,
                 plugin::FinalizedCallback done) override;
  void abandon(const Hash& block_id) override;
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        plugin::BlockPart part) const override;
  [[nodiscard]] Result<Bytes> schedule(const Hash& executed) const override;

private:
  [[nodiscard]] Status check_batch(BytesView encoded, const v1::TransactionBatch& batch);
  // Where a block goes that may run ahead of execution.
  struct Place {
    v1::BlockHeader parent;
    Hash parent_id;
    EpochAt epoch; // of the block on it
    bool resumes = false; // that block ends a wedge
  };
  // `unwedge` counts where a wedge ends, and nowhere else.
  [[nodiscard]] Result<Place> place_on(BytesView parent_header, const Hash& executed,
                                       BytesView unwedge) const;
  // Within the ledger's limits, its root; without a body.
  [[nodiscard]] Result<v1::BlockHeader> make_header(const Place& place, const v1::BlockBody& body,
                                                    std::size_t transactions) const;
  [[nodiscard]] Result<Bytes> execute_now(BytesView encoded);
  // Hands newly final blocks to the committer; a failure is for `done`.
  [[nodiscard]] Status finalize_now(const Hash& block_id, const Bytes& certificate,
                                    plugin::FinalizedCallback& done);
  [[nodiscard]] Status check_certificate(const ExecutedBlock& block,
                                         const v1::Certificate& certificate) const;
  // An epoch's last block is made final by its own validators, so that whoever trusts them can be
  // shown who came after them.
  [[nodiscard]] Status check_epoch_closed(const ExecutedBlock& block) const;

  ReplicaParts parts_;
  Histogram& execute_seconds_;
  RecentBlocks recent_;
};

} // namespace tenon::host::pipeline
