// A projection that begins anew at a later block, in place of what it has: the way from there to
// here is not to be had any more.
#include <algorithm>

#include "link/projection.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/outcome.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::link {

namespace {

namespace keys = pipeline::keys;
using plugin::BlockPart;

constexpr std::size_t kPieceBytes = 1u << 20;

// The entries in the order of the state tree.
struct Leaves {
  explicit Leaves(const Projection::State& state) {
    for (const auto& entry : state)
      entries.push_back(&entry);
    std::vector<std::pair<Hash, const Projection::State::value_type*>> hashed;
    hashed.reserve(entries.size());
    for (const auto* const entry : entries)
      hashed.emplace_back(crypto::sha256(entry->first), entry);
    std::ranges::sort(hashed, {}, &std::pair<Hash, const Projection::State::value_type*>::first);
    entries.clear();
    for (const auto& [key_hash, entry] : hashed) {
      entries.push_back(entry);
      leaves.push_back({key_hash, merkle::entry_hash(entry->second)});
    }
  }
  std::vector<const Projection::State::value_type*> entries;
  std::vector<merkle::RangeLeaf> leaves;
};

// Gives the entries to the store piece by piece, as a replica is given those of another.
Status import_entries(plugin::Store& store, const Leaves& tree) {
  const auto lookup = [&](const merkle::KeySpan& place, std::size_t depth) {
    return Result<merkle::TreeNode>(merkle::node_of_leaves(tree.leaves, place, depth));
  };
  Hash first;
  std::size_t next = 0;
  do {
    merkle::SnapshotRangeWriter range(first);
    for (; next < tree.entries.size() && range.bytes() < kPieceBytes; ++next)
      range.add(tree.entries[next]->first, tree.entries[next]->second,
                tree.leaves[next].key_hash);
    const bool reaches_end = next == tree.entries.size();
    const merkle::KeySpan span = range.span(reaches_end);
    TENON_ASSIGN_OR_RETURN(const merkle::RangeProof proof,
                           merkle::make_range_proof(span, lookup));
    TENON_RETURN_IF_ERROR(store.import_range(range.finish(reaches_end, proof)));
    first = merkle::next_hash(span.last).value_or(Hash{});
  } while (next < tree.entries.size());
  return {};
}

Bytes be64_bytes(std::uint64_t number) {
  Bytes bytes;
  append_be64(bytes, number);
  return bytes;
}

// What an interrupted attempt left is of another state than this one, or of none.
Status begin_import(plugin::Store& store, const plugin::StoreTarget& target) {
  TENON_ASSIGN_OR_RETURN(const auto before, store.import_missing());
  if (before && before->target != target)
    TENON_RETURN_IF_ERROR(store.import_abandon());
  return store.import_begin(target);
}

Status write_index(plugin::Store& store, const pipeline::EngineSet& engines,
                   const Projection::State& state, std::vector<std::pair<Bytes, Bytes>> more) {
  for (const auto& [key, encoded] : state) {
    TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(encoded));
    if (entry.expires_at_us != 0)
      more.emplace_back(keys::expiry(entry.expires_at_us, key), Bytes());
    TENON_ASSIGN_OR_RETURN(auto derived, engines.index_of(key, entry.value));
    std::ranges::move(derived, std::back_inserter(more));
  }
  std::vector<plugin::StoreWrite> writes;
  writes.reserve(more.size());
  for (const auto& [key, value] : more)
    writes.push_back({plugin::KeyClass::kIndex, false, key, value});
  return store.put_index(writes, /*whole=*/true);
}

} // namespace

Status Projection::restart(const v1::LedgerProof& proof, const wire::StreamStart& start,
                           const State& state) {
  return pipeline::as_fault(begin_at(proof, start, state)
                                .with_context("the client node's store could not begin anew at "
                                              "block " +
                                              std::to_string(start.block.header.height())));
}

Status Projection::begin_at(const v1::LedgerProof& proof, const wire::StreamStart& start,
                            const State& state) {
  const wire::StreamedBlock& block = start.block;
  const std::uint64_t height = block.header.height();
  const Leaves tree(state);
  TENON_RETURN_IF_ERROR(begin_import(store_, {height, block.block_id, block.result_hash,
                                              merkle::subtree_root(tree.leaves, 0)}));
  TENON_RETURN_IF_ERROR(import_entries(store_, tree));
  plugin::StoreBlock stored{height, block.block_id, block.result_hash, {}};
  stored.parts[static_cast<std::size_t>(BlockPart::kHeader)] = proof.header();
  stored.parts[static_cast<std::size_t>(BlockPart::kResultHeader)] = proof.result_header();
  stored.parts[static_cast<std::size_t>(BlockPart::kCertificate)] = proof.certificate();
  TENON_RETURN_IF_ERROR(store_.import_finish({&stored, 1}));
  // What of this block there was for the client is not known here: all that is comes after it.
  const std::uint64_t last_offset = wire::make_offset(height + 1, 0) - 1;
  TENON_RETURN_IF_ERROR(write_index(
      store_, engines_, state,
      {{Bytes(keys::kLastOffset), be64_bytes(last_offset)},
       {Bytes(keys::kStreamBegan), be64_bytes(height)},
       {Bytes(keys::kStreamCursor), cursor_bytes(block, block.hosting_epoch, cursor_.client)},
       {Bytes(keys::kStreamValidators), start.next.SerializeAsString()}}));
  TENON_ASSIGN_OR_RETURN(auto snapshot, store_.snapshot(height));
  expiry_done_before_us_ = 0;
  complete_epoch_ = block.hosting_epoch;
  head_.set(std::make_shared<const pipeline::LedgerHead>(
      pipeline::LedgerHead{head_block(block, last_offset), std::move(snapshot)}));
  const std::lock_guard lock(mutex_);
  move_cursor(block);
  cursor_.validators = start.next;
  return {};
}

} // namespace tenon::host::link
