// How much one block may hold of what clients are shown: what its transactions wrote, their events
// and outcomes. The bound keeps all of a block that one client node sees within one frame of the
// network (docs/spec/streams.md), and what a replica holds of a block in memory in proportion.
// Every replica counts the same. Step: block_executor. Owned by the execution of one block; one
// thread.
#pragma once

#include "tenon/plugin/engine.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

// All of a block's content; a frame has 32 MiB, and headers and proofs come with it.
inline constexpr std::uint64_t kMostBlockContentBytes = 29u << 20;
// Of a transaction beside its own bytes and its results: places, ids and hashes.
inline constexpr std::uint64_t kTransactionOverheadBytes = 256;
// Of an event or entry beside its bytes.
inline constexpr std::uint64_t kItemOverheadBytes = 96;
// Of the name of a reader, which takes little on the wire and much in memory.
inline constexpr std::uint64_t kReaderOverheadBytes = 64;
// The keys of what expired at the beginning of a block.
inline constexpr std::uint64_t kMostExpiredKeyBytes = 4u << 20;
// What is left for results in any block, however full it is.
inline constexpr std::uint64_t kLeastResultBytes = 4u << 20;

// May a ledger have blocks as large as its parameters say?
[[nodiscard]] bool leaves_room(const v1::LedgerParameters& parameters);

class BlockRoom {
public:
  // Within `leaves_room`.
  BlockRoom(std::uint64_t body_bytes, std::uint64_t transactions);

  // RESOURCE_EXHAUSTED when this block is full; INVALID_ARGUMENT when no block would do. Then
  // nothing is taken.
  [[nodiscard]] Status take(std::uint64_t bytes);
  // False, and nothing is taken, when it is not there.
  [[nodiscard]] bool take_if_there(std::uint64_t bytes);
  // All that the block holds so far.
  [[nodiscard]] std::uint64_t taken() const {
    return kMostBlockContentBytes - kMostExpiredKeyBytes - left_;
  }

private:
  std::uint64_t left_;
};

// What a client may be shown of the result, at most.
[[nodiscard]] std::uint64_t content_bytes(const plugin::ExecutionResult& result);

} // namespace tenon::host::pipeline
