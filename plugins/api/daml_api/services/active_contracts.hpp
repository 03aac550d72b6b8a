// ActiveContractsService: the contracts that are active at the ledger's end, or at an earlier
// offset.
#pragma once

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_active_contracts_service(rpc::Methods& methods, const ServiceParts& parts);

} // namespace tenon::daml_api
