#include "dev_start.hpp"

#include <signal.h>

#include <algorithm>

#include "network_files.hpp"

namespace tenon::tool {
namespace {

constexpr std::uint64_t kStopTimeoutMs = 30'000; // a drain takes 10 s at most, unless configured
constexpr std::uint64_t kKillTimeoutMs = 10'000;
constexpr std::size_t kDefaultReplicas = 4;

std::string count_of(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// Is the network that is there the one that was asked for?
Status check_counts(const std::filesystem::path& folder, const std::vector<DevNode>& nodes,
                    const NetworkRequest& request) {
  const auto clients = static_cast<std::size_t>(std::ranges::count_if(nodes, &DevNode::is_client));
  const std::size_t replicas = nodes.size() - clients;
  const std::size_t wanted_replicas = request.replicas == 0 ? replicas : request.replicas;
  const std::size_t wanted_clients = request.clients.value_or(clients);
  if (wanted_replicas == replicas && wanted_clients == clients)
    return ok_status();
  return failed_precondition("the network in " + folder.string() + " has " +
                             count_of(replicas, "replica") + " and " +
                             count_of(clients, "client node") + ", expected " +
                             count_of(wanted_replicas, "replica") + " and " +
                             count_of(wanted_clients, "client node") +
                             ": leave out -n and -m, or name another folder with --dir");
}

} // namespace

Result<std::vector<DevNode>> find_or_make_network(Session& session,
                                                  const std::filesystem::path& folder,
                                                  NetworkRequest request) {
  auto nodes = find_dev_nodes(folder);
  if (nodes.ok())
    TENON_RETURN_IF_ERROR(check_counts(folder, *nodes, request));
  if (nodes.status().code() != Code::kNotFound)
    return nodes;
  if (request.replicas == 0)
    request.replicas = kDefaultReplicas;
  request.allocators = {"all"};
  auto plan = plan_network(request);
  if (!plan.ok())
    return session.failed(plan.status(), Exit::kUsage, "tenon dev up --help");
  session.progress("making a network of " + count_of(plan->replicas.size(), "replica") + " and " +
                   count_of(plan->clients.size(), "client node") + " in " + folder.string());
  const auto made = make_network(*plan, folder, IfThere::kRefuse, ask_tenond);
  if (!made.ok())
    return session.failed(made.status(), Exit::kFailed, "tenon dev up --help");
  return find_dev_nodes(folder);
}

Status start_nodes(Session& session, const std::vector<DevNode>& nodes, Lifetime lifetime,
                   std::uint64_t timeout_ms) {
  std::vector<DevNode> started;
  Status status;
  for (const DevNode& node : nodes) {
    if (process_of(node))
      continue;
    status = start_dev_node(node, lifetime);
    if (!status.ok())
      break;
    started.push_back(node);
    session.progress(node.name + " started, log in " + node.log().string());
  }
  if (status.ok())
    status = await_ready(session, nodes, timeout_ms);
  if (status.ok())
    return status;
  for (const DevNode& node : started)
    signal_dev_node(node, SIGTERM);
  for (const DevNode& node : started) {
    if (const Status ended = await_end(node, kStopTimeoutMs); !ended.ok())
      session.progress(ended.message());
  }
  return session.failed(status, Exit::kFailed, "less " + nodes.front().log().string());
}

Status end_nodes(Session& session, const std::vector<DevNode>& nodes, int signal) {
  // All are told before any is waited for: they drain at the same time.
  std::vector<DevNode> told;
  for (const DevNode& node : nodes) {
    if (signal_dev_node(node, signal))
      told.push_back(node);
  }
  const bool at_once = signal == SIGKILL;
  for (const DevNode& node : told) {
    const Status ended = await_end(node, at_once ? kKillTimeoutMs : kStopTimeoutMs);
    if (!ended.ok())
      return session.failed(ended, Exit::kFailed,
                            "tenon dev kill " + node.name + " --dir " +
                                node.folder.parent_path().string());
    session.progress(node.name + (at_once ? " was killed" : " has stopped"));
  }
  return ok_status();
}

} // namespace tenon::tool
