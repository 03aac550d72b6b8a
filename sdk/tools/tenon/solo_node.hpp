// A solo node as the tool starts one: `tenon up` in the foreground, benchmarks in a folder of their
// own. Main thread.
#pragma once

#include <filesystem>
#include <string>

#include "child_node.hpp"
#include "node_addresses.hpp"

namespace tenon::tool {

struct SoloNode {
  ChildNode child;
  NodeAddresses addresses;
  std::filesystem::path log_file;
};

// Reads the addresses from the node's configuration, then starts tenond on it.
[[nodiscard]] Result<SoloNode> start_solo_node(const std::filesystem::path& config,
                                               const std::filesystem::path& data_directory);

// The configuration of a solo node that comes with this installation.
[[nodiscard]] Result<std::filesystem::path> default_config();

} // namespace tenon::tool
