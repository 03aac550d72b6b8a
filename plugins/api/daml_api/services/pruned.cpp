#include "services/pruned.hpp"

#include "submission/offset.hpp"

namespace tenon::daml_api {

Failure index_failure(const Status& status, const ServiceParts& parts,
                      const std::string& request) {
  Failure failure = Failure::from_status(status);
  if (&failure.code() != &codes::kParticipantPrunedDataAccessed)
    return failure;
  const std::string pruned = offset_text(parts.index.extent().pruned_up_to);
  return Failure(failure.code(), request + " pruned offset " + pruned)
      .with("earliest_offset", pruned);
}

} // namespace tenon::daml_api
