// The ledger that an API plugin meets while it is checked: open, without a block, with nobody to
// order what is submitted. Owned by the subject; any thread.
#pragma once

#include <atomic>

#include "ports/ledger_service.hpp"

namespace tenon::tool {

class IdleLedger final : public host::LedgerService {
public:
  [[nodiscard]] Status submit(const v1::Submission&, CompletionCallback) override {
    return unavailable("NOT_READY: this ledger is for the plugin's check and orders nothing");
  }
  [[nodiscard]] Result<v1::QueryResponse> query(const v1::QueryRequest&) override {
    return nothing();
  }
  [[nodiscard]] Result<v1::LedgerProof> prove(const v1::ProofRequest&) override {
    return nothing();
  }
  [[nodiscard]] Result<v1::BlocksResponse> blocks(const v1::BlocksRequest&) override {
    return v1::BlocksResponse();
  }
  [[nodiscard]] Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest&) override {
    return v1::TransactionsResponse();
  }
  [[nodiscard]] Result<v1::PartiesResponse> parties(const v1::PartiesRequest&) override {
    return v1::PartiesResponse();
  }
  void fill_status(v1::StatusResponse& status) override {
    status.add_reasons("this ledger is for the plugin's check");
  }
  // The head never moves, so nobody is ever called.
  [[nodiscard]] std::uint64_t watch(HeadMovedCallback) override { return ++watches_; }
  void unwatch(std::uint64_t) override {}

private:
  static Status nothing() { return not_found("this ledger holds nothing"); }

  std::atomic<std::uint64_t> watches_ = 0;
};

} // namespace tenon::tool
