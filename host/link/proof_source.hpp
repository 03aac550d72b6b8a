// Proofs for a client node: asked of a replica, checked here before anybody gets them. The block is
// one that this node knows, or a later one; what a query answered is computed again from the proved
// keys, by this node's own engine. That a range in it lacks no key is not proved. Owned by the
// client ledger; any thread, which waits for the answer.
#pragma once

#include <semaphore>

#include "link/projection.hpp"
#include "link/replica_link.hpp"
#include "pipeline/engine_set.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::host::link {

class ProofSource {
public:
  ProofSource(ReplicaLink& link, const pipeline::Genesis& genesis,
              const pipeline::EngineSet& engines, const Projection& projection)
      : link_(link), genesis_(genesis), engines_(engines), projection_(projection) {}

  // `preferred` is asked first. What one replica refuses, the next is asked for; UNAVAILABLE when
  // none is connected.
  [[nodiscard]] Result<v1::LedgerProof> prove(const v1::ProofRequest& request,
                                              const std::string& preferred);

private:
  [[nodiscard]] Result<pb::Answer> ask(const std::string& replica,
                                             const v1::ProofRequest& request);
  [[nodiscard]] Result<wire::ProvedState> verify(const v1::LedgerProof& proof) const;
  // Of a block not below `at_least`.
  [[nodiscard]] Status check(const v1::ProofRequest& request, const v1::LedgerProof& proof,
                             std::uint64_t at_least) const;
  [[nodiscard]] Status check_query(const v1::ProofRequest& request, const v1::LedgerProof& proof,
                                   std::uint64_t height, std::uint64_t record_time_us) const;

  ReplicaLink& link_;
  const pipeline::Genesis& genesis_;
  const pipeline::EngineSet& engines_;
  const Projection& projection_;
  std::counting_semaphore<> slots_{2}; // as many as a replica takes of one client
};

} // namespace tenon::host::link
