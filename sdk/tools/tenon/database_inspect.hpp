// What stands in the database of a stopped node under a key and in a block, as JSON. Pure; main
// thread.
#pragma once

#include "session.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::tool {

// The entry at the head, its proof checked against the head's root, and the versions before it.
[[nodiscard]] Result<Json> inspect_key(const plugin::Store& store, BytesView key);
// The parts of a block, decoded, and the keys that it changed.
[[nodiscard]] Result<Json> inspect_block(const plugin::Store& store, std::uint64_t height);

enum class ProofFormat { kNative, kMulti, kIcs23 };

// Proofs of keys after a block (kHeadHeight: the last one), each checked before it is given.
[[nodiscard]] Result<Json> prove_keys(const plugin::Store& store, std::span<const Bytes> keys,
                                      std::uint64_t height, ProofFormat format);

} // namespace tenon::tool
