// What the engines that a configuration names call themselves: needed to write a genesis document,
// before there is a ledger. Used by tenond; main thread.
#pragma once

#include <vector>

#include "node/config/node_config.hpp"
#include "pipeline/genesis.hpp"
#include "ports/log.hpp"

namespace tenon::host::node {

// Creates the engines alone, asks each for its fingerprint, and ends them. The node's data
// directory is neither read nor made: what engines keep on disk goes to a folder that is removed.
[[nodiscard]] Result<std::vector<pipeline::EngineFingerprint>>
describe_engines(const config::NodeConfig& config, Log& log);

} // namespace tenon::host::node
