// The options that `tenon network init` and `tenon dev up` share. Main thread.
#pragma once

#include "network_plan.hpp"

namespace tenon::tool {

// How many nodes of each role.
void add_count_options(CLI::App& command, NetworkRequest& request);
// Where the nodes listen, which plugins they use and whom the Daml APIs serve.
void add_plugin_options(CLI::App& command, NetworkRequest& request);

} // namespace tenon::tool
