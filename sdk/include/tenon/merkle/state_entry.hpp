// What the ledger keeps under one STATE key, and how it is hashed. Pure; any thread.
// Format and vectors: docs/spec/merkle-proof.md.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::merkle {

// A decoded entry; the views borrow from the encoded one.
struct StateEntry {
  Hash salt;
  std::uint64_t expires_at_us = 0; // 0: never
  BytesView readers;               // encoded reader list
  BytesView value;
};

// 0x01 | salt 32 | expiry be64 | readers size be32 | readers | value
[[nodiscard]] Bytes encode_entry(const StateEntry& entry);
[[nodiscard]] Result<StateEntry> decode_entry(BytesView encoded);

// Is this what encode_entry() makes, with what encode_readers() makes? The hash below takes
// malformed bytes too, and some of them have the hash of an entry: who takes one from others asks
// this first.
[[nodiscard]] bool is_entry(BytesView encoded);

// SHA-256(salt || SHA-256(readers) || expiry be64 || value): the value hash of the leaf. Of
// malformed bytes, the plain SHA-256, so that a store can hash whatever it is given.
[[nodiscard]] Hash entry_hash(BytesView encoded);
[[nodiscard]] Hash entry_hash(const Hash& salt, const Hash& access_hash,
                              std::uint64_t expires_at_us, BytesView value);
// Of many encoded entries.
[[nodiscard]] std::vector<Hash> entry_hashes(std::span<const BytesView> encoded);
// What that is the SHA-256 of: what stands for the value where others hash it themselves.
[[nodiscard]] Bytes entry_preimage(const Hash& salt, const Hash& access_hash,
                                   std::uint64_t expires_at_us, BytesView value);

// Reader lists: parties sorted and unique, each as be16 size and bytes. "*" alone is public.
inline constexpr BytesView kPublicReader = "*";
[[nodiscard]] Bytes encode_readers(std::span<const std::string> readers);
[[nodiscard]] std::optional<std::vector<std::string>> decode_readers(BytesView encoded);
// Is the list public, or does it name one of `parties`?
[[nodiscard]] bool may_read(BytesView readers, std::span<const std::string> parties);

} // namespace tenon::merkle
