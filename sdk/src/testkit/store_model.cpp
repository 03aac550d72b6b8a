#include "tenon/testkit/store_model.hpp"

#include <algorithm>
#include <span>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ordered_tree.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::testkit {

using plugin::KeyClass;

namespace {

using LeafList = std::vector<std::pair<Hash, Hash>>;

Hash subtree_root(std::span<const std::pair<Hash, Hash>> leaves, std::size_t depth) {
  if (leaves.empty())
    return merkle::empty_hash();
  if (leaves.size() == 1)
    return merkle::leaf_hash(leaves[0].first, leaves[0].second);
  const auto middle = std::partition_point(leaves.begin(), leaves.end(), [&](const auto& leaf) {
    return !merkle::bit_at(leaf.first, depth);
  });
  const auto left = static_cast<std::size_t>(middle - leaves.begin());
  return merkle::inner_hash(subtree_root(leaves.first(left), depth + 1),
                            subtree_root(leaves.subspan(left), depth + 1));
}

Status mismatch(const std::string& what) {
  return failed_precondition(what);
}

Status expect_proof(BytesView encoded, const Hash& root, BytesView key, const Bytes* entry) {
  TENON_ASSIGN_OR_RETURN(const merkle::SparseProof proof, merkle::decode_proof(encoded));
  return merkle::verify_proof(proof, root, crypto::sha256(key),
                              entry != nullptr ? std::optional(merkle::entry_hash(*entry))
                                               : std::nullopt);
}

Status expect_proofs(const plugin::StoreSnapshot& view, const StoreModel::Entries& entries,
                     const Hash& root) {
  std::vector<BytesView> keys;
  for (const auto& [key, entry] : entries)
    keys.push_back(key);
  constexpr BytesView kAbsent[] = {"no such key", "nor this one", "x"};
  keys.insert(keys.end(), std::begin(kAbsent), std::end(kAbsent));
  TENON_ASSIGN_OR_RETURN(const std::vector<Bytes> proofs, view.prove(keys));
  if (proofs.size() != keys.size())
    return mismatch("prove() gave another number of proofs than keys were asked for");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto found = entries.find(Bytes(keys[i]));
    const Bytes* const entry = found == entries.end() ? nullptr : &found->second;
    const Status status = expect_proof(proofs[i], root, keys[i], entry);
    if (!status.ok())
      return status.with_context("proof of key " + to_hex(keys[i]));
  }
  return {};
}

} // namespace

std::vector<plugin::StoreWrite> ModelBlock::writes() const {
  std::vector<plugin::StoreWrite> result;
  for (const auto& [key_class, changes] :
       {std::pair(KeyClass::kState, &state), std::pair(KeyClass::kIndex, &index)}) {
    for (const auto& [key, entry] : *changes)
      result.push_back({key_class, !entry, key, entry ? BytesView(*entry) : BytesView()});
  }
  return result;
}

void StoreModel::commit(const ModelBlock& block) {
  Entries next = states_.empty() ? Entries() : states_.back();
  const auto apply = [](Entries& entries, const auto& changes) {
    for (const auto& [key, entry] : changes) {
      if (entry)
        entries[key] = *entry;
      else
        entries.erase(key);
    }
  };
  apply(next, block.state);
  apply(index_, block.index);
  states_.push_back(std::move(next));
}

Hash StoreModel::state_root(const Entries& entries) {
  LeafList leaves;
  for (const auto& [key, entry] : entries)
    leaves.emplace_back(crypto::sha256(key), merkle::entry_hash(entry));
  std::sort(leaves.begin(), leaves.end());
  return subtree_root(leaves, 0);
}

Hash StoreModel::writes_root(const ModelBlock& block) {
  std::map<Hash, std::optional<Hash>> sorted;
  for (const auto& [key, entry] : block.state) {
    sorted[crypto::sha256(key)] =
        entry ? std::optional(merkle::entry_hash(*entry)) : std::optional<Hash>();
  }
  std::vector<Hash> leaves;
  for (const auto& [key_hash, value_hash] : sorted)
    leaves.push_back(merkle::write_leaf(key_hash, value_hash ? &*value_hash : nullptr));
  return merkle::ordered_root(leaves);
}

ModelBlock random_block(std::mt19937& random, std::size_t writes, std::size_t keys) {
  ModelBlock block;
  for (std::size_t i = 0; i < writes; ++i) {
    const Bytes key = "key " + std::to_string(random() % keys);
    const Bytes value = "value " + std::to_string(random());
    auto& changes = random() % 8 == 0 ? block.index : block.state;
    changes[key] = random() % 4 == 0 ? std::nullopt : std::optional(value);
  }
  return block;
}

ModelLog::ModelLog(std::uint64_t height) : height_(height) {
  for (std::size_t i = 0; i < parts_.size(); ++i)
    parts_[i] = "part " + std::to_string(i) + " of block " + std::to_string(height);
}

plugin::StoreBlock ModelLog::block() const {
  plugin::StoreBlock block;
  block.height = height_;
  block.block_id = crypto::sha256("block " + std::to_string(height_));
  block.result_hash = crypto::sha256("result " + std::to_string(height_));
  for (std::size_t i = 0; i < parts_.size(); ++i)
    block.parts[i] = parts_[i];
  return block;
}

Result<plugin::StoreRoots> commit_block(plugin::Store& store, std::uint64_t height,
                                        const ModelBlock& block, bool sync) {
  TENON_ASSIGN_OR_RETURN(auto stage, store.stage(nullptr, block.writes()));
  const plugin::StoreRoots roots = stage->roots();
  const ModelLog log(height);
  TENON_RETURN_IF_ERROR(store.commit(*stage, log.block(), sync));
  return roots;
}

Status expect_entries(const plugin::StoreSnapshot& view, KeyClass key_class,
                      const StoreModel::Entries& expected) {
  std::vector<std::pair<Bytes, Bytes>> scanned;
  TENON_RETURN_IF_ERROR(view.scan(key_class, "", "", [&](BytesView key, BytesView value) {
    scanned.emplace_back(key, value);
    return true;
  }));
  if (!std::equal(scanned.begin(), scanned.end(), expected.begin(), expected.end(),
                  [](const auto& a, const auto& b) {
                    return a.first == b.first && a.second == b.second;
                  })) {
    return mismatch("a scan of everything gave " + std::to_string(scanned.size()) +
                    " entries that are not the " + std::to_string(expected.size()) + " expected");
  }
  for (const auto& [key, entry] : expected) {
    TENON_ASSIGN_OR_RETURN(const auto found, view.get(key_class, key));
    if (found != entry)
      return mismatch("get of key " + to_hex(key) + " differs from the scan");
  }
  TENON_ASSIGN_OR_RETURN(const auto absent, view.get(key_class, "no such key"));
  return absent ? mismatch("get of an absent key gave a value") : Status();
}

Status expect_version(const plugin::Store& store, const StoreModel& model, std::size_t height,
                      const Hash* root) {
  const std::string where = "at height " + std::to_string(height);
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(height));
  const StoreModel::Entries& entries = model.state(height);
  Status status = expect_entries(*view, KeyClass::kState, entries);
  if (status.ok() && root != nullptr)
    status = expect_proofs(*view, entries, *root);
  return status.ok() ? status : status.with_context(where);
}

} // namespace tenon::testkit
