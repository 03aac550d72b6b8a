// A block log as a file: what `tenon db export` writes and `tenond --replay` reads, so that a ledger
// can be carried to another store. Format: docs/spec/wire.md. Pure; any thread.
#pragma once

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::wire {

inline constexpr BytesView kBlockLogMagic = "tenon block log 1\n";

struct BlockRecord {
  Bytes header;
  Bytes body;
  Bytes result_header;
  Bytes certificate; // empty when a later block's covers this one
};

// The parts in the order above, each as be32 size and bytes. In the file every record is preceded
// by its own size as be32.
[[nodiscard]] Bytes encode_block_record(const BlockRecord& record);
[[nodiscard]] Result<BlockRecord> decode_block_record(BytesView encoded);

} // namespace tenon::wire
