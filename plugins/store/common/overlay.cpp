#include "common/overlay.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

bool key_below(const Overlay::Item& item, BytesView key) {
  return item.key < key;
}

} // namespace

Result<Overlay> Overlay::make(std::span<const plugin::StoreWrite> writes,
                              plugin::KeyClass key_class) {
  Overlay overlay;
  std::size_t count = 0;
  std::size_t size = 0;
  for (const plugin::StoreWrite& write : writes) {
    if (write.key_class != key_class)
      continue;
    ++count;
    size += write.key.size() + (write.is_delete ? 0 : write.entry.size());
  }
  overlay.bytes_.reserve(size); // so that views into it stay
  overlay.items_.reserve(count);
  const auto keep = [&](BytesView bytes) {
    const std::size_t begin = overlay.bytes_.size();
    overlay.bytes_.insert(overlay.bytes_.end(), bytes.begin(), bytes.end());
    return BytesView(overlay.bytes_.data() + begin, bytes.size());
  };
  for (const plugin::StoreWrite& write : writes) {
    if (write.key_class != key_class)
      continue;
    Item& item = overlay.items_.emplace_back();
    item.key = keep(write.key);
    if (!write.is_delete)
      item.entry = keep(write.entry);
  }
  const auto by_key = [](const Item& a, const Item& b) { return a.key < b.key; };
  if (!std::is_sorted(overlay.items_.begin(), overlay.items_.end(), by_key))
    std::sort(overlay.items_.begin(), overlay.items_.end(), by_key);
  const auto twice = std::adjacent_find(
      overlay.items_.begin(), overlay.items_.end(),
      [](const Item& a, const Item& b) { return a.key == b.key; });
  if (twice != overlay.items_.end())
    return invalid_argument("key " + to_hex(twice->key) + " is written twice");
  return overlay;
}

const Overlay::Item* Overlay::find(BytesView key) const {
  const auto found = std::lower_bound(items_.begin(), items_.end(), key, key_below);
  return found != items_.end() && found->key == key ? &*found : nullptr;
}

std::span<const Overlay::Item> Overlay::range(BytesView begin, BytesView end) const {
  const auto first = std::lower_bound(items_.begin(), items_.end(), begin, key_below);
  const auto last =
      end.empty() ? items_.end() : std::lower_bound(first, items_.end(), end, key_below);
  return {first, std::max(first, last)};
}

} // namespace tenon::store
