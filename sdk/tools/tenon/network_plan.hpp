// A network before it exists: how many replicas and client nodes, what they are called and where
// they listen, and the documents made from that. Used by `tenon network init`, `tenon dev up` and
// `tenon up`. Values only; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/genesis.hpp"
#include "session.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/endpoint.hpp"

namespace tenon::tool {

inline constexpr std::size_t kMaxReplicas = 64; // the ledger's own limit
inline constexpr std::size_t kMaxClients = 64;
inline constexpr std::size_t kDefaultClients = 1;
inline constexpr std::uint16_t kDefaultBasePort = 7600;

// On loopback.
struct LocalPorts {
  std::uint16_t rest = 0;
  std::uint16_t admin = 0;
  std::uint16_t ledger_api = 0;
  std::uint16_t json_api = 0;
};

// The Daml Ledger API and JSON API of client nodes.
enum class DamlApi {
  kTokens, // for whoever has a token that the node's key has signed
  kOpen,   // for everybody on the machine
  kNone,
};

// What the command line says.
struct NetworkRequest {
  std::size_t replicas = 0;           // 0: as many as there are hosts
  std::optional<std::size_t> clients; // kDefaultClients
  std::optional<std::uint32_t> max_byzantine;
  std::vector<std::string> hosts; // empty: all on this machine, from base_port on
  std::uint16_t base_port = kDefaultBasePort;
  std::optional<LocalPorts> first_client; // else in a row with the replicas', as the others'
  std::vector<std::string> engines = {"wasm", "daml"};
  std::optional<DamlApi> daml_api; // kTokens where the engine is, else kNone
  std::string store = "rocksdb";
  std::string consensus = "bft";
  std::vector<std::string> allocators; // names of replicas, or "all"
};

struct ReplicaPlan {
  std::string name;
  Endpoint address; // where the others find it
  Endpoint listen;
  Endpoint rest; // loopback, as the next
  Endpoint admin;
  bool may_allocate_parties = false;
};

// It dials the replicas, and nobody dials it. All addresses are of loopback.
struct ClientPlan {
  std::string name;
  Endpoint rest;
  Endpoint admin;
  Endpoint ledger_api; // unused, as the next, where the plan has no Daml API
  Endpoint json_api;
};

struct NetworkPlan {
  std::vector<ReplicaPlan> replicas;
  std::vector<ClientPlan> clients;
  std::uint32_t max_byzantine = 0;
  std::vector<std::string> engines;
  DamlApi daml_api = DamlApi::kNone;
  std::string store;
  std::string consensus;

  // So many make a result final …
  [[nodiscard]] std::size_t quorum() const;
  // … so that so many may be silent.
  [[nodiscard]] std::size_t may_be_silent() const { return replicas.size() - quorum(); }
};

// Refuses what could not run.
[[nodiscard]] Result<NetworkPlan> plan_network(const NetworkRequest& request);

// The configurations of one replica and of one client node, whose paths count from its own folder.
[[nodiscard]] Json replica_config(const NetworkPlan& plan, std::size_t index);
[[nodiscard]] Json client_config(const NetworkPlan& plan, std::size_t index);

// Public keys, in the order of the plan.
struct NetworkKeys {
  std::vector<Bytes> replicas;
  std::vector<Bytes> clients;
  std::vector<Bytes> operators; // one for each replica
};

[[nodiscard]] std::string operator_name(std::size_t index);

[[nodiscard]] std::string
network_genesis(const NetworkPlan& plan, const NetworkKeys& keys,
                const std::vector<host::pipeline::EngineFingerprint>& engines,
                std::uint64_t time_us);

} // namespace tenon::tool
