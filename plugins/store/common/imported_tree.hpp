// The tree of an imported state, made of what was written, not of what was received: each entry is
// read back. An attempt that a crash ended has left some of the same pages. One thread, which makes
// more for the time that it takes.
#pragma once

#include "common/backend.hpp"
#include "common/tree/place.hpp"

namespace tenon::store {

// Writes its pages beside the entries in the slot; the root.
[[nodiscard]] Result<Place> build_imported_tree(Backend& backend, Slot slot);

} // namespace tenon::store
