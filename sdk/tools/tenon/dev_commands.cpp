// tenon dev up|status|kill|stop|restart|down: a network on this machine, for development.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>

#include "dev_network.hpp"
#include "network_command.hpp"
#include "network_files.hpp"
#include "node_client.hpp"

namespace tenon::tool {
namespace {

constexpr std::uint64_t kStopTimeoutMs = 30'000; // a drain takes 10 s at most, unless configured
constexpr std::uint64_t kKillTimeoutMs = 10'000;

struct Arguments {
  std::string folder = "data/dev";
  NetworkRequest request;
  std::string node;
  std::uint64_t timeout_s = 60;
};

std::string command_line(const Arguments& arguments, const std::string& words) {
  return "tenon dev " + words + " --dir " + arguments.folder;
}

Json describe(const Session& session, const DevNode& node) {
  const auto process = process_of(node);
  Json described = {{"name", node.name},
                    {"state", std::string(state_name(state_of(node)))},
                    {"pid", process ? Json(*process) : Json(nullptr)},
                    {"ready", false},
                    {"height", nullptr},
                    {"url", node.url},
                    {"admin", node.admin_url},
                    {"reasons", Json::array()}};
  if (!process)
    return described;
  const DevHealth health = health_of(node);
  described["ready"] = health.ready;
  for (const std::string& reason : health.reasons)
    described["reasons"].push_back(reason);
  if (node.url.empty() || !health.answers)
    return described;
  Session asker = session;
  asker.url = node.url;
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

// The network in the folder, which is made when there is none.
Result<std::vector<DevNode>> find_or_make(Session& session, const Arguments& arguments) {
  auto nodes = find_dev_nodes(arguments.folder);
  if (nodes.status().code() != Code::kNotFound) {
    if (nodes.ok() && arguments.request.replicas != 0 &&
        arguments.request.replicas != nodes->size()) {
      return session.failed(
          failed_precondition("the network in " + arguments.folder + " has " +
                              std::to_string(nodes->size()) + " nodes, expected " +
                              std::to_string(arguments.request.replicas) +
                              ": leave out -n, or name another folder with --dir"),
          Exit::kFailed, command_line(arguments, "up"));
    }
    return nodes;
  }
  constexpr std::size_t kDefaultReplicas = 4;
  NetworkRequest request = arguments.request;
  if (request.replicas == 0)
    request.replicas = kDefaultReplicas;
  request.allocators = {"all"};
  auto plan = plan_network(request);
  if (!plan.ok())
    return session.failed(plan.status(), Exit::kUsage, "tenon dev up --help");
  session.progress("making a network of " + std::to_string(request.replicas) + " in " +
                   arguments.folder);
  const auto made = make_network(*plan, arguments.folder, IfThere::kRefuse, ask_tenond);
  if (!made.ok())
    return session.failed(made.status(), Exit::kFailed, "tenon dev up --help");
  return find_dev_nodes(arguments.folder);
}

void say_what_next(const Arguments& arguments, const DevNode& node) {
  const std::string options = " --url " + node.url + " --data-dir " + node.data().string();
  std::cout << "\ntry:\n"
            << "  tenon party allocate alice" << options << "\n"
            << "  " << command_line(arguments, "kill " + node.name) << "\n"
            << "  " << command_line(arguments, "status") << "\n"
            << "  " << command_line(arguments, "down") << "\n";
}

// Starts those that do not run, and waits for all of `awaited`. What was started here is ended
// again when they do not come so far.
Status start_all(Session& session, const Arguments& arguments, const std::vector<DevNode>& nodes) {
  std::vector<DevNode> started;
  Status status;
  for (const DevNode& node : nodes) {
    if (process_of(node))
      continue;
    status = start_dev_node(node);
    if (!status.ok())
      break;
    started.push_back(node);
    session.progress(node.name + " started, log in " + node.log().string());
  }
  if (status.ok())
    status = await_ready(session, nodes, arguments.timeout_s * 1000);
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

Status up(Session& session, const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  TENON_ASSIGN_OR_RETURN(const auto nodes, find_or_make(session, arguments));
  TENON_RETURN_IF_ERROR(start_all(session, arguments, nodes));
  const auto ready_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  Json described = describe_all(session, arguments, nodes);
  described["ready_ms"] = ready_ms.count();
  answer(session, std::move(described));
  if (!session.json)
    say_what_next(arguments, nodes.front());
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

Status end_all(Session& session, const Arguments& arguments, const std::vector<DevNode>& nodes,
               int signal) {
  // All are told before any is waited for: they drain at the same time.
  std::vector<DevNode> told;
  for (const DevNode& node : nodes) {
    if (signal_dev_node(node, signal))
      told.push_back(node);
  }
  for (const DevNode& node : told) {
    const Status ended = await_end(node, signal == SIGKILL ? kKillTimeoutMs : kStopTimeoutMs);
    if (!ended.ok())
      return session.failed(ended, Exit::kFailed, command_line(arguments, "kill " + node.name));
    session.progress(node.name + (signal == SIGKILL ? " was killed" : " has stopped"));
  }
  return ok_status();
}

Status end_chosen(Session& session, const Arguments& arguments, int signal) {
  TENON_ASSIGN_OR_RETURN(const auto nodes, chosen(session, arguments));
  TENON_RETURN_IF_ERROR(end_all(session, arguments, nodes, signal));
  answer(session, describe_all(session, arguments, nodes));
  return ok_status();
}

Status restart(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto nodes, chosen(session, arguments));
  TENON_RETURN_IF_ERROR(end_all(session, arguments, nodes, SIGTERM));
  TENON_RETURN_IF_ERROR(start_all(session, arguments, nodes));
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
  CLI::App* group = app.add_subcommand("dev", "a network of replicas on this machine");
  group->require_subcommand(1);
  const auto on = [&](CLI::App* command, Status (*run)(Session&, const Arguments&)) {
    command->callback(
        [&session, arguments, run] { session.choose([&] { return run(session, *arguments); }); });
  };
  CLI::App* command =
      add_command(*group, "up", "start the network, made first where there is none", arguments);
  command->add_option("-n,--replicas", arguments->request.replicas, "how many replicas; 4");
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
}

} // namespace tenon::tool
