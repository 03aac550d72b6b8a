// The writes of one block in one key class, sorted by key. Immutable; any thread reads.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::store {

class Overlay {
public:
  struct Item {
    BytesView key;
    std::optional<BytesView> entry; // nothing: removed
  };

  Overlay() = default;
  // Copies what `writes` has of the class. No key may be there twice.
  static Result<Overlay> make(std::span<const plugin::StoreWrite> writes,
                              plugin::KeyClass key_class);
  Overlay(Overlay&&) = default;
  Overlay& operator=(Overlay&&) = default;

  [[nodiscard]] std::span<const Item> items() const { return items_; }
  // Null: this block does not write the key.
  [[nodiscard]] const Item* find(BytesView key) const;
  // begin <= key < end; an empty end is the end of all keys.
  [[nodiscard]] std::span<const Item> range(BytesView begin, BytesView end) const;

private:
  std::vector<char> bytes_; // of all keys and entries
  std::vector<Item> items_;
};

} // namespace tenon::store
