// The records a store keeps in its columns and the keys they stand under. Pure; any thread.
// Format: docs/spec/store-format.md.
#pragma once

#include <vector>

#include "common/tree/tree.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::store {

inline constexpr std::uint32_t kFormatVersion = 2;
// Before it, there was no column "keys"; opening such a database fills it.
inline constexpr std::uint32_t kFormatWithoutKeys = 1;

// Keys of the column "meta".
inline constexpr BytesView kMetaFormat = "format";   // be32
inline constexpr BytesView kMetaChain = "chain";     // 32 bytes
inline constexpr BytesView kMetaHead = "head";       // HeadRecord
inline constexpr BytesView kMetaNodes = "nodes";     // NodesRecord
inline constexpr BytesView kMetaSlot = "slot";       // u8; absent: the first
inline constexpr BytesView kMetaHorizon = "horizon"; // HorizonRecord; absent: all zeros
inline constexpr BytesView kMetaUnindexed = "unindexed"; // an imported state without its index
inline constexpr BytesView kMetaImport = "import";   // the target, while an import is under way
// "range" and the first key hash of a span that the import has covered → its last.
inline constexpr BytesView kMetaRange = "range";

// Every record ends in four bytes of its SHA-256, so that damage is found where it lies.
[[nodiscard]] Bytes seal(Bytes record);
// The record without its seal; DATA_LOSS naming `what` when the seal does not fit.
[[nodiscard]] Result<BytesView> unseal(BytesView sealed, std::string_view what);

[[nodiscard]] Bytes encode_head(const plugin::StoreHead& head);
[[nodiscard]] Result<plugin::StoreHead> decode_head(BytesView encoded);

// Up to which block the pages on disk describe the tree, and how its root stands there: nothing, a
// lone leaf, or the page at the empty path.
struct NodesRecord {
  bool empty = true; // no block yet
  std::uint64_t height = 0;
  Place root;
};
[[nodiscard]] Bytes encode_nodes(const NodesRecord& record);
[[nodiscard]] Result<NodesRecord> decode_nodes(BytesView encoded);

// What can still be read, and how far what cannot has been removed.
struct HorizonRecord {
  plugin::StoreHorizon readable;
  std::uint64_t oldest_changes = 0; // the first height whose change record is still there
};
[[nodiscard]] Bytes encode_horizon(const HorizonRecord& record);
[[nodiscard]] Result<HorizonRecord> decode_horizon(BytesView encoded);

[[nodiscard]] Bytes encode_target(const plugin::StoreTarget& target);
[[nodiscard]] Result<plugin::StoreTarget> decode_target(BytesView encoded);
[[nodiscard]] Bytes range_key(const Hash& first);

// What one block did to the tree: its root afterwards and every change, old value included, so that
// it can be applied in both directions.
struct ChangesRecord {
  Hash state_root;
  std::vector<TreeChange> changes;
};
[[nodiscard]] Bytes encode_changes(const ChangesRecord& record);
[[nodiscard]] Result<ChangesRecord> decode_changes(BytesView encoded);

// A value of the column "latest": be64 height of the block that wrote it, then the entry.
[[nodiscard]] Bytes encode_latest(std::uint64_t height, BytesView entry);
[[nodiscard]] bool decode_latest(BytesView record, std::uint64_t& height, BytesView& entry);

// Key of the column "history": the escaped key, then the height counted downwards, so that the
// first record at or after history_key(key, h) is the newest one not above h.
[[nodiscard]] Bytes history_key(BytesView key, std::uint64_t height);
[[nodiscard]] Bytes history_prefix(BytesView key);
[[nodiscard]] bool decode_history_key(BytesView encoded, Bytes& key, std::uint64_t& height);
// Its value: 0x01 and the entry, or 0x00 for a removal.
[[nodiscard]] Bytes encode_history(bool present, BytesView entry);

[[nodiscard]] Bytes height_key(std::uint64_t height);
[[nodiscard]] Bytes block_key(std::uint64_t height, plugin::BlockPart part);

} // namespace tenon::store
