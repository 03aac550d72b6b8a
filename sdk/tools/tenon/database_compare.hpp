// Whether two stores hold the same ledger: block by block where both have blocks, and entry by
// entry at one height. Takes time in proportion to what is there, and memory for a few entries.
// Pure; main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tenon/core/function_ref.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::tool {

struct KeyDifference {
  enum class Kind { kOnlyFirst, kOnlySecond, kOtherEntry };
  Bytes key;
  Kind kind = Kind::kOtherEntry;
};

struct Comparison {
  // Heights of which both have the block; nothing when there are none.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> common;
  // The first of them at which something differs, and what.
  std::optional<std::uint64_t> first_difference;
  std::string what;
  bool state_roots_differ = false;
  // At which height entries were compared: the one above, or else the last common one. Nothing when
  // one of the two no longer has that version.
  std::optional<std::uint64_t> state_height;
  std::uint64_t entries = 0;          // under different keys, in one or both
  std::uint64_t different_keys = 0;
  std::vector<KeyDifference> keys; // the first ones

  [[nodiscard]] bool equal() const {
    return common && !first_difference && different_keys == 0;
  }
};

// At most `limit` keys are named. `progress` gets the number of blocks, then of entries.
[[nodiscard]] Result<Comparison> compare_stores(const plugin::Store& first,
                                                const plugin::Store& second, std::size_t limit,
                                                FunctionRef<void(std::uint64_t done)> progress);

} // namespace tenon::tool
