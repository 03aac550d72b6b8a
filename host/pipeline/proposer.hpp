// Gathers accepted transactions into batches, signs each batch once with the node's key and gives
// it to consensus. Adaptive: an idle node sends a transaction at once; while batches are under way
// in consensus the next one fills. Bounded: a full queue refuses, nothing ever blocks. Step 4.
// Owned by the pipeline; any thread, the signing on its own strand.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <unordered_set>
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
           Strand& strand, const Limits& limits, Metrics& metrics, Refused refused);

  void connect(plugin::Consensus* consensus);
  // UNAVAILABLE without consensus, RESOURCE_EXHAUSTED when the queue is full.
  [[nodiscard]] Status enqueue(const Hash& id, Bytes transaction);
  // These batches of a block are executed: what was ours among them is no longer under way.
  void executed(const DecodedBlock& block);

private:
  struct Queued {
    Hash id;
    Bytes bytes;
  };
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
  Counter& batches_;
  Gauge& queue_gauge_;
  Refused refused_;

  std::mutex mutex_;
  plugin::Consensus* consensus_ = nullptr;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  bool flush_posted_ = false;
  std::unordered_set<Hash, HashHasher> in_flight_; // by batch hash
};

} // namespace tenon::host::pipeline
