// PackageService and PackageManagementService: which packages the ledger has, and new ones.
#pragma once

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_package_services(rpc::Methods& methods, const ServiceParts& parts);

} // namespace tenon::daml_api
