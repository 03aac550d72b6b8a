// EventQueryService: when a contract was created and archived, by its id or its key.
#pragma once

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_event_query_service(rpc::Methods& methods, const ServiceParts& parts);

} // namespace tenon::daml_api
