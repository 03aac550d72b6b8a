// The OpenAPI 3.1 document, generated from the route table, so that it cannot say anything else.
// Made once at start.
#pragma once

#include <string>

namespace tenon::api::rest {

// `version` is the node's, `server` the address it listens on, as a URL.
[[nodiscard]] std::string openapi_document(std::string_view version, std::string_view server);

} // namespace tenon::api::rest
