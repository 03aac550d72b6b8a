// The ledger of a client node: what API plugins ask, answered from the node's own store, which
// holds what its parties may see. Transactions go to the replicas; what became of them comes back
// in the stream that the node follows, page by page, each verified before it counts. Owned by the
// node; any thread unless said otherwise.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/members.hpp"
#include "pipeline/options.hpp"
#include "ports/ledger_service.hpp"
#include "ports/peers.hpp"

namespace tenon::host::link {

struct ClientParts {
  pipeline::Parts node; // the store is this client's own
  Peers& peers;         // its replicas
};

class ClientLedger final : public LedgerService {
public:
  // Opens the store: an empty one gets block 0, as the genesis document makes it; otherwise it must
  // be of this chain and this client. [main]
  static Result<std::unique_ptr<ClientLedger>> open(ClientParts parts, pipeline::Options options);
  ~ClientLedger() override;
  ClientLedger(const ClientLedger&) = delete;
  ClientLedger& operator=(const ClientLedger&) = delete;

  // Follows the replicas from here on. [main]
  [[nodiscard]] Status start();
  // Takes no further submission; reads go on. Then waits until every accepted command has its
  // outcome. DEADLINE_EXCEEDED, with the number of those left, when that takes longer. [main]
  [[nodiscard]] Status drain(std::uint64_t deadline_ms);
  // After it nothing of this object runs or will run; callers still waiting get UNAVAILABLE. [main]
  void stop();

  // Ends this node's service for good: somebody has found that it is broken.
  void halt(const Status& why);

  [[nodiscard]] Hash chain() const;
  [[nodiscard]] std::uint64_t ledger_time_us() const;

  // Who the network's nodes are, as far as this node has heard; ask again when the version moved.
  [[nodiscard]] Result<pipeline::Members> members() const;
  [[nodiscard]] std::uint64_t members_version() const;

  // LedgerService
  [[nodiscard]] Status submit(const v1::Submission& submission, CompletionCallback done) override;
  [[nodiscard]] Result<v1::QueryResponse> query(const v1::QueryRequest& request) override;
  // From a replica, verified here.
  [[nodiscard]] Result<v1::LedgerProof> prove(const v1::ProofRequest& request) override;
  [[nodiscard]] Result<v1::BlocksResponse> blocks(const v1::BlocksRequest& request) override;
  [[nodiscard]] Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest& request) override;
  [[nodiscard]] Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) override;
  void fill_status(v1::StatusResponse& status) override;
  [[nodiscard]] std::uint64_t watch(HeadMovedCallback head_moved) override;
  void unwatch(std::uint64_t watch_id) override;

private:
  struct Steps;
  explicit ClientLedger(std::unique_ptr<Steps> steps);

  std::unique_ptr<Steps> steps_;
};

} // namespace tenon::host::link
