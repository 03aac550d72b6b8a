// From the configuration to checked, loaded plugins: every named plugin is found, inspected, its
// section validated against its own schema, and only then linked. All refusals are collected, so
// that an operator sees them at once. Used by the node and by the checks that start nothing; main.
#pragma once

#include <vector>

#include "loader/loader.hpp"
#include "node/config/node_config.hpp"

namespace tenon::host::node {

// A plugin with the section of the configuration that names it.
struct PlannedPlugin {
  const config::PluginUse* use = nullptr;
  loader::LoadedPlugin plugin;
};

struct PluginSet {
  std::vector<PlannedPlugin> plugins; // store, engines, consensus, apis: the order of starting
  std::vector<loader::Refusal> refusals;
};

// Runs no plugin code.
[[nodiscard]] std::vector<loader::Refusal> check_plugins(const config::NodeConfig& config);
// `config` outlives the result.
[[nodiscard]] PluginSet load_plugins(const config::NodeConfig& config);
// The engines alone, for what needs no more of the node.
[[nodiscard]] PluginSet load_engines(const config::NodeConfig& config);

} // namespace tenon::host::node
