#include "pipeline/replica.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::host::pipeline {

namespace {

constexpr std::size_t kOwnBlocksRemembered = 64;

} // namespace

Replica::Replica(const ReplicaParts& parts)
    : parts_(parts), execute_seconds_(parts.metrics.histogram(
                         "execute_block_seconds", "Time to execute and stage one block")) {}

Result<plugin::ReplicaHead> Replica::head() const {
  const auto head = parts_.head.get();
  return plugin::ReplicaHead{head->block->height(), head->block->view, head->block->id};
}

Status Replica::check(BytesView encoded) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  v1::TransactionBatch batch;
  if (!batch.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return invalid_argument("INVALID_BATCH: expected a TransactionBatch message");
  if (batch.transactions_size() == 0)
    return invalid_argument("INVALID_BATCH: the batch has no transactions");
  const v1::LedgerParameters& parameters = parts_.genesis.parameters;
  // In a block, a batch is preceded by its tag and size.
  constexpr std::size_t kFraming = 16;
  TENON_RETURN_IF_ERROR(check_block_size(parameters, encoded.size() + kFraming,
                                         static_cast<std::size_t>(batch.transactions_size())));
  const auto head = parts_.head.get();
  const BlockState state(head->snapshot, head->block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(const auto client,
                         read_record<v1::ClientRecord>(state, keys::client(batch.client())));
  if (!client) {
    return {Code::kUnauthenticated,
            "UNKNOWN_CLIENT: the batch names a client the ledger does not have"};
  }
  if (!parts_.verifier.verify(crypto::sha256(encoded), batch, client->public_key())) {
    return {Code::kUnauthenticated, "BAD_SIGNATURE: the batch is not signed with its client's key"};
  }
  return {};
}

Result<Bytes> Replica::propose(const plugin::Proposal& proposal) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  const auto parent = parts_.tree.find(proposal.parent);
  if (parent == nullptr) {
    return failed_precondition("block " + to_hex(proposal.parent.view()) +
                               ", on which to propose, has not been executed here");
  }
  v1::Block block;
  std::size_t transactions = 0;
  for (const Bytes& batch : proposal.batches)
    block.mutable_body()->add_batches(batch);
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(block.body()));
  for (const Bytes& encoded : proposal.batches) {
    v1::TransactionBatch batch;
    if (batch.ParseFromString(encoded))
      transactions += static_cast<std::size_t>(batch.transactions_size());
  }
  TENON_RETURN_IF_ERROR(
      check_block_size(parts_.genesis.parameters, block.body().ByteSizeLong(), transactions));
  v1::BlockHeader header;
  header.set_chain(parts_.rules.chain.str());
  header.set_epoch(proposal.epoch);
  header.set_view(proposal.view);
  header.set_height(parent->height() + 1);
  header.set_parent(parent->id.str());
  header.set_record_time_us(std::max(parts_.clock.wall_us(), parent->header.record_time_us() + 1));
  header.set_transactions_root(root.str());
  header.set_validators(parent->header.next_validators());
  header.set_next_validators(parent->header.next_validators());
  header.set_engines(parts_.rules.engines.str());
  block.set_header(header.SerializeAsString());
  remember_own(crypto::sha256(block.header()));
  return block.SerializeAsString();
}

Status Replica::verify(BytesView encoded) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  TENON_ASSIGN_OR_RETURN(const auto block, decode_block(encoded));
  const auto parent = parts_.tree.find(Hash::from_view_or_zero(block->header.parent()));
  if (parent == nullptr) {
    return failed_precondition("the block's parent " + to_hex(block->header.parent()) +
                               " has not been executed here");
  }
  return check_block(parts_.rules, parts_.genesis.parameters, parent->header, parent->id, *block,
                     /*check_root=*/true);
}

void Replica::execute(BytesView block, plugin::ExecutedCallback done) {
  parts_.sequencer.post([this, encoded = Bytes(block), done = std::move(done)] {
    const std::uint64_t begin_us = parts_.clock.monotonic_us();
    Result<Bytes> result = contained([&] { return execute_now(encoded); });
    execute_seconds_.observe(static_cast<double>(parts_.clock.monotonic_us() - begin_us) * 1e-6);
    if (!result.ok())
      result = parts_.health.observe(result.status());
    done(std::move(result));
  });
}

