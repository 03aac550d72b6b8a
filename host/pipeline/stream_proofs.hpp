// Proofs of clients' streams in states that are too old to prove anything of: a store makes proofs
// of the last versions only, and a client node may have been off for longer. So a replica keeps,
// while it still can, what a page needs that ends at this block (docs/spec/streams.md): at every
// block where a client's hosting epoch or the validators change, and otherwise often enough that
// the way from one such block to the next fits into a page. Owned by the pipeline; on the commits
// strand.
#pragma once

#include <memory>
#include <string>

#include "pipeline/executed_block.hpp"
#include "tenon/v1/stream.pb.h"

namespace tenon::host::pipeline {

// Into the page: what the state says of the client, of its streams from this hosting epoch on, and,
// where an epoch ends, of who certifies what follows. OUT_OF_RANGE when the state is too old.
[[nodiscard]] Status prove_streams(const plugin::StoreSnapshot& state, const std::string& client,
                                   std::uint64_t from_hosting_epoch, bool epoch_ends,
                                   v1::StreamPage& page);

class StreamProofs {
public:
  explicit StreamProofs(plugin::Store& store) : store_(store) {}

  // After each block's commit.
  [[nodiscard]] Status keep(const ExecutedBlock& block);
  // The next block is not the one after the last that was kept: a state was taken over.
  void forget_clients() { clients_ = nullptr; }

private:
  [[nodiscard]] Result<Bytes> proofs(const plugin::StoreSnapshot& state,
                                     const ExecutedBlock& block, const std::string& client) const;

  plugin::Store& store_;
  std::shared_ptr<const KnownClients> clients_; // null until the first block
  std::uint64_t bytes_ = 0;                     // of blocks since proofs were kept for everybody
};

} // namespace tenon::host::pipeline
