// The ledger as an API sees it: the host's ledger service in protobuf messages. Implemented over
// the plugin border by HostLedger and by fakes in the tests. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "tenon/core/status.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::api {

class Ledger {
public:
  using Completed = std::function<void(v1::Completion completion)>;
  using HeadMoved = std::function<void(std::uint64_t height)>;

  // Ends when destroyed, waiting for a call under way.
  class Watch {
  public:
    virtual ~Watch() = default;
  };

  virtual ~Ledger() = default;
  // `done` is called exactly once, on any thread, when this returns OK, and never otherwise.
  [[nodiscard]] virtual Status submit(const v1::Submission& submission, Completed done) = 0;
  [[nodiscard]] virtual Result<v1::QueryResponse> query(const v1::QueryRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::LedgerProof> prove(const v1::ProofRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::BlocksResponse> blocks(const v1::BlocksRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) = 0;
  [[nodiscard]] virtual Result<v1::StatusResponse> status() = 0;
  [[nodiscard]] virtual Result<v1::PluginsResponse> plugins() = 0;
  // Tells of every new block from now on.
  [[nodiscard]] virtual Result<std::unique_ptr<Watch>> watch(HeadMoved head_moved) = 0;
};

} // namespace tenon::api
