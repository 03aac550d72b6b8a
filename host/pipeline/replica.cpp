#include "pipeline/replica.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/unwedge.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::host::pipeline {

namespace {

// Clocks of honest replicas differ by less.
constexpr std::uint64_t kMaxAheadUs = 2'000'000;

Result<v1::TransactionBatch> parse_batch(BytesView encoded) {
  v1::TransactionBatch batch;
  if (!batch.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return invalid_argument("INVALID_BATCH: expected a TransactionBatch message");
  return batch;
}

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
  TENON_ASSIGN_OR_RETURN(const v1::TransactionBatch batch, parse_batch(encoded));
  return check_batch(encoded, batch);
}

Status Replica::check_from(const std::string& client, BytesView encoded) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  TENON_ASSIGN_OR_RETURN(const v1::TransactionBatch batch, parse_batch(encoded));
  if (batch.client() != client) {
    return permission_denied("WRONG_CLIENT: a client hands in its own batches: expected one of " +
                             client + ", found one of another client");
  }
  return check_batch(encoded, batch);
}

Status Replica::check_batch(BytesView encoded, const v1::TransactionBatch& batch) {
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
  if (!client || client->public_key().empty()) {
    return {Code::kUnauthenticated,
            "UNKNOWN_CLIENT: the batch names a client the ledger does not have"};
  }
  if (!parts_.verifier.verify(crypto::sha256(encoded), batch, client->public_key())) {
    return {Code::kUnauthenticated, "BAD_SIGNATURE: the batch is not signed with its client's key"};
  }
  return {};
}

Result<Replica::Place> Replica::place_on(BytesView parent_header, const Hash& executed,
                                         BytesView unwedge) const {
  Place place;
  if (!place.parent.ParseFromArray(parent_header.data(), static_cast<int>(parent_header.size())))
    return invalid_argument("INVALID_BLOCK: the parent's header is not a BlockHeader message");
  place.parent_id = crypto::sha256(parent_header);
  const auto ancestor = parts_.tree.executed(executed);
  if (!ancestor) {
    return failed_precondition("block " + to_hex(executed.view()) +
                               ", which is to decide the epoch, has not been executed here; name "
                               "the nearest ancestor that has");
  }
  const std::uint64_t height = place.parent.height() + 1;
  if (ancestor->height >= height || height - ancestor->height > plugin::kConsensusLag) {
    return failed_precondition("a block of height " + std::to_string(height) +
                               " needs an executed ancestor at most " +
                               std::to_string(plugin::kConsensusLag) + " below it, found one of " +
                               "height " + std::to_string(ancestor->height) +
                               "; wait until more is executed");
  }
  if (ancestor->height + 1 == height && executed != place.parent_id) {
    return invalid_argument("INVALID_BLOCK: the executed ancestor is as high as the parent, but "
                            "another block: expected " +
                            to_hex(place.parent_id.view()) + ", found " + to_hex(executed.view()));
  }
  place.resumes = ancestor->schedule->resumes_at(height);
  if (!place.resumes) {
    TENON_ASSIGN_OR_RETURN(place.epoch, ancestor->schedule->at(height));
    return place;
  }
  const auto last = parts_.tree.find(place.parent_id);
  if (last == nullptr) {
    return failed_precondition("WEDGED: the last block of the wedged epoch, " +
                               to_hex(place.parent_id.view()) + ", has not been executed here");
  }
  TENON_ASSIGN_OR_RETURN(place.epoch, epoch_above(*last, parts_.genesis.chain, unwedge));
  return place;
}

Result<Bytes> Replica::propose(const plugin::Proposal& proposal) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  TENON_ASSIGN_OR_RETURN(const Place place, place_on(proposal.parent_header, proposal.executed,
                                                     parts_.unwedge));
  if (proposal.epoch != place.epoch.epoch) {
    return failed_precondition("block " + std::to_string(place.parent.height() + 1) +
                               " is of another epoch than proposed for: expected " +
                               std::to_string(place.epoch.epoch) + ", found " +
                               std::to_string(proposal.epoch));
  }
  v1::Block block;
  if (place.resumes)
    block.mutable_body()->set_unwedge(parts_.unwedge);
  std::size_t transactions = 0;
  for (const Bytes& encoded : proposal.batches) {
    block.mutable_body()->add_batches(encoded);
    v1::TransactionBatch batch;
    if (batch.ParseFromString(encoded))
      transactions += static_cast<std::size_t>(batch.transactions_size());
  }
  TENON_ASSIGN_OR_RETURN(v1::BlockHeader header, make_header(place, block.body(), transactions));
  header.set_view(proposal.view);
  block.set_header(header.SerializeAsString());
  Bytes encoded = block.SerializeAsString();
  recent_.add_own(encoded);
  return encoded;
}

