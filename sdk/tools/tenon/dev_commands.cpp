// tenon dev up|status|kill|stop|restart|partition|heal|down: a network on this machine, for
// development.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>

#include "dev_partition.hpp"
#include "dev_start.hpp"
#include "network_command.hpp"
#include "node_client.hpp"

namespace tenon::tool {
namespace {

struct Arguments {
  std::string folder = "data/dev";
  NetworkRequest request;
  std::string node;
  std::vector<std::string> groups;
  std::uint64_t timeout_s = 60;
};

std::string command_line(const Arguments& arguments, const std::string& words) {
  return "tenon dev " + words + " --dir " + arguments.folder;
}

Json describe(const Session& session, const DevNode& node) {
  const auto process = process_of(node);
  Json described = {{"name", node.name},
                    {"role", node.role},
                    {"state", std::string(state_name(state_of(node)))},
                    {"pid", process ? Json(*process) : Json(nullptr)},
                    {"ready", false},
                    {"height", nullptr},
                    {"url", node.addresses.url},
                    {"admin", node.addresses.admin_url},
                    {"reasons", Json::array()}};
  if (!process)
    return described;
  const DevHealth health = health_of(node);
  described["ready"] = health.ready;
  for (const std::string& reason : health.reasons)
    described["reasons"].push_back(reason);
  if (node.addresses.url.empty() || !health.answers)
    return described;
  Session asker = session;
  asker.url = node.addresses.url;
  asker.data_directory = node.data().string();
  asker.token.clear(); // a token from the environment belongs to some other node
  NodeClient client(asker);
  if (const auto status = client.get("/v1/status", Access::kOperator); status.ok())
    described["height"] = status->value("height", Json(nullptr));
  return described;
}

Json describe_all(const Session& session, const Arguments& arguments,
                  const std::vector<DevNode>& nodes) {
  Json list = Json::array();
  for (const DevNode& node : nodes)
    list.push_back(describe(session, node));
  return {{"folder", arguments.folder}, {"nodes", std::move(list)}};
}

// People read sentences below the table, not in it.
void answer(const Session& session, Json described) {
  Json& nodes = described["nodes"];
  std::vector<std::string> sentences;
  for (Json& node : nodes) {
    if (session.json)
      break;
    for (const Json& reason : node["reasons"])
      sentences.push_back(node["name"].get<std::string>() +
                          " is not ready: " + reason.get<std::string>());
    node.erase("reasons");
  }
  session.result(described);
  for (const std::string& sentence : sentences)
    session.progress(sentence);
}

Result<std::vector<DevNode>> find_nodes(Session& session, const Arguments& arguments) {
  auto nodes = find_dev_nodes(arguments.folder);
  if (!nodes.ok())
    return session.failed(nodes.status(), Exit::kFailed, command_line(arguments, "up"));
  return nodes;
}

// Applications talk to a client node, where there is one.
void say_what_next(const Arguments& arguments, const std::vector<DevNode>& nodes) {
  const DevNode& node = nodes.back();
  const std::string options =
      " --url " + node.addresses.url + " --data-dir " + node.data().string();
  std::cout << "\ntry:\n"
            << "  tenon party allocate alice" << options << "\n"
            << "  " << command_line(arguments, "kill " + nodes.front().name) << "\n"
            << "  " << command_line(arguments, "status") << "\n"
            << "  " << command_line(arguments, "down") << "\n";
}

Status up(Session& session, const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  TENON_ASSIGN_OR_RETURN(const auto nodes,
                         find_or_make_network(session, arguments.folder, arguments.request));
  TENON_RETURN_IF_ERROR(start_nodes(session, nodes, Lifetime::kOwn, arguments.timeout_s * 1000));
  const auto ready_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  Json described = describe_all(session, arguments, nodes);
  described["ready_ms"] = ready_ms.count();
  answer(session, std::move(described));
  if (!session.json)
    say_what_next(arguments, nodes);
  return ok_status();
}

Status status(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto nodes, find_nodes(session, arguments));
  answer(session, describe_all(session, arguments, nodes));
  return ok_status();
}

// The node that the command line names; without a name, all.
Result<std::vector<DevNode>> chosen(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(auto nodes, find_nodes(session, arguments));
  if (arguments.node.empty())
    return nodes;
  auto node = choose_dev_node(nodes, arguments.node);
  if (!node.ok())
    return session.failed(node.status(), Exit::kUsage, command_line(arguments, "status"));
  return std::vector<DevNode>{*std::move(node)};
}

Status end_chosen(Session& session, const Arguments& arguments, int signal) {
  TENON_ASSIGN_OR_RETURN(const auto nodes, chosen(session, arguments));
  TENON_RETURN_IF_ERROR(end_nodes(session, nodes, signal));
  answer(session, describe_all(session, arguments, nodes));
  return ok_status();
}

Status restart(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto nodes, chosen(session, arguments));
  TENON_RETURN_IF_ERROR(end_nodes(session, nodes, SIGTERM));
  TENON_RETURN_IF_ERROR(
      start_nodes(session, nodes, Lifetime::kOwn, arguments.timeout_s * 1000));
  answer(session, describe_all(session, arguments, nodes));
  return ok_status();
}

