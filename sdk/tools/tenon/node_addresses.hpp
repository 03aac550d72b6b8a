// Where a node is found, as its configuration says. Values; any thread.
#pragma once

#include <string>

#include "session.hpp"

namespace tenon::tool {

struct NodeAddresses {
  std::string url;        // of the REST API, as the next empty when there is none
  std::string ledger_api; // HOST:PORT of Daml's, over gRPC
  std::string json_api;   // URL of Daml's
  std::string admin_url;  // of health and metrics
  bool tls = false;       // of the REST API
};

[[nodiscard]] NodeAddresses addresses_of(const Json& config);

} // namespace tenon::tool
