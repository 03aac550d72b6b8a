// The state after one block as a file: as lines of JSON, or as the proved ranges that replicas give
// each other (docs/spec/state-file.md). Everything is checked against the state root before it is
// written. Pure but for the stream; main thread.
#pragma once

#include <iosfwd>

#include "tenon/core/function_ref.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::tool {

enum class StateFormat { kJsonLines, kRanges };

struct StateReport {
  std::uint64_t height = 0;
  Hash state_root; // that everything written was checked against
  std::uint64_t entries = 0;
  std::uint64_t ranges = 0;
};

// Of a committed block; kHeadHeight: of the last one. `progress` gets the number of entries.
[[nodiscard]] Result<StateReport> export_state(const plugin::Store& store, const Hash& chain,
                                               std::uint64_t height, StateFormat format,
                                               std::ostream& out,
                                               FunctionRef<void(std::uint64_t done)> progress);

} // namespace tenon::tool
