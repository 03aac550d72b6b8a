// What the node gives to the pipeline when it builds it: the parts it borrows (all of them outlive
// it) and the settings of this node. Settings that every replica must share are not here but in the
// genesis document.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ports/clock.hpp"
#include "ports/executor.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"
#include "ports/random.hpp"
#include "ports/signer.hpp"
#include "tenon/plugin/consensus.hpp"
#include "tenon/plugin/engine.hpp"
#include "tenon/plugin/store.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

// An engine under the id by which transactions name it.
struct EngineBinding {
  std::string id;
  plugin::Engine* engine = nullptr;
};

struct Parts {
  plugin::Store& store;
  std::vector<EngineBinding> engines;
  Signer& signer; // the node's own key
  Clock& clock;
  Random& random;
  Executor& executor;
  Log& log;
  Metrics& metrics;
};

// Bounds of this node; reaching one is answered with RESOURCE_EXHAUSTED.
struct Limits {
  std::size_t max_pending_commands = 16384;   // accepted, outcome not yet known
  std::size_t max_queued_bytes = 64u << 20;   // waiting to be put into a batch
  std::size_t max_command_bytes = 8u << 20;   // of one submission's command
  std::size_t max_batch_transactions = 512;   // in one signed batch
  std::size_t max_batches_in_flight = 2;      // given to consensus, not yet executed …
  std::uint64_t max_batch_flight_ms = 5'000;  // … and not waited for any longer than this
  std::size_t max_staged_blocks = 64;         // executed, not yet committed
  std::size_t max_pre_executions = 4096;      // results kept for reuse
  std::size_t max_cached_blocks = 64;         // decoded blocks kept for readers
  std::uint64_t default_deadline_ms = 30'000; // of a submission that names none
  std::uint64_t default_dedup_window_ms = 24ull * 3600 * 1000;
  std::size_t max_batch_bytes = 1u << 20; // a larger transaction goes alone
};

struct Options {
  Bytes genesis;      // the genesis document, byte for byte; the chain id is its SHA-256
  std::string client; // this node's client id in the ledger state
  Bytes unwedge;      // an OperatorCommand that ends a wedge; empty: none
  bool pre_execute = true;
  Limits limits;
  // Lets the store forget blocks and versions below a height, when operators have ordered it.
  // Called one at a time, beside everything else. Empty: the store keeps all.
  std::function<Status(std::uint64_t keep_from_height)> prune;
};

// With limits cut so that a batch that this node makes fits into a block of the ledger.
[[nodiscard]] Options within(const v1::LedgerParameters& parameters, Options options);

} // namespace tenon::host::pipeline
