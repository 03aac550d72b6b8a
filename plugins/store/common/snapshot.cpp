#include "common/snapshot.hpp"

#include <algorithm>

#include "common/range_export.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::store {

using plugin::KeyClass;

namespace {

Status bad_latest(BytesView key) {
  return data_loss("the latest record of key " + to_hex(key) + " is cut short");
}

} // namespace

Result<std::optional<Bytes>> VersionReader::from_history(BytesView key) const {
  const auto end = prefix_end(history_prefix(key));
  const auto place = view_->iterate(Column::kHistory, history_key(key, height_), end);
  TENON_RETURN_IF_ERROR(place->status());
  if (!place->valid() || place->value().empty() || place->value()[0] == '\0') {
    return std::optional<Bytes>();
  }
  return std::optional<Bytes>(place->value().substr(1));
}

Result<std::optional<Bytes>> VersionReader::get(KeyClass key_class, BytesView key) const {
  if (key_class == KeyClass::kIndex)
    return view_->get(Column::kIndex, key);
  if (empty_)
    return std::optional<Bytes>();
  TENON_ASSIGN_OR_RETURN(auto record, view_->get(Column::kLatest, key));
  if (record) {
    std::uint64_t version = 0;
    BytesView entry;
    if (!decode_latest(*record, version, entry))
      return bad_latest(key);
    if (version <= height_) {
      record->erase(0, record->size() - entry.size());
      return record;
    }
  }
  if (latest_is_enough_)
    return std::optional<Bytes>();
  return from_history(key);
}

Status VersionReader::get_many(std::span<const BytesView> keys,
                               BackendView::FoundVisitor visit) const {
  return view_->get_many(
      Column::kLatest, keys, [&](std::size_t index, std::optional<BytesView> record) -> Status {
        std::uint64_t version = 0;
        BytesView entry;
        if (record && !decode_latest(*record, version, entry))
          return bad_latest(keys[index]);
        if (record && version <= height_)
          return visit(index, entry);
        if (latest_is_enough_)
          return visit(index, std::nullopt);
        TENON_ASSIGN_OR_RETURN(const auto older, from_history(keys[index]));
        return visit(index, older ? std::optional<BytesView>(*older) : std::nullopt);
      });
}

Status VersionReader::scan(KeyClass key_class, BytesView begin, BytesView end,
                           plugin::ScanVisitor visit) const {
  if (key_class == KeyClass::kState) {
    if (empty_)
      return {};
    return latest_is_enough_ ? scan_latest(begin, end, visit) : scan_versions(begin, end, visit);
  }
  const auto place = view_->iterate(Column::kIndex, begin, end);
  for (; place->valid(); place->next()) {
    if (!visit(place->key(), place->value()))
      return {};
  }
  return place->status();
}

Status VersionReader::scan_latest(BytesView begin, BytesView end, plugin::ScanVisitor visit) const {
  const auto place = view_->iterate(Column::kLatest, begin, end);
  for (; place->valid(); place->next()) {
    std::uint64_t version = 0;
    BytesView entry;
    if (!decode_latest(place->value(), version, entry))
      return bad_latest(place->key());
    if (!visit(place->key(), entry))
      return {};
  }
  return place->status();
}

// Every key that ever was has a history record, so the keys come from there; of each, the newest
// record that is not above this version.
Status VersionReader::scan_versions(BytesView begin, BytesView end,
                                    plugin::ScanVisitor visit) const {
  const auto bound = [](BytesView key) {
    Bytes prefix = history_prefix(key);
    prefix.resize(prefix.size() - 2); // without the terminator: all keys from this one on
    return prefix;
  };
  const Bytes first = bound(begin);
  const Bytes last = end.empty() ? Bytes() : bound(end);
  const auto place = view_->iterate(Column::kHistory, first, last);
  Bytes key;
  Bytes done;
  bool any_done = false;
  for (; place->valid(); place->next()) {
    std::uint64_t version = 0;
    if (!decode_history_key(place->key(), key, version)) {
      return data_loss("history key " + to_hex(place->key()) + " is malformed");
    }
    if (version > height_ || (any_done && key == done))
      continue;
    done = key;
    any_done = true;
    const BytesView value = place->value();
    if (value.empty() || value[0] == '\0')
      continue;
    if (!visit(key, value.substr(1)))
      return {};
  }
  return place->status();
}

Result<std::optional<Bytes>> CoreSnapshot::get(KeyClass key_class, BytesView key) const {
  return if_alive(find(key_class, key));
}

Result<std::optional<Bytes>> CoreSnapshot::find(KeyClass key_class, BytesView key) const {
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    const Overlay& overlay = (*layer)->overlays[static_cast<std::size_t>(key_class)];
    if (const Overlay::Item* const found = overlay.find(key))
      return found->entry ? std::optional(Bytes(*found->entry)) : std::optional<Bytes>();
  }
  return base_.get(key_class, key);
}

Status CoreSnapshot::scan(KeyClass key_class, BytesView begin, BytesView end,
                          plugin::ScanVisitor visit) const {
  const Status status =
      visit_merged(key_class, begin, end, [&](BytesView key, BytesView value) {
        return check_alive().ok() && visit(key, value);
      });
  TENON_RETURN_IF_ERROR(check_alive());
  return status;
}

