// A fake ledger's base where the API under test asks for transactions and state only: what just the
// REST API asks is a fault.
#pragma once

#include "common/ledger/ledger.hpp"

namespace tenon::api {

class NarrowLedger : public Ledger {
public:
  Result<v1::LedgerProof> prove(const v1::ProofRequest&) override { return unexpected("a proof"); }
  Result<v1::BlocksResponse> blocks(const v1::BlocksRequest&) override {
    return unexpected("blocks");
  }
  Result<v1::PluginsResponse> plugins() override { return unexpected("plugins"); }

private:
  static Status unexpected(const std::string& what) {
    return fault("this API is not expected to ask the ledger for " + what);
  }
};

} // namespace tenon::api