Status partition(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto nodes, find_nodes(session, arguments));
  const auto cuts = plan_cuts(nodes, arguments.groups);
  if (!cuts.ok())
    return session.failed(cuts.status(), Exit::kUsage, command_line(arguments, "status"));
  TENON_RETURN_IF_ERROR(apply_cuts(nodes, *cuts));
  answer(session, describe_all(session, arguments, nodes));
  if (!session.json)
    session.progress("it stays so, also after a restart, until: " +
                     command_line(arguments, "heal"));
  return ok_status();
}

Status heal(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto nodes, find_nodes(session, arguments));
  TENON_RETURN_IF_ERROR(apply_cuts(nodes, {}));
  answer(session, describe_all(session, arguments, nodes));
  return ok_status();
}

CLI::App* add_command(CLI::App& group, const std::string& name, const std::string& what,
                      const std::shared_ptr<Arguments>& arguments) {
  CLI::App* command = group.add_subcommand(name, what);
  command->add_option("--dir", arguments->folder, "the network's folder")->capture_default_str();
  return command;
}

void add_timeout(CLI::App& command, Arguments& arguments) {
  command.add_option("--timeout-s", arguments.timeout_s, "how long the nodes may take to be ready")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{3600}))
      ->capture_default_str();
}

} // namespace

void add_dev_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("dev", "a network on this machine");
  group->require_subcommand(1);
  const auto on = [&](CLI::App* command, Status (*run)(Session&, const Arguments&)) {
    command->callback(
        [&session, arguments, run] { session.choose([&] { return run(session, *arguments); }); });
  };
  CLI::App* command = add_command(
      *group, "up",
      "start the network, made first where there is none: of 4 replicas and 1 client node",
      arguments);
  add_count_options(*command, arguments->request);
  add_plugin_options(*command, arguments->request);
  add_timeout(*command, *arguments);
  on(command, up);
  on(add_command(*group, "status", "which nodes run, and which are ready", arguments), status);
  on(add_command(*group, "down", "stop all nodes; what they keep stays", arguments),
     [](Session& one, const Arguments& given) { return end_chosen(one, given, SIGTERM); });
  command = add_command(*group, "stop", "let a node finish and end", arguments);
  command->add_option("NODE", arguments->node, "its name or number")->required();
  on(command, [](Session& one, const Arguments& given) { return end_chosen(one, given, SIGTERM); });
  command = add_command(*group, "kill", "end a node at once, as a crash would", arguments);
  command->add_option("NODE", arguments->node, "its name or number")->required();
  on(command, [](Session& one, const Arguments& given) { return end_chosen(one, given, SIGKILL); });
  command = add_command(*group, "restart", "stop nodes, and start them again", arguments);
  command->add_option("NODE", arguments->node, "its name or number; all nodes");
  add_timeout(*command, *arguments);
  on(command, restart);
  command = add_command(*group, "partition",
                        "cut the network into groups that do not reach each other", arguments);
  command
      ->add_option("GROUP", arguments->groups,
                   "names or numbers of nodes, such as 1,2; one group is apart from all others, a "
                   "node in none of several reaches all")
      ->required();
  on(command, partition);
  on(add_command(*group, "heal", "end the partition", arguments), heal);
}

} // namespace tenon::tool
