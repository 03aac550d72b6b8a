// ConfigManagementService: the time model that clients may read and operators set. It is the
// participant's word on how times behave; what the ledger accepts is the engine's setting.
#pragma once

#include "participant/store.hpp"
#include "services/service_parts.hpp"

namespace tenon::daml_api {

// Both outlive the methods.
void add_configuration_service(rpc::Methods& methods, const ServiceParts& parts,
                               ParticipantStore& store);

} // namespace tenon::daml_api
