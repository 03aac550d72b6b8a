#include "network_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "tenon/core/encoding.hpp"
#include "tenon/core/nearest_word.hpp"

namespace tenon::tool {
namespace {

constexpr std::uint16_t kPortsPerReplica = 3; // other nodes, REST, admin
constexpr std::uint16_t kPortStride = 10;
constexpr const char* kEverybody = "all";

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

Result<Endpoint> address_of(const NetworkRequest& request, std::size_t index) {
  if (request.hosts.empty()) {
    const std::size_t port = request.base_port + index * kPortStride;
    if (port + kPortsPerReplica > UINT16_MAX) {
      return invalid_argument("the ports from --base-port " + std::to_string(request.base_port) +
                              " on do not suffice: replica " + std::to_string(index + 1) +
                              " would listen at " + std::to_string(port) + "; choose a lower one");
    }
    return Endpoint{"127.0.0.1", static_cast<std::uint16_t>(port)};
  }
  const std::string& text = request.hosts[index];
  auto address = parse_endpoint(text);
  if (!address || address->port == 0 || address->port + kPortsPerReplica > UINT16_MAX) {
    return invalid_argument("\"" + text + "\" of --hosts is no address of a replica: expected " +
                            "HOST:PORT with a port from 1 to " +
                            std::to_string(UINT16_MAX - kPortsPerReplica));
  }
  return *std::move(address);
}

// Each replica uses three ports in a row; on one host they must not meet another's.
Status check_ports(const std::vector<ReplicaPlan>& replicas) {
  std::map<std::string, std::map<std::uint16_t, std::string>> taken;
  for (const ReplicaPlan& replica : replicas) {
    auto& ports = taken[replica.address.host];
    for (std::uint16_t offset = 0; offset < kPortsPerReplica; ++offset) {
      const auto port = static_cast<std::uint16_t>(replica.address.port + offset);
      const auto [other, is_free] = ports.emplace(port, replica.name);
      if (!is_free) {
        return invalid_argument(
            "port " + std::to_string(port) + " of " + replica.address.host + " would be used by " +
            other->second + " and " + replica.name +
            ": each replica takes three ports in a row, for other nodes, REST and admin; expected "
            "addresses on one host to be 3 apart at least");
      }
    }
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

Json client_json(const ReplicaPlan& replica, const std::string& key) {
  return {{"id", replica.name},
          {"public_key", key},
          {"may_allocate_parties", replica.may_allocate_parties}};
}

} // namespace

std::size_t NetworkPlan::quorum() const {
  return (replicas.size() + max_byzantine) / 2 + 1;
}

Result<NetworkPlan> plan_network(const NetworkRequest& request) {
  const std::size_t count = request.replicas != 0 ? request.replicas : request.hosts.size();
  TENON_RETURN_IF_ERROR(check_counts(request, count));
  NetworkPlan plan;
  plan.engine = request.engine;
  plan.store = request.store;
  plan.consensus = request.consensus;
  plan.max_byzantine = request.max_byzantine.value_or(static_cast<std::uint32_t>((count - 1) / 3));
  for (std::size_t i = 0; i < count; ++i) {
    ReplicaPlan replica;
    replica.name = "replica-" + std::to_string(i + 1);
    TENON_ASSIGN_OR_RETURN(replica.address, address_of(request, i));
    replica.listen = beside(replica.address, 0, listening_host(replica.address));
    replica.rest = beside(replica.address, 1, "127.0.0.1");
    replica.admin = beside(replica.address, 2, "127.0.0.1");
    plan.replicas.push_back(std::move(replica));
  }
  TENON_RETURN_IF_ERROR(check_ports(plan.replicas));
  TENON_RETURN_IF_ERROR(name_allocators(request.allocators, plan.replicas));
  return plan;
}

Json replica_config(const NetworkPlan& plan, std::size_t index) {
  const ReplicaPlan& own = plan.replicas[index];
  Json peers = Json::array();
  for (const ReplicaPlan& replica : plan.replicas) {
    if (&replica != &own)
      peers.push_back({{"name", replica.name}, {"address", replica.address.to_string()}});
  }
  const Json rest = {
      {"listen", own.rest.to_string()},
      {"auth", {{"keys", Json::array({{{"file", "$DATA/keys/jwt_es256.pub.pem"}}})}}}};
  return {{"node", {{"name", own.name}, {"role", "replica"}, {"data_dir", "data"}}},
          {"store", {{"plugin", plan.store}}},
          {"engines", Json::array({{{"id", plan.engine}, {"plugin", plan.engine}}})},
          {"consensus", {{"plugin", plan.consensus}}},
          {"network", {{"listen", own.listen.to_string()}, {"peers", peers}}},
          {"apis", Json::array({{{"plugin", "rest"}, {"config", rest}}})},
          {"log", {{"level", "info"}, {"format", "json"}}},
          {"admin", {{"listen", own.admin.to_string()}}}};
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
      "network of " + std::to_string(plan.replicas.size()), keys.nodes.front(), engines, time_us));
  document["max_byzantine"] = plan.max_byzantine;
  Json validators = Json::array();
  Json clients = Json::array();
  Json operators = Json::array();
  for (std::size_t i = 0; i < plan.replicas.size(); ++i) {
    const std::string key = to_hex(keys.nodes[i]);
    validators.push_back({{"name", plan.replicas[i].name}, {"public_key", key}});
    clients.push_back(client_json(plan.replicas[i], key));
    operators.push_back({{"name", operator_name(i)}, {"public_key", to_hex(keys.operators[i])}});
  }
  document["validators"] = std::move(validators);
  document["clients"] = std::move(clients);
  document["operators"] = {{"threshold", plan.quorum()}, {"keys", std::move(operators)}};
  return document.dump(2) + "\n";
}

} // namespace tenon::tool
