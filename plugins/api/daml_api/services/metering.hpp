// MeteringReportService: how many events each application made, hour by hour.
#pragma once

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_metering_service(rpc::Methods& methods, const ServiceParts& parts);

} // namespace tenon::daml_api