Status CoreSnapshot::visit_merged(KeyClass key_class, BytesView begin, BytesView end,
                                  plugin::ScanVisitor visit) const {
  // The layers' changes in the range, newest winning, merged with the base as it is visited.
  std::map<BytesView, std::optional<BytesView>> merged;
  for (const auto& layer : layers_) {
    const Overlay& overlay = layer->overlays[static_cast<std::size_t>(key_class)];
    for (const auto& [key, entry] : overlay.range(begin, end))
      merged.insert_or_assign(key, entry);
  }
  auto pending = merged.cbegin();
  bool stopped = false;
  const auto visit_pending_below = [&](const BytesView* limit) {
    for (; !stopped && pending != merged.cend() && (limit == nullptr || pending->first < *limit);
         ++pending) {
      if (pending->second)
        stopped = !visit(pending->first, *pending->second);
    }
  };
  TENON_RETURN_IF_ERROR(base_.scan(key_class, begin, end, [&](BytesView key, BytesView value) {
    visit_pending_below(&key);
    if (stopped)
      return false;
    if (pending != merged.cend() && pending->first == key)
      return true; // hidden by a layer
    stopped = !visit(key, value);
    return !stopped;
  }));
  visit_pending_below(nullptr);
  return {};
}

Result<Tree> CoreSnapshot::tree() const {
  const std::lock_guard lock(tree_mutex_);
  if (!tree_) {
    TENON_ASSIGN_OR_RETURN(tree_, core_.tree_at(height_));
  }
  return *tree_;
}

Result<std::vector<Bytes>> CoreSnapshot::prove(std::span<const BytesView> keys) const {
  return if_alive(make_proofs(keys));
}

Result<std::vector<Bytes>> CoreSnapshot::make_proofs(std::span<const BytesView> keys) const {
  Timed timed(core_.options_.meter, Work::kProve);
  TENON_ASSIGN_OR_RETURN(const Tree tree, this->tree());
  std::vector<Bytes> proofs;
  proofs.reserve(keys.size());
  for (const BytesView key : keys) {
    TENON_ASSIGN_OR_RETURN(const merkle::SparseProof proof, tree.prove(crypto::sha256(key)));
    proofs.push_back(merkle::encode_proof(proof));
    timed.add(1, proofs.back().size());
  }
  return proofs;
}

Result<Bytes> CoreSnapshot::prove_many(std::span<const BytesView> keys) const {
  return if_alive(make_multi_proof(keys));
}

Result<Bytes> CoreSnapshot::make_multi_proof(std::span<const BytesView> keys) const {
  Timed timed(core_.options_.meter, Work::kProve);
  std::vector<Hash> hashes;
  hashes.reserve(keys.size());
  for (const BytesView key : keys)
    hashes.push_back(crypto::sha256(key));
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  TENON_ASSIGN_OR_RETURN(const Tree tree, this->tree());
  TENON_ASSIGN_OR_RETURN(const merkle::MultiProof proof, tree.prove_many(hashes));
  Bytes encoded = merkle::encode_multi_proof(proof);
  timed.add(hashes.size(), encoded.size());
  return encoded;
}

Result<Bytes> CoreSnapshot::export_range(const Hash& first, std::uint64_t max_bytes) const {
  if (!layers_.empty()) {
    return failed_precondition("a range was asked of a view with staged blocks; expected one of a "
                               "committed block, as snapshot() makes it");
  }
  return if_alive(make_range(first, max_bytes));
}

Result<Bytes> CoreSnapshot::make_range(const Hash& first, std::uint64_t max_bytes) const {
  Timed timed(core_.options_.meter, Work::kExport);
  TENON_ASSIGN_OR_RETURN(const Tree tree, this->tree());
  TENON_ASSIGN_OR_RETURN(Bytes range,
                         store::make_range(tree, base_, height_, first, max_bytes));
  timed.add(1, range.size());
  return range;
}

Result<std::unique_ptr<plugin::StoreSnapshot>> CoreStage::snapshot() const {
  const std::lock_guard lock(core_.mutex_);
  TENON_RETURN_IF_ERROR(staged_->generation->check_alive());
  std::vector<std::shared_ptr<const StagedBlock>> layers;
  std::optional<std::uint64_t> height = staged_->base;
  for (std::shared_ptr<const StagedBlock> block = staged_; block; block = block->parent) {
    height = block->height ? block->height : block->base;
    if (block->height)
      break; // committed, and so are all below it
    layers.insert(layers.begin(), block);
  }
  if (height)
    TENON_RETURN_IF_ERROR(core_.check_version(*height));
  // Others may have been committed since: on top of what this stands on, or beside it.
  const plugin::StoreHead& head = core_.head_;
  const bool at_head = height ? !head.empty && *height == head.height : head.empty;
  VersionReader base(core_.head_view_, !height, height.value_or(0), at_head);
  return std::unique_ptr<plugin::StoreSnapshot>(
      std::make_unique<CoreSnapshot>(core_, std::move(base), std::move(layers), staged_->tree,
                                     staged_->generation, height));
}

} // namespace tenon::store
