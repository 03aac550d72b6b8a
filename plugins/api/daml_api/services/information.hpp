// What the ledger and this node are: LedgerIdentityService, LedgerConfigurationService,
// VersionService.
#pragma once

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_information_services(rpc::Methods& methods, const ServiceParts& parts);

} // namespace tenon::daml_api
