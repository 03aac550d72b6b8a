// The ledger as one object: what API plugins ask (LedgerService), what client nodes ask
// (ClientService) and what consensus drives (ReplicaApp). It owns one object per step of a
// request's path — admission, pre_executor, proposer, block_executor, committer, event_hub,
// completion_table, query_service — and only connects them. Owned by the node; any thread unless
// said otherwise.
#pragma once

#include <memory>

#include "pipeline/members.hpp"
#include "pipeline/options.hpp"
#include "ports/client_service.hpp"
#include "ports/ledger_service.hpp"

namespace tenon::host::pipeline {

class Pipeline final : public LedgerService, public ClientService, public plugin::ReplicaApp {
public:
  // Opens the ledger: store and engines are started. On an empty store it commits the genesis
  // block; otherwise it checks that the store holds this chain, under these engines, up to its
  // head. [main]
  static Result<std::unique_ptr<Pipeline>> open(Parts parts, Options options);
  ~Pipeline() override;
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Names the consensus that submissions go to, which has been given this object by attach() and
  // outlives stop(). Until then the node is not ready. [main]
  void connect(plugin::Consensus& consensus);
  // Takes no further submission; reads go on. Then waits until every accepted command has its
  // outcome. DEADLINE_EXCEEDED, with the number of those left, when that takes longer. [main]
  [[nodiscard]] Status drain(std::uint64_t deadline_ms);
  // After it no task of the pipeline runs or will run; callers still waiting get UNAVAILABLE. Call
  // it after consensus has stopped. [main]
  void stop();

  // Ends this replica's part in the ledger for good: somebody has found that it is broken.
  void halt(const Status& why);

  [[nodiscard]] Hash chain() const;
  // Record time of the last committed block.
  [[nodiscard]] std::uint64_t ledger_time_us() const;

  // Who the network's nodes are at the head; ask again when the version has moved.
  [[nodiscard]] Result<Members> members() const;
  [[nodiscard]] std::uint64_t members_version() const;

  // LedgerService
  [[nodiscard]] Status submit(const v1::Submission& submission, CompletionCallback done) override;
  [[nodiscard]] Result<v1::QueryResponse> query(const v1::QueryRequest& request) override;
  [[nodiscard]] Result<v1::LedgerProof> prove(const v1::ProofRequest& request) override;
  [[nodiscard]] Result<v1::BlocksResponse> blocks(const v1::BlocksRequest& request) override;
  [[nodiscard]] Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest& request) override;
  [[nodiscard]] Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) override;
  void fill_status(v1::StatusResponse& status) override;
  [[nodiscard]] std::uint64_t watch(HeadMovedCallback head_moved) override;
  void unwatch(std::uint64_t watch_id) override;

  // ClientService; watch and unwatch are those above
  [[nodiscard]] Status submit_batch(const std::string& client, BytesView batch) override;
  [[nodiscard]] Result<v1::StreamPage> stream(const v1::StreamRequest& request) override;
  [[nodiscard]] Result<v1::StatePart> visible_state(const v1::StateRequest& request) override;
  [[nodiscard]] Result<v1::LedgerProof> prove_for(const std::string& client,
                                                  const v1::ProofRequest& request) override;

  // ReplicaApp
  [[nodiscard]] Result<plugin::ReplicaHead> head() const override;
  [[nodiscard]] Status check(BytesView batch) override;
  [[nodiscard]] Result<Bytes> propose(const plugin::Proposal& proposal) override;
  [[nodiscard]] Status verify(BytesView block, BytesView parent_header,
                              const Hash& executed) override;
  void execute(BytesView block, plugin::ExecutedCallback done) override;
  void finalized(const Hash& block_id, BytesView certificate,
                 plugin::FinalizedCallback done) override;
  void abandon(const Hash& block_id) override;
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        plugin::BlockPart part) const override;
  [[nodiscard]] Result<Bytes> schedule(const Hash& executed) const override;
  [[nodiscard]] plugin::StateTransfer* state_transfer() override;

private:
  struct Steps;
  explicit Pipeline(std::unique_ptr<Steps> steps);

  std::unique_ptr<Steps> steps_;
};

} // namespace tenon::host::pipeline
