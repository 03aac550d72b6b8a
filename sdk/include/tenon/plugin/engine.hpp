// An execution engine, in C++: what engine plugins derive from and what the host calls, on either
// side of the C table in abi/engine.h. Read that header for the meaning of each call, its threads
// and the rules of determinism.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tenon/abi/engine.h"
#include "tenon/plugin/store.hpp"

namespace tenon::plugin {

// The engine's own keyspace. Owned by the host, borrowed for the call it is an argument of.
class StateView {
public:
  virtual ~StateView() = default;
  // Nothing when absent. PERMISSION_DENIED (queries only) when it exists or not but may not be
  // seen.
  [[nodiscard]] virtual Result<std::optional<Bytes>> get(BytesView key) const = 0;
  [[nodiscard]] virtual Status scan(BytesView begin, BytesView end, ScanVisitor visit) const = 0;
  // Of INDEX entries, in queries of the last block whose answer is not to be proved.
  [[nodiscard]] virtual Status scan_index(BytesView begin, BytesView end,
                                          ScanVisitor visit) const = 0;
  // Whether the ledger has this party.
  [[nodiscard]] virtual Result<bool> has_party(BytesView party) const = 0;
};

// What views answer that show no index.
[[nodiscard]] inline Status no_index_here() {
  return failed_precondition("NO_INDEX: the index can be read in queries of the last block only, "
                             "and not where the answer is to be proved");
}

// What an engine sees of a transaction (execute), of a submission (prepare: id, payload and seed
// are empty) or of a caller (query: act_as is empty, read_as holds all the parties).
struct EngineTransaction {
  Hash id;
  BytesView payload;
  std::span<const std::string> act_as;
  std::span<const std::string> read_as;
  Hash seed{}; // another one for each transaction; only its submitters and replicas know it
};

struct EngineContext {
  std::uint64_t height = 0;
  std::uint64_t record_time_us = 0;
};

struct EngineWrite {
  KeyClass key_class = KeyClass::kState;
  Bytes key;
  std::optional<Bytes> value; // nothing: remove the key
  std::vector<std::string> readers;
  std::uint64_t expires_at_us = 0;
};

struct EngineEvent {
  Bytes payload;
  std::vector<std::string> readers;
};

struct ExecutionResult {
  std::vector<EngineWrite> writes;
  std::vector<EngineEvent> events;
  Bytes response;
  std::uint64_t min_time_us = 0;
  std::uint64_t max_time_us = UINT64_MAX;
};

class Engine {
public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual Result<Hash> fingerprint() const = 0;
  // A failure that is no fault rejects the transaction. Its message is part of the outcome, the
  // same on every replica; a message "REASON: text" with REASON in upper snake case gives the
  // outcome that stable reason.
  [[nodiscard]] virtual Result<ExecutionResult> execute(const StateView& view,
                                                        const EngineTransaction& transaction,
                                                        const EngineContext& context) = 0;
  [[nodiscard]] virtual Result<Bytes> prepare(const StateView& view, BytesView command,
                                              const EngineTransaction& submitter) = 0;
  [[nodiscard]] virtual Result<Bytes> query(const StateView& view, BytesView request,
                                            const EngineTransaction& caller,
                                            const EngineContext& context) = 0;
  // The INDEX entries that follow from one STATE entry; an engine without an index has none.
  [[nodiscard]] virtual Result<std::vector<EngineWrite>> index_of(BytesView, BytesView) {
    return std::vector<EngineWrite>();
  }
  // An event's payload as JSON, which it is already unless the engine says otherwise.
  [[nodiscard]] virtual Result<Bytes> event_json(BytesView payload) { return Bytes(payload); }
};

} // namespace tenon::plugin
