// What a replica does for client nodes: takes their batches, and gives each what its parties may
// see of the ledger. Implemented by the pipeline, called by host/link for the client that the
// channel's key belongs to. Any thread; may read the disk, so not the network's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger.pb.h"
#include "tenon/v1/stream.pb.h"

namespace tenon::host {

class ClientService {
public:
  virtual ~ClientService() = default;
  // A signed batch, to consensus. OK says that it is queued, no more: what became of it stands in
  // the client's stream. The same batch may come again and commits once.
  [[nodiscard]] virtual Status submit_batch(const std::string& client, BytesView batch) = 0;
  // The next page of the client's stream; one without blocks when there is nothing new.
  [[nodiscard]] virtual Result<v1::StreamPage> stream(const v1::StreamRequest& request) = 0;
  // A part of what the client may see of the state after a block.
  [[nodiscard]] virtual Result<v1::StatePart> visible_state(const v1::StateRequest& request) = 0;
  // As LedgerService::prove, for parties that the client hosts and no others.
  [[nodiscard]] virtual Result<v1::LedgerProof> prove_for(const std::string& client,
                                                          const v1::ProofRequest& request) = 0;
  // Told of every new head, on a thread of the pipeline: return at once.
  [[nodiscard]] virtual std::uint64_t watch(std::function<void(std::uint64_t height)> moved) = 0;
  // Returns only when no call of that watch is under way.
  virtual void unwatch(std::uint64_t watch_id) = 0;
};

} // namespace tenon::host
