#include "pipeline/proposer.hpp"

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

Proposer::Proposer(const Hash& chain, std::string client, Signer& signer, BatchVerifier& verifier,
                   Strand& strand, const Limits& limits, const Clock& clock, Metrics& metrics,
                   Refused refused)
    : chain_(chain), client_(std::move(client)), signer_(signer), public_key_(signer.public_key()),
      verifier_(verifier), strand_(strand), limits_(limits), clock_(clock),
      batches_(metrics.counter("ingress_batches_total", "Batches signed by this node")),
      queue_gauge_(metrics.gauge("ingress_queue_transactions",
                                 "Transactions waiting to be put into a batch")),
      refused_(std::move(refused)) {}

void Proposer::connect(plugin::Consensus* consensus) {
  const std::lock_guard lock(mutex_);
  consensus_ = consensus;
}

Status Proposer::enqueue(const Hash& id, Bytes transaction) {
  bool post = false;
  {
    const std::lock_guard lock(mutex_);
    if (consensus_ == nullptr)
      return unavailable("NOT_READY: this node is not connected to consensus; try again soon");
    if (queued_bytes_ + transaction.size() > limits_.max_queued_bytes) {
      return resource_exhausted("QUEUE_FULL: " + std::to_string(queue_.size()) +
                                " transactions wait already; try again later");
    }
    queued_bytes_ += transaction.size();
    queue_.push_back({id, std::move(transaction)});
    post = begin_flush();
  }
  if (post)
    strand_.post([this] { flush(); });
  return {};
}

void Proposer::executed(const DecodedBlock& block) {
  bool post = false;
  {
    const std::lock_guard lock(mutex_);
    for (const DecodedBatch& batch : block.batches)
      in_flight_.erase(batch.hash);
    post = begin_flush();
  }
  if (post)
    strand_.post([this] { flush(); });
}

void Proposer::settled(const Hash& batch) {
  bool post = false;
  {
    const std::lock_guard lock(mutex_);
    in_flight_.erase(batch);
    post = begin_flush();
  }
  if (post)
    strand_.post([this] { flush(); });
}

void Proposer::release_late() {
  bool post = false;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t now_us = clock_.monotonic_us();
    std::erase_if(in_flight_, [&](const auto& batch) {
      return now_us - batch.second > limits_.max_batch_flight_ms * 1000;
    });
    post = begin_flush();
  }
  if (post)
    strand_.post([this] { flush(); });
}

bool Proposer::begin_flush() {
  if (flush_posted_ || queue_.empty() || in_flight_.size() >= limits_.max_batches_in_flight)
    return false;
  flush_posted_ = true;
  return true;
}

std::vector<Proposer::Queued> Proposer::take_batch() {
  std::vector<Queued> taken;
  std::size_t bytes = 0;
  while (!queue_.empty() && taken.size() < limits_.max_batch_transactions) {
    const std::size_t size = queue_.front().bytes.size();
    if (!taken.empty() && bytes + size > limits_.max_batch_bytes)
      break;
    bytes += size;
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_bytes_ -= bytes;
  queue_gauge_.set(static_cast<double>(queue_.size()));
  return taken;
}

void Proposer::flush() {
  for (;;) {
    std::vector<Queued> queued;
    plugin::Consensus* consensus = nullptr;
    {
      const std::lock_guard lock(mutex_);
      consensus = consensus_;
      if (in_flight_.size() < limits_.max_batches_in_flight || consensus == nullptr)
        queued = take_batch();
      if (queued.empty()) {
        flush_posted_ = false;
        return;
      }
    }
    const Status status = consensus == nullptr
                              ? unavailable("NOT_READY: this node left consensus; try again soon")
                              : send(queued, *consensus);
    if (status.ok())
      continue;
    std::vector<Hash> ids;
    for (const Queued& transaction : queued)
      ids.push_back(transaction.id);
    refused_(ids, status);
  }
}

Status Proposer::send(std::vector<Queued>& queued, plugin::Consensus& consensus) {
  v1::TransactionBatch batch;
  batch.set_client(client_);
  for (Queued& transaction : queued)
    batch.add_transactions(std::move(transaction.bytes));
  TENON_ASSIGN_OR_RETURN(Bytes signature, signer_.sign(wire::batch_signing_bytes(chain_, batch)));
  batch.set_signature(std::move(signature));
  const Bytes encoded = batch.SerializeAsString();
  const Hash hash = crypto::sha256(encoded);
  verifier_.trust(hash, public_key_);
  {
    const std::lock_guard lock(mutex_);
    in_flight_.emplace(hash, clock_.monotonic_us());
  }
  batches_.add();
  const Status status = consensus.submit(encoded);
  if (!status.ok()) {
    const std::lock_guard lock(mutex_);
    in_flight_.erase(hash);
  }
  return status;
}

} // namespace tenon::host::pipeline
