// The ledger as API plugins see it (abi/host.h, tenon_host_ledger), in C++. Implemented by the
// pipeline, handed to plugins by host/services. Any thread.
#pragma once

#include <cstdint>
#include <functional>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host {

class LedgerService {
public:
  using CompletionCallback = std::function<void(const v1::Completion&)>;
  using HeadMovedCallback = std::function<void(std::uint64_t height)>;

  virtual ~LedgerService() = default;
  // When this fails, `done` is never called; otherwise exactly once.
  [[nodiscard]] virtual Status submit(const v1::Submission& submission,
                                      CompletionCallback done) = 0;
  [[nodiscard]] virtual Result<v1::QueryResponse> query(const v1::QueryRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::LedgerProof> prove(const v1::ProofRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::BlocksResponse> blocks(const v1::BlocksRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) = 0;
  // Fills the fields the pipeline knows: chain, head, readiness, consensus.
  virtual void fill_status(v1::StatusResponse& status) = 0;
  [[nodiscard]] virtual std::uint64_t watch(HeadMovedCallback head_moved) = 0;
  // Returns only when no call of that watch is under way.
  virtual void unwatch(std::uint64_t watch_id) = 0;
};

} // namespace tenon::host
