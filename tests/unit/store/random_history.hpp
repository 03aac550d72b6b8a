// Random histories of a store: blocks of puts and removals, stages that are given up, prunings and
// restarts, compared with an ordered map and the tree by its definition. What was committed is also
// written as a script for the outside oracle (tests/compat/jmt). One thread.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tenon/plugin/store.hpp"

namespace tenon::store {

enum class Distribution {
  kEven,           // over a few thousand keys, one change in three a removal
  kMostlyRemovals, // so that the tree keeps falling together
  kFewKeys,        // eight of them, each removed and put again all the time
  kSharedPrefixes, // of keys whose hashes begin with the same twenty bits and more
};
inline constexpr std::array kDistributions = {Distribution::kEven, Distribution::kMostlyRemovals,
                                              Distribution::kFewKeys,
                                              Distribution::kSharedPrefixes};

struct History {
  std::string script;               // docs at the top of tests/compat/jmt/src/main.rs
  std::vector<std::string> answers; // ours, in hex: roots and proofs
};

// Opens the store that the history is about, again after each time that it was let go of.
using OpenStore = std::function<Result<std::unique_ptr<plugin::Store>>()>;

// So many puts and removals, in blocks. Fails where the store is not what the map says.
[[nodiscard]] Result<History> live_through(const OpenStore& open, Distribution distribution,
                                           unsigned seed, std::size_t operations);

} // namespace tenon::store
