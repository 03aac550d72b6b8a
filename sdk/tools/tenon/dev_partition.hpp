// A network on this machine, cut into groups that do not reach each other: each node's
// configuration names whom it is cut off from (network.cut_off), and a node that runs reads it
// again. Used by `tenon dev`; main thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dev_network.hpp"

namespace tenon::tool {

// By node: whom it is cut off from.
using Cuts = std::map<std::string, std::vector<std::string>>;

// Groups as the command line gives them, "1,2" or "replica-1,replica-2": nodes of different groups
// do not reach each other, a node in none reaches everybody. A single group is apart from all the
// others.
[[nodiscard]] Result<Cuts> plan_cuts(const std::vector<DevNode>& nodes,
                                     const std::vector<std::string>& groups);

// Writes the cuts into the configurations, and tells the nodes that run; a node that is not among
// them is cut off from nobody.
[[nodiscard]] Status apply_cuts(const std::vector<DevNode>& nodes, const Cuts& cuts);

} // namespace tenon::tool