Result<v1::BlockHeader> Replica::make_header(const Place& place, const v1::BlockBody& body,
                                             std::size_t transactions) const {
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(body));
  TENON_RETURN_IF_ERROR(
      check_block_size(parts_.genesis.parameters, body.ByteSizeLong(), transactions));
  v1::BlockHeader header;
  header.set_chain(parts_.genesis.chain.str());
  header.set_epoch(place.epoch.epoch);
  header.set_height(place.parent.height() + 1);
  header.set_parent(place.parent_id.str());
  header.set_record_time_us(std::max(parts_.clock.wall_us(), place.parent.record_time_us() + 1));
  header.set_transactions_root(root.str());
  header.set_validators(place.epoch.validators.str());
  header.set_next_validators(place.epoch.next_validators.str());
  header.set_engines(place.epoch.engines.str());
  return header;
}

Status Replica::verify(BytesView encoded, BytesView parent_header, const Hash& executed) {
  TENON_RETURN_IF_ERROR(parts_.health.check());
  TENON_ASSIGN_OR_RETURN(const auto block, recent_.decode(encoded));
  TENON_ASSIGN_OR_RETURN(const Place place, place_on(parent_header, executed, block->unwedge));
  if (!place.resumes && !block->unwedge.empty())
    return invalid_argument("INVALID_BLOCK: it carries an unwedge, and nothing is wedged");
  const std::uint64_t latest_us = parts_.clock.wall_us() + kMaxAheadUs;
  if (block->header.record_time_us() > latest_us) {
    return invalid_argument("INVALID_BLOCK: record time: expected at most " +
                            std::to_string(latest_us) + ", which is 2 s ahead of this clock, " +
                            "found " + std::to_string(block->header.record_time_us()) +
                            "; if it goes on, compare the nodes' clocks");
  }
  TENON_RETURN_IF_ERROR(
      check_block({parts_.genesis.chain, place.parent, place.parent_id, place.epoch},
                  parts_.genesis.parameters, *block, /*check_root=*/true));
  recent_.root_is_right(*block);
  return {};
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
  TENON_ASSIGN_OR_RETURN(auto block, recent_.decode(encoded));
  if (const auto known = parts_.tree.find(block->id))
    return known->result_header;
  const Hash parent_id = Hash::from_view_or_zero(block->header.parent());
  auto parent = parts_.tree.find(parent_id);
  if (parent == nullptr) {
    return failed_precondition("the block's parent " + to_hex(block->header.parent()) +
                               " is neither the last final block nor staged on it");
  }
  const bool check_root = !recent_.has_right_root(*block);
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
  if (const auto block = parts_.tree.find(block_id)) {
    TENON_RETURN_IF_ERROR(check_certificate(*block, certificate));
    TENON_RETURN_IF_ERROR(check_epoch_closed(*block));
  }
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
      wire::verify_certificate(certificate, parts_.genesis.chain, block.schedule->validators())
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

Status Replica::check_epoch_closed(const ExecutedBlock& block) const {
  const auto tip = parts_.tree.final_tip();
  if (block.height() <= tip->height())
    return {};
  TENON_ASSIGN_OR_RETURN(const EpochAt first,
                         tip->schedule->at(tip->height() + 1, /*resumed=*/true));
  if (block.header.epoch() == first.epoch)
    return {};
  return failed_precondition("INVALID_CERTIFICATE: block " + std::to_string(block.height()) +
                             " cannot be final yet: expected a certificate of the last block of "
                             "epoch " +
                             std::to_string(first.epoch) + " first, found one of epoch " +
                             std::to_string(block.header.epoch()));
}

void Replica::abandon(const Hash& block_id) {
  parts_.sequencer.post([this, block_id] { parts_.tree.abandon(block_id).clear(); });
}

Result<std::optional<Bytes>> Replica::read_block(std::uint64_t height,
                                                 plugin::BlockPart part) const {
  return parts_.store.read_block(height, part);
}

Result<Bytes> Replica::schedule(const Hash& executed) const {
  const auto block = parts_.tree.executed(executed);
  if (!block) {
    return failed_precondition("block " + to_hex(executed.view()) +
                               ", whose epoch is asked for, has not been executed here");
  }
  const auto last = parts_.tree.find(executed);
  const bool resumed = last != nullptr && block->schedule->resumes_at(block->height + 1) &&
                       check_unwedge(*last, parts_.genesis.chain, parts_.unwedge).ok();
  return block->schedule->message(resumed).SerializeAsString();
}

} // namespace tenon::host::pipeline