Result<Bytes> Replica::execute_now(BytesView encoded) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  TENON_ASSIGN_OR_RETURN(auto block, decode_block(encoded));
  if (const auto known = parts_.tree.find(block->id))
    return known->result_header;
  const Hash parent_id = Hash::from_view_or_zero(block->header.parent());
  auto parent = parts_.tree.find(parent_id);
  if (parent == nullptr) {
    return failed_precondition("the block's parent " + to_hex(block->header.parent()) +
                               " is neither the last final block nor staged on it");
  }
  const bool check_root = !is_own(block->id);
  const DecodedBlock& decoded = *block;
  TENON_ASSIGN_OR_RETURN(auto executed,
                         parts_.executor.execute(std::move(parent), block, check_root));
  Bytes result = executed->result_header;
  TENON_RETURN_IF_ERROR(parts_.tree.insert(std::move(executed)));
  parts_.proposer.executed(decoded);
  return result;
}

void Replica::finalized(const Hash& block_id, BytesView certificate,
                        plugin::FinalizedCallback done) {
  parts_.sequencer.post(
      [this, block_id, certificate = Bytes(certificate), done = std::move(done)]() mutable {
        const Status status = parts_.health.observe(
            contained([&] { return finalize_now(block_id, certificate, done); }));
        if (!status.ok())
          done(status);
      });
}

Status Replica::finalize_now(const Hash& block_id, const Bytes& encoded,
                             plugin::FinalizedCallback& done) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  v1::Certificate certificate;
  if (!certificate.ParseFromString(encoded))
    return invalid_argument("INVALID_CERTIFICATE: expected a Certificate message");
  if (const auto block = parts_.tree.find(block_id))
    TENON_RETURN_IF_ERROR(check_certificate(*block, certificate));
  BlockTree::Finalized final = parts_.tree.finalize(block_id);
  if (!final.known) {
    return failed_precondition("block " + to_hex(block_id.view()) +
                               " is final, but has not been executed here");
  }
  // Nothing executes now: this is the sequencer's strand. So what is dropped is in nobody's hands,
  // and its stages go with it.
  final.dropped.clear();
  parts_.committer.enqueue(
      {std::move(final.path), encoded, certificate.view(), std::exchange(done, {})});
  return {};
}

Status Replica::check_certificate(const ExecutedBlock& block,
                                  const v1::Certificate& certificate) const {
  TENON_RETURN_IF_ERROR(
      wire::verify_certificate(certificate, parts_.rules.chain, parts_.genesis.validators)
          .with_context("INVALID_CERTIFICATE"));
  if (certificate.block_id() != block.id.view()) {
    return invalid_argument("INVALID_CERTIFICATE: expected one for block " +
                            to_hex(block.id.view()) + ", found one for " +
                            to_hex(certificate.block_id()));
  }
  if (certificate.result_hash() == block.result_hash.view())
    return {};
  return fault("the validators certified another result of block " +
               std::to_string(block.height()) + ": expected " + to_hex(block.result_hash.view()) +
               ", which was computed here, found " + to_hex(certificate.result_hash()));
}

void Replica::abandon(const Hash& block_id) {
  parts_.sequencer.post([this, block_id] { parts_.tree.abandon(block_id).clear(); });
}

Result<std::optional<Bytes>> Replica::read_block(std::uint64_t height,
                                                 plugin::BlockPart part) const {
  return parts_.store.read_block(height, part);
}

void Replica::remember_own(const Hash& block_id) {
  const std::lock_guard lock(mutex_);
  own_blocks_.push_back(block_id);
  if (own_blocks_.size() > kOwnBlocksRemembered)
    own_blocks_.pop_front();
}

bool Replica::is_own(const Hash& block_id) const {
  const std::lock_guard lock(mutex_);
  return std::find(own_blocks_.begin(), own_blocks_.end(), block_id) != own_blocks_.end();
}

} // namespace tenon::host::pipeline
