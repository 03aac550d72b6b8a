#include "network_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "tenon/core/encoding.hpp"
#include "tenon/core/nearest_word.hpp"

namespace tenon::tool {
namespace {

constexpr std::uint16_t kPortsPerReplica = 3; // other nodes, REST, admin
constexpr std::uint16_t kRest = 1;
constexpr std::uint16_t kAdmin = 2;
constexpr std::uint16_t kLedgerApi = 3; // of client nodes, as the next
constexpr std::uint16_t kJsonApi = 4;
constexpr std::uint16_t kPortStride = 10;
constexpr const char* kLoopback = "127.0.0.1";
constexpr const char* kEverybody = "all";
constexpr const char* kDamlEngine = "daml";

Status check_counts(const NetworkRequest& request, std::size_t replicas) {
  if (!request.hosts.empty() && request.replicas != 0 && request.hosts.size() != request.replicas) {
    return invalid_argument("--hosts lists " + std::to_string(request.hosts.size()) +
                            " addresses, expected one for each of the " +
                            std::to_string(request.replicas) + " replicas");
  }
  if (replicas == 0 || replicas > kMaxReplicas) {
    return invalid_argument("expected 1 to " + std::to_string(kMaxReplicas) + " replicas, found " +
                            std::to_string(replicas) +
                            ": name a number with --replicas, or addresses with --hosts");
  }
  if (const std::size_t clients = request.clients.value_or(kDefaultClients); clients > kMaxClients)
    return invalid_argument("expected at most " + std::to_string(kMaxClients) +
                            " client nodes, found " + std::to_string(clients) +
                            ": lower --clients; operators add more later");
  const std::uint64_t byzantine = request.max_byzantine.value_or(0);
  if (replicas < 3 * byzantine + 1) {
    return invalid_argument("expected " + std::to_string(3 * byzantine + 1) +
                            " replicas or more to survive " + std::to_string(byzantine) +
                            " Byzantine ones, found " + std::to_string(replicas) +
                            ": raise --replicas or lower --max-byzantine");
  }
  return ok_status();
}

Endpoint beside(const Endpoint& endpoint, std::uint16_t distance, std::string host) {
  return {std::move(host), static_cast<std::uint16_t>(endpoint.port + distance)};
}

// Other machines reach it at every address of its own; one that is for this machine stays here.
std::string listening_host(const Endpoint& address) {
  if (is_loopback(address))
    return address.host;
  return address.host.find(':') == std::string::npos ? "0.0.0.0" : "::";
}

// The first of the ports of a node on this machine; client nodes come after the replicas.
Result<Endpoint> local_address(const NetworkRequest& request, std::size_t index) {
  const std::size_t port = request.base_port + index * kPortStride;
  if (port + kJsonApi > UINT16_MAX) {
    return invalid_argument("the ports from --base-port " + std::to_string(request.base_port) +
                            " on do not suffice: node " + std::to_string(index + 1) +
                            " would listen at " + std::to_string(port) + "; choose a lower one");
  }
  return Endpoint{kLoopback, static_cast<std::uint16_t>(port)};
}

Result<Endpoint> address_of(const NetworkRequest& request, std::size_t index) {
  if (request.hosts.empty())
    return local_address(request, index);
  const std::string& text = request.hosts[index];
  auto address = parse_endpoint(text);
  if (!address || address->port == 0 || address->port + kPortsPerReplica > UINT16_MAX) {
    return invalid_argument("\"" + text + "\" of --hosts is no address of a replica: expected " +
                            "HOST:PORT with a port from 1 to " +
                            std::to_string(UINT16_MAX - kPortsPerReplica));
  }
  return *std::move(address);
}

// The nodes by the ports that they use, host by host.
class TakenPorts {
public:
  [[nodiscard]] Status take(const std::string& host, std::uint16_t port, const std::string& node) {
    const auto [other, is_free] = ports_[host].emplace(port, node);
    if (is_free || other->second == node)
      return ok_status();
    return invalid_argument("port " + std::to_string(port) + " of " + host + " would be used by " +
                            other->second + " and " + node +
                            ": each replica takes three ports in a row, for other nodes, REST and "
                            "admin, each client node two, and two more for the Daml APIs; expected "
                            "addresses on one host to be 3 apart at least, and client nodes' "
                            "ports, from --base-port on, elsewhere");
  }

private:
  std::map<std::string, std::map<std::uint16_t, std::string>> ports_;
};

// On one host no node's ports must meet another's.
Status check_ports(const NetworkPlan& plan) {
  TakenPorts taken;
  for (const ReplicaPlan& replica : plan.replicas) {
    for (std::uint16_t offset = 0; offset < kPortsPerReplica; ++offset) {
      TENON_RETURN_IF_ERROR(taken.take(replica.address.host,
                                       static_cast<std::uint16_t>(replica.address.port + offset),
                                       replica.name));
    }
  }
  for (const ClientPlan& client : plan.clients) {
    TENON_RETURN_IF_ERROR(taken.take(client.rest.host, client.rest.port, client.name));
    TENON_RETURN_IF_ERROR(taken.take(client.admin.host, client.admin.port, client.name));
    if (plan.daml_api == DamlApi::kNone)
      continue;
    TENON_RETURN_IF_ERROR(taken.take(client.ledger_api.host, client.ledger_api.port, client.name));
    TENON_RETURN_IF_ERROR(taken.take(client.json_api.host, client.json_api.port, client.name));
  }
  return ok_status();
}

Status name_allocators(const std::vector<std::string>& allocators,
                       std::vector<ReplicaPlan>& replicas) {
  for (const std::string& name : allocators) {
    bool found = false;
    std::vector<std::string_view> names = {kEverybody};
    for (ReplicaPlan& replica : replicas) {
      names.push_back(replica.name);
      if (name == kEverybody || name == replica.name)
        found = replica.may_allocate_parties = true;
    }
    if (!found) {
      const std::string nearest(nearest_word(name, names));
      return invalid_argument("--allocators names \"" + name + "\", expected \"all\" or " +
                              replicas.front().name + " to " + replicas.back().name +
                              (nearest.empty() ? "" : ", did you mean \"" + nearest + "\"?"));
    }
  }
  return ok_status();
}

Result<DamlApi> choose_daml_api(const NetworkRequest& request) {
  const bool has_engine = std::ranges::count(request.engines, kDamlEngine) != 0;
  if (request.daml_api.value_or(DamlApi::kNone) != DamlApi::kNone && !has_engine) {
    return invalid_argument("--daml-api asks for the Daml APIs, which need the engine \"daml\": "
                            "name it with --engine, or say --daml-api none");
  }
  return request.daml_api.value_or(has_engine ? DamlApi::kTokens : DamlApi::kNone);
}

Status plan_clients(const NetworkRequest& request, NetworkPlan& plan) {
  const std::size_t count = request.clients.value_or(kDefaultClients);
  for (std::size_t i = 0; i < count; ++i) {
    ClientPlan client;
    client.name = "client-" + std::to_string(i + 1);
    if (i == 0 && request.first_client) {
      client.rest = {kLoopback, request.first_client->rest};
      client.admin = {kLoopback, request.first_client->admin};
      client.ledger_api = {kLoopback, request.first_client->ledger_api};
      client.json_api = {kLoopback, request.first_client->json_api};
    } else {
      TENON_ASSIGN_OR_RETURN(const Endpoint first,
                             local_address(request, plan.replicas.size() + i));
      client.rest = beside(first, kRest, kLoopback);
      client.admin = beside(first, kAdmin, kLoopback);
      client.ledger_api = beside(first, kLedgerApi, kLoopback);
      client.json_api = beside(first, kJsonApi, kLoopback);
    }
    plan.clients.push_back(std::move(client));
  }
  return ok_status();
}

// A client of the ledger, as the genesis document has it.
Json client_json(const std::string& name, const Bytes& key, bool may_allocate_parties,
                 bool is_node) {
  return {{"id", name},
          {"public_key", to_hex(key)},
          {"may_allocate_parties", may_allocate_parties},
          {"streams", is_node}};
}

Json peers_json(const NetworkPlan& plan, const std::string& own_name) {
  Json peers = Json::array();
  for (const ReplicaPlan& replica : plan.replicas) {
    if (replica.name != own_name)
      peers.push_back({{"name", replica.name}, {"address", replica.address.to_string()}});
  }
  return peers;
}

// Whom the node's own key has given a token.
Json auth_json() {
  return {{"keys", Json::array({{{"file", "$DATA/keys/jwt_es256.pub.pem"}}})}};
}

Json daml_api_json(const ClientPlan& client, DamlApi daml_api) {
  return {{"plugin", "daml_api"},
          {"config",
           {{"auth", daml_api == DamlApi::kOpen ? Json{{"required", false}} : auth_json()},
            {"grpc", {{"listen", client.ledger_api.to_string()}}},
            {"json", {{"listen", client.json_api.to_string()}}}}}};
}

// What the configurations of both roles have.
Json node_config(const NetworkPlan& plan, const std::string& name, const char* role,
                 const Endpoint& rest, const Endpoint& admin) {
  const Json api = {{"listen", rest.to_string()}, {"auth", auth_json()}};
  Json engines = Json::array();
  for (const std::string& engine : plan.engines)
    engines.push_back({{"id", engine}, {"plugin", engine}});
  return {{"node", {{"name", name}, {"role", role}, {"data_dir", "data"}}},
          {"store", {{"plugin", plan.store}}},
          {"engines", engines},
          {"network", {{"peers", peers_json(plan, name)}}},
          {"apis", Json::array({{{"plugin", "rest"}, {"config", api}}})},
          {"log", {{"level", "info"}, {"format", "json"}}},
          {"admin", {{"listen", admin.to_string()}}}};
}

} // namespace

std::size_t NetworkPlan::quorum() const {
  return (replicas.size() + max_byzantine) / 2 + 1;
}

Result<NetworkPlan> plan_network(const NetworkRequest& request) {
  const std::size_t count = request.replicas != 0 ? request.replicas : request.hosts.size();
  TENON_RETURN_IF_ERROR(check_counts(request, count));
  NetworkPlan plan;
  plan.engines = request.engines;
  TENON_ASSIGN_OR_RETURN(plan.daml_api, choose_daml_api(request));
  plan.store = request.store;
  plan.consensus = request.consensus;
  plan.max_byzantine = request.max_byzantine.value_or(static_cast<std::uint32_t>((count - 1) / 3));
  for (std::size_t i = 0; i < count; ++i) {
    ReplicaPlan replica;
    replica.name = "replica-" + std::to_string(i + 1);
    TENON_ASSIGN_OR_RETURN(replica.address, address_of(request, i));
    replica.listen = beside(replica.address, 0, listening_host(replica.address));
    replica.rest = beside(replica.address, kRest, kLoopback);
    replica.admin = beside(replica.address, kAdmin, kLoopback);
    plan.replicas.push_back(std::move(replica));
  }
  TENON_RETURN_IF_ERROR(plan_clients(request, plan));
  TENON_RETURN_IF_ERROR(check_ports(plan));
  TENON_RETURN_IF_ERROR(name_allocators(request.allocators, plan.replicas));
  return plan;
}

Json replica_config(const NetworkPlan& plan, std::size_t index) {
  const ReplicaPlan& own = plan.replicas[index];
  Json config = node_config(plan, own.name, "replica", own.rest, own.admin);
  config["consensus"] = {{"plugin", plan.consensus}};
  config["network"]["listen"] = own.listen.to_string();
  return config;
}

Json client_config(const NetworkPlan& plan, std::size_t index) {
  const ClientPlan& own = plan.clients[index];
  Json config = node_config(plan, own.name, "client", own.rest, own.admin);
  if (plan.daml_api != DamlApi::kNone)
    config["apis"].push_back(daml_api_json(own, plan.daml_api));
  return config;
}

std::string operator_name(std::size_t index) {
  return "operator-" + std::to_string(index + 1);
}

std::string network_genesis(const NetworkPlan& plan, const NetworkKeys& keys,
                            const std::vector<host::pipeline::EngineFingerprint>& engines,
                            std::uint64_t time_us) {
  // A solo node's document has the members that every chain has; those of a network differ in who
  // takes part.
  Json document = Json::parse(host::pipeline::solo_genesis_document(
      "network of " + std::to_string(plan.replicas.size()), keys.replicas.front(), engines,
      time_us));
  document["max_byzantine"] = plan.max_byzantine;
  Json validators = Json::array();
  Json clients = Json::array();
  Json operators = Json::array();
  for (std::size_t i = 0; i < plan.replicas.size(); ++i) {
    const ReplicaPlan& replica = plan.replicas[i];
    validators.push_back({{"name", replica.name}, {"public_key", to_hex(keys.replicas[i])}});
    clients.push_back(client_json(replica.name, keys.replicas[i], replica.may_allocate_parties,
                                  false));
    operators.push_back({{"name", operator_name(i)}, {"public_key", to_hex(keys.operators[i])}});
  }
  for (std::size_t i = 0; i < plan.clients.size(); ++i)
    clients.push_back(client_json(plan.clients[i].name, keys.clients[i], true, true));
  document["validators"] = std::move(validators);
  document["clients"] = std::move(clients);
  document["operators"] = {{"threshold", plan.quorum()}, {"keys", std::move(operators)}};
  return document.dump(2) + "\n";
}

} // namespace tenon::tool
