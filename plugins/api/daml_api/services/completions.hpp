// CommandCompletionService: what became of the commands of an application.
#pragma once

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_completion_service(rpc::Methods& methods, const ServiceParts& parts);

} // namespace tenon::daml_api
