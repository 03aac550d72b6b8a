// Brings the node's batches to the replicas, and sees to it that they arrive: a batch whose
// transactions have no outcome in time goes to the next replica, then to several at once. A replica
// that has it already does nothing more; the ledger takes each command once. Stands where consensus
// stands in a replica. Owned by the client ledger; any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "link/replica_link.hpp"
#include "ports/clock.hpp"
#include "tenon/plugin/consensus.hpp"

namespace tenon::host::link {

class Submitter final : public plugin::Consensus {
public:
  // A batch is no longer under way: all its transactions have outcomes, or none can commit any
  // more.
  using Settled = std::function<void(const Hash& batch)>;
  // The replica that the stream comes from; empty: none.
  using Preferred = std::function<std::string()>;

  Submitter(ReplicaLink& link, const Clock& clock, Metrics& metrics, Preferred preferred,
            Settled settled);

  // plugin::Consensus
  [[nodiscard]] Status attach(plugin::ReplicaApp& app) override;
  // Keeps the batch until it is settled. UNAVAILABLE when no replica is connected,
  // RESOURCE_EXHAUSTED when too much is under way.
  [[nodiscard]] Status submit(BytesView batch) override;
  [[nodiscard]] Result<Bytes> describe() const override;

  // The transaction has an outcome.
  void known(BytesView transaction_id);
  // Sends again what is late, and forgets what is too late. To be called a few times a second.
  void tick();
  // Another replica is preferred from now on: it gets everything that is under way.
  void send_all_again();

private:
  struct Batch {
    std::shared_ptr<const Bytes> bytes;
    std::unordered_set<Hash, HashHasher> open; // transactions without outcome
    std::uint64_t not_after_us = 0;            // the latest of its transactions'
    std::uint64_t sent_us = 0;                 // first; monotonic, as the next
    std::uint64_t resend_at_us = 0;
    std::uint32_t tries = 0;
  };
  struct Send {
    std::shared_ptr<const Bytes> bytes;
    Hash batch;
    std::uint32_t tries = 0;
  };

  void send(const Send& what);
  void answered(const Hash& batch, const Status& status);
  // With the lock held.
  [[nodiscard]] Send next_try(const Hash& hash, Batch& batch) const;

  ReplicaLink& link_;
  const Clock& clock_;
  Preferred preferred_;
  Settled settled_;
  Counter& resent_;
  Gauge& under_way_;
  mutable std::mutex mutex_;
  std::unordered_map<Hash, Batch, HashHasher> batches_;
  std::unordered_map<Hash, Hash, HashHasher> batch_of_; // by transaction
  std::size_t bytes_ = 0;                               // of all batches
  std::uint64_t outcome_us_ = 0;                        // that one takes to have all outcomes
};

} // namespace tenon::host::link
