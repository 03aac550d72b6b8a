// A network on this machine, brought up and down as a whole: made where it is missing, its nodes
// started together and waited for, told to end together. Used by `tenon dev` and `tenon up`; main
// thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "dev_network.hpp"
#include "network_plan.hpp"

namespace tenon::tool {

inline constexpr const char* kNetworkFolder = "data/network";

// The network in the folder, which is made when there is none, of 4 replicas and 1 client node
// where the request does not say. One that is there must have as many of each as the request says.
[[nodiscard]] Result<std::vector<DevNode>> find_or_make_network(Session& session,
                                                                const std::filesystem::path& folder,
                                                                NetworkRequest request);

// Starts those that do not run, replicas first, and waits until all are ready. What was started
// here is ended again when they do not come so far.
[[nodiscard]] Status start_nodes(Session& session, const std::vector<DevNode>& nodes,
                                 Lifetime lifetime, std::uint64_t timeout_ms);

// Sends the signal to those that run, and waits for their end.
[[nodiscard]] Status end_nodes(Session& session, const std::vector<DevNode>& nodes, int signal);

} // namespace tenon::tool
