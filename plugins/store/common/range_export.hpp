// Makes a range of the state, as another replica asks for it, of one version of the keys and the
// tree over it. Pure but for what it reads; any thread.
#pragma once

#include "common/snapshot.hpp"

namespace tenon::store {

// Each entry is checked against its leaf: what is given is what the root says, or this replica has
// lost it.
[[nodiscard]] Result<Bytes> make_range(const Tree& tree, const VersionReader& version,
                                       std::uint64_t height, const Hash& first,
                                       std::uint64_t max_bytes);

} // namespace tenon::store
