// ParticipantPruningService: forgets this node's history up to an offset. Active contracts stay,
// and so does the ledger itself, which operators prune (docs/spec/operators.md).
#pragma once

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_pruning_service(rpc::Methods& methods, const ServiceParts& parts);

} // namespace tenon::daml_api
