// The ledger service across the plugin border: encodes requests, decodes answers. Owned by the
// plugin object; any thread.
#pragma once

#include "common/ledger/ledger.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::api {

class HostLedger final : public Ledger {
public:
  explicit HostLedger(plugin::Ledger ledger) : ledger_(ledger) {}

  Status submit(const v1::Submission& submission, Completed done) override;
  Result<v1::QueryResponse> query(const v1::QueryRequest& request) override;
  Result<v1::LedgerProof> prove(const v1::ProofRequest& request) override;
  Result<v1::BlocksResponse> blocks(const v1::BlocksRequest& request) override;
  Result<v1::TransactionsResponse> transactions(const v1::TransactionsRequest& request) override;
  Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) override;
  Result<v1::StatusResponse> status() override;
  Result<v1::PluginsResponse> plugins() override;
  Result<std::unique_ptr<Watch>> watch(HeadMoved head_moved) override;

private:
  plugin::Ledger ledger_;
};

} // namespace tenon::api
