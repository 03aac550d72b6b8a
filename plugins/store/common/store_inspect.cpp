// StoreCore: what people and tools ask of it: the versions of a key, what a block changed.
#include "common/store_core.hpp"
#include "common/store_scrub.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

Status StoreCore::versions(BytesView key, plugin::VersionVisitor visit) const {
  std::shared_ptr<const BackendView> view;
  std::uint64_t oldest = 0;
  std::optional<Pin> pin;
  {
    const std::lock_guard lock(mutex_);
    view = head_view_;
    oldest = horizon_.readable.oldest_version;
    pin.emplace(generation_, oldest);
  }
  const Bytes begin = history_prefix(key);
  const auto place = view->iterate(Column::kHistory, begin, prefix_end(begin));
  Bytes decoded;
  for (; place->valid(); place->next()) {
    plugin::StoreVersion version;
    if (!decode_history_key(place->key(), decoded, version.height) || place->value().empty())
      return data_loss("the history of key " + to_hex(key) + " is malformed");
    if (place->value()[0] != '\0')
      version.entry = place->value().substr(1);
    // Of what is older than the oldest version, that one still shows what stood then.
    const bool last = version.height <= oldest;
    if ((version.entry || !last) && !visit(version))
      return {};
    if (last)
      return {};
  }
  return place->status();
}

Status StoreCore::changes(std::uint64_t height, plugin::ChangeVisitor visit) const {
  std::shared_ptr<const BackendView> view;
  {
    const std::lock_guard lock(mutex_);
    view = head_view_;
    if (head_.empty || height > head_.height)
      return not_found("there is no block " + std::to_string(height));
    if (height < horizon_.oldest_changes) {
      return out_of_range("what block " + std::to_string(height) +
                          " changed is no longer there: expected a block from " +
                          std::to_string(horizon_.oldest_changes) + " on");
    }
  }
  TENON_ASSIGN_OR_RETURN(const auto record, view->get(Column::kChanges, height_key(height)));
  if (!record)
    return data_loss("the change record of block " + std::to_string(height) + " is missing");
  TENON_ASSIGN_OR_RETURN(const ChangesRecord changes, decode_changes(*record));
  for (const TreeChange& change : changes.changes) {
    TENON_ASSIGN_OR_RETURN(const auto key, view->get(Column::kKeys, change.key_hash.view()));
    if (!visit({change.key_hash, key ? BytesView(*key) : BytesView(), change.old_value_hash,
                change.value_hash}))
      return {};
  }
  return {};
}

Result<plugin::StoreScrub> StoreCore::scrub(std::uint64_t random) {
  return scrub_->step(random);
}

} // namespace tenon::store
