// CommandInspectionService: what operators ask of the latest commands (services/command_log.hpp).
#pragma once

#include "services/command_log.hpp"
#include "services/service_parts.hpp"

namespace tenon::daml_api {

// Both outlive the methods.
void add_command_inspection_service(rpc::Methods& methods, const ServiceParts& parts,
                                    const CommandLog& log);

} // namespace tenon::daml_api
