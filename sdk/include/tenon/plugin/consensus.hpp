// A consensus protocol and the replica it drives, in C++, on either side of the C tables in
// abi/consensus.h. Read that header for the meaning of each call and its threads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "tenon/abi/consensus.h"
#include "tenon/plugin/store.hpp"

namespace tenon::plugin {

struct ReplicaHead {
  std::uint64_t height = 0;
  std::uint64_t view = 0;
  Hash block_id;
};

// Most blocks between a block and the executed ancestor that decides its epoch.
inline constexpr std::uint64_t kConsensusLag = TENON_CONSENSUS_LAG;

struct Proposal {
  BytesView parent_header; // encoded
  Hash executed;           // nearest ancestor executed here
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  std::span<const Bytes> batches;
};

using ExecutedCallback = std::function<void(Result<Bytes> result_header)>;
using FinalizedCallback = std::function<void(Status)>;

// An import under way.
struct ReplicaImport {
  std::uint64_t height = 0;
  Hash block_id;
  std::vector<KeyHashSpan> missing; // in order; empty when everything is there
};

// How replicas take over a state from each other; see the functions of the same names in
// abi/consensus.h.
class StateTransfer {
public:
  virtual ~StateTransfer() = default;
  [[nodiscard]] virtual Result<std::uint64_t> oldest_block() const = 0;
  // Encoded StateTarget.
  [[nodiscard]] virtual Result<Bytes> export_target(std::uint64_t from_epoch,
                                                    std::uint64_t height) = 0;
  [[nodiscard]] virtual Result<Bytes> export_range(std::uint64_t height, const Hash& first,
                                                   std::uint64_t max_bytes) = 0;
  [[nodiscard]] virtual Status import_begin(BytesView target) = 0;
  [[nodiscard]] virtual Status import_range(std::uint64_t height, BytesView range) = 0;
  // Nothing when no import is under way.
  [[nodiscard]] virtual Result<std::optional<ReplicaImport>> import_missing() const = 0;
  virtual void import_finish(FinalizedCallback done) = 0;
  [[nodiscard]] virtual Status import_abandon() = 0;
};

// The host, as a consensus plugin sees it. Outlives the plugin's stop(); calls from any thread.
class ReplicaApp {
public:
  virtual ~ReplicaApp() = default;
  [[nodiscard]] virtual Result<ReplicaHead> head() const = 0;
  [[nodiscard]] virtual Status check(BytesView batch) = 0;
  [[nodiscard]] virtual Result<Bytes> propose(const Proposal& proposal) = 0;
  [[nodiscard]] virtual Status verify(BytesView block, BytesView parent_header,
                                      const Hash& executed) = 0;
  virtual void execute(BytesView block, ExecutedCallback done) = 0;
  virtual void finalized(const Hash& block_id, BytesView certificate, FinalizedCallback done) = 0;
  virtual void abandon(const Hash& block_id) = 0;
  [[nodiscard]] virtual Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                                BlockPart part) const = 0;
  // An encoded EpochSchedule.
  [[nodiscard]] virtual Result<Bytes> schedule(const Hash& executed) const = 0;
  // Null where the host has none.
  [[nodiscard]] virtual StateTransfer* state_transfer() { return nullptr; }
};

class Consensus {
public:
  virtual ~Consensus() = default;
  [[nodiscard]] virtual Status attach(ReplicaApp& app) = 0;
  [[nodiscard]] virtual Status submit(BytesView batch) = 0;
  // JSON: at least {"ready": bool, "reason": string}.
  [[nodiscard]] virtual Result<Bytes> describe() const = 0;
};

} // namespace tenon::plugin
