// A network's folder, made once: a folder per node with its keys, its configuration and the genesis
// document, ready to be copied to the node's host; and the operators' keys, which no node needs.
// Used by `tenon network init` and `tenon dev up`; main thread.
//
//   genesis.json                     for whoever checks proofs
//   operators/operator-1.pem …       one for each of the people who sign operators' commands
//   replica-1/node.json              tenond --config replica-1/node.json
//   replica-1/data/genesis.json      the same bytes on every node
//   replica-1/data/keys/node.pem     and the keys of its REST API's tokens
//   client-1/ …                      a client node, likewise
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "network_plan.hpp"

namespace tenon::tool {

// What the engines of a node's configuration call themselves.
using AskEngines = std::function<Result<std::vector<host::pipeline::EngineFingerprint>>(
    const std::filesystem::path& config)>;

// By tenond, which loads the engines' plugins as it does for a node.
[[nodiscard]] Result<std::vector<host::pipeline::EngineFingerprint>>
ask_tenond(const std::filesystem::path& config);

enum class IfThere {
  kRefuse,
  kSetAside, // renamed to <folder>.1, .2 …: keys are never deleted
};

// The folder is there whole or not at all. The answer names the chain and the nodes.
[[nodiscard]] Result<Json> make_network(const NetworkPlan& plan,
                                        const std::filesystem::path& folder, IfThere if_there,
                                        const AskEngines& ask_engines);

} // namespace tenon::tool
