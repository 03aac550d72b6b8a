// Gathers accepted transactions into batches, signs each batch once with the node's key and gives
// it to consensus. Adaptive: an idle node sends a transaction at once; while batches are under way
// in consensus the next one fills. A batch is under way until it is executed in some block, or has
// taken too long: consensus may lose one, or make it final where this node does not execute it.
// Bounded: a full queue refuses, nothing ever blocks. Step 4.
// Owned by the pipeline; any thread, the signing on its own strand.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "pipeline/batch_verifier.hpp"
#include "pipeline/decoded_block.hpp"
#include "pipeline/options.hpp"

namespace tenon::host::pipeline {

class Proposer {
public:
  // Transactions that consensus did not take, and why.
  using Refused = std::function<void(const std::vector<Hash>& transactions, const Status& why)>;

  Proposer(const Hash& chain, std::string client, Signer& signer, BatchVerifier& verifier,
           Strand& strand, const Limits& limits, const Clock& clock, Metrics& metrics,
           Refused refused);

  void connect(plugin::Consensus* consensus);
  // UNAVAILABLE without consensus, RESOURCE_EXHAUSTED when the queue is full.
  [[nodiscard]] Status enqueue(const Hash& id, Bytes transaction);
  // These batches of a block are executed: what was ours among them is no longer under way.
  void executed(const DecodedBlock& block);
  // That batch is no longer under way.
  void settled(const Hash& batch);
  // What has taken too long is no longer under way. To be called now and then.
  void release_late();

private:
  struct Queued {
    Hash id;
    Bytes bytes;
  };
  // With the lock held: is it time for a flush that the caller has to post?
  [[nodiscard]] bool begin_flush();
  void flush();
  [[nodiscard]] std::vector<Queued> take_batch();
  [[nodiscard]] Status send(std::vector<Queued>& queued, plugin::Consensus& consensus);

  Hash chain_;
  std::string client_;
  Signer& signer_;
  Bytes public_key_;
  BatchVerifier& verifier_;
  Strand& strand_;
  Limits limits_;
  const Clock& clock_;
  Counter& batches_;
  Gauge& queue_gauge_;
  Refused refused_;

  std::mutex mutex_;
  plugin::Consensus* consensus_ = nullptr;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  bool flush_posted_ = false;
  // By batch hash, with the moment it was given to consensus.
  std::unordered_map<Hash, std::uint64_t, HashHasher> in_flight_;
};

} // namespace tenon::host::pipeline
