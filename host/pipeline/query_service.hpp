// Answers about the state without consensus: engine queries under the asking parties, proofs, the
// list of parties; at the head or at an earlier height the store still has. Step R. Owned by the
// pipeline; any thread.
#pragma once

#include "pipeline/engine_set.hpp"
#include "pipeline/health.hpp"
#include "pipeline/ledger_head.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::host::pipeline {

class QueryService {
public:
  QueryService(const plugin::Store& store, const EngineSet& engines, const HeadHolder& head)
      : store_(store), engines_(engines), head_(head) {}

  [[nodiscard]] Result<v1::QueryResponse> query(const v1::QueryRequest& request) const;
  [[nodiscard]] Result<v1::LedgerProof> prove(const v1::ProofRequest& request) const;
  // For parties that the client hosts at the head, and no others.
  [[nodiscard]] Result<v1::LedgerProof> prove_for(const std::string& client,
                                                  const v1::ProofRequest& request) const;
  [[nodiscard]] Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) const;

private:
  // The state after one block.
  struct At {
    std::uint64_t height;
    std::uint64_t record_time_us;
    std::shared_ptr<const plugin::StoreSnapshot> snapshot;
    bool is_head; // of which alone there is an index
  };
  [[nodiscard]] Result<At> at(std::uint64_t height) const;
  [[nodiscard]] Result<Bytes> run(const At& where, const std::string& engine,
                                  std::span<const std::string> parties, BytesView request,
                                  ReadSet* reads) const;
  // The validators of the block, and how those of `from_epoch` handed over to them.
  [[nodiscard]] Status add_validators(const At& where, std::uint64_t from_epoch,
                                      v1::LedgerProof& proof) const;
  [[nodiscard]] Status add_certified_headers(std::uint64_t height, v1::LedgerProof& proof) const;
  [[nodiscard]] Status add_keys(const At& where, std::span<const Bytes> keys,
                                std::span<const std::string> parties, v1::LedgerProof& proof) const;

  const plugin::Store& store_;
  const EngineSet& engines_;
  const HeadHolder& head_;
};

} // namespace tenon::host::pipeline
