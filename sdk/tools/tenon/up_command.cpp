// tenon up: four replicas and a client node, or one solo node; a token, a transfer, a proof checked
// offline; then stays until Ctrl-C.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "dev_start.hpp"
#include "network_command.hpp"
#include "solo_node.hpp"
#include "token_tour.hpp"

namespace tenon::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kSoloData = "data/solo";
constexpr std::uint64_t kReadyTimeoutMs = 60'000;
constexpr auto kLookInterval = std::chrono::milliseconds(100);
// Of the client node, unless --base-port says where this network's ports are.
constexpr LocalPorts kClientPorts = {8080, 9464, 6865, 7575};

volatile bool interrupted = false;

struct Arguments {
  bool solo = false;
  std::string config; // of the solo node
  std::string folder = kNetworkFolder;
  std::uint16_t base_port = 0; // 0: none was named
  bool once = false;
};

void interrupt(int) {
  interrupted = true;
}

// Where the node that was toured is found, and which options reach it.
struct Toured {
  NodeAddresses addresses;
  std::string logs;
  std::string options; // of the tool's commands, each with a space before
};

// Of a network that has the engine.
std::string daml_hint(const Toured& node, const Json& summary) {
  return summary["daml"].is_null() ? ""
                                   : "  ./tenon daml contracts --as bob" + node.options + "\n";
}

std::string daml_addresses(const NodeAddresses& addresses) {
  return (addresses.ledger_api.empty()
              ? ""
              : "Daml Ledger API     " + addresses.ledger_api + "   (gRPC; docs/daml.md)\n") +
         (addresses.json_api.empty() ? "" : "Daml JSON API       " + addresses.json_api + "/v1\n");
}

void say_what_next(const Session& session, const Toured& node, const Json& summary,
                   const std::vector<std::string>& more) {
  const std::string instance = summary["instance"].get<std::string>();
  std::cout << "\nREST and WebSocket  " << node.addresses.url
            << "/v1   (OpenAPI: /v1/openapi.json)\n"
            << daml_addresses(node.addresses) << "health, metrics     " << node.addresses.admin_url
            << "/readyz, /metrics\n"
            << "logs                " << node.logs << "\n"
            << "data, keys          " << session.data_directory << "\n\ntry, in another terminal:\n"
            << "  ./tenon query " << instance << " balance '{\"owner\":\"alice\"}'" << node.options
            << "\n"
            << "  ./tenon tx submit " << instance
            << " transfer '{\"to\":\"bob\",\"amount\":\"5\"}'" << node.options << "\n"
            << "  ./tenon watch events --as bob" << node.options << "\n"
            << daml_hint(node, summary)
            << "  ./tenon party token alice" << node.options
            << "      # for curl: Authorization: Bearer ...\n";
  for (const std::string& line : more)
    std::cout << "  " << line << "\n";
  std::cout << "\nCtrl-C ends " << (more.empty() ? "the node" : "all nodes") << "." << std::endl;
}

void name_daml_apis(const NodeAddresses& addresses, Json& summary) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  summary["ledger_api"] = or_null(addresses.ledger_api);
  summary["json_api"] = or_null(addresses.json_api);
}

void answer(const Session& session, const Json& summary) {
  if (session.json)
    return session.result(summary);
  const auto milliseconds = summary["first_proved_ms"].get<std::uint64_t>();
  const std::string tenths = std::to_string(milliseconds % 1000 / 100);
  std::cout << "height " << summary["height"].get<std::string>() << ", state root "
            << summary["state_root"].get<std::string>() << ", proof verified\n"
            << "from the start to the first certified and proved transfer: " << milliseconds / 1000
            << "." << tenths << " s" << std::endl;
}

// The options of this tool that its default does not make superfluous.
std::string options_for(const Session& session, const Session& defaults) {
  std::string options;
  if (session.url != defaults.url)
    options += " --url " + session.url;
  if (session.data_directory != defaults.data_directory)
    options += " --data-dir " + session.data_directory;
  return options;
}

// Says which nodes end and which come back, until Ctrl-C or until the last has ended.
Status stay(Session& session, const std::vector<DevNode>& nodes, const std::string& folder) {
  std::vector<std::optional<pid_t>> processes;
  for (const DevNode& node : nodes)
    processes.push_back(process_of(node));
  while (!interrupted) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto process = process_of(nodes[i]);
      if (process == processes[i])
        continue;
      const std::string& name = nodes[i].name;
      if (processes[i]) {
        session.progress(name + " has ended" +
                         (process ? "" : "; ./tenon dev restart " + name + " --dir " + folder +
                                             " brings it back"));
      }
      if (process)
        session.progress(name + " runs again");
      processes[i] = process;
    }
    if (std::ranges::none_of(processes, [](const auto& one) { return one.has_value(); }))
      return session.failed(unavailable("all nodes have ended"), Exit::kFailed, "tenon up");
    std::this_thread::sleep_for(kLookInterval);
  }
  return ok_status();
}

// The nodes of this network run as long as this command.
Status check_none_runs(Session& session, const std::vector<DevNode>& nodes,
                       const std::string& folder) {
  for (const DevNode& node : nodes) {
    if (const auto process = process_of(node)) {
      return session.failed(failed_precondition(node.name + " of " + folder +
                                                " runs already (process " +
                                                std::to_string(*process) +
                                                "): expected a network that does not run"),
                            Exit::kFailed, "tenon dev down --dir " + folder);
    }
  }
  return ok_status();
}

// Ends the nodes however the command ends.
class RunningNetwork {
public:
  RunningNetwork(Session& session, const std::vector<DevNode>& nodes)
      : session_(session), nodes_(nodes) {}
  RunningNetwork(const RunningNetwork&) = delete;
  RunningNetwork& operator=(const RunningNetwork&) = delete;
  ~RunningNetwork() { (void)end(); }
  Status end() {
    if (ended_)
      return ok_status();
    ended_ = true;
    return end_nodes(session_, nodes_, SIGTERM);
  }

private:
  Session& session_;
  const std::vector<DevNode>& nodes_;
  bool ended_ = false;
};

Status tour_network(Session& session, const Arguments& arguments, Clock::time_point began,
                    const std::vector<DevNode>& nodes) {
  const DevNode& client = *std::ranges::find_if(nodes, &DevNode::is_client);
  const Session defaults;
  session.url = client.addresses.url;
  session.data_directory = std::filesystem::proximate(client.data()).string();
  session.token.clear(); // a token from the environment belongs to some other node
  auto summary =
      token_tour(session, began, std::filesystem::path(arguments.folder) / "genesis.json");
  if (!summary.ok())
    return session.failed(summary.status(), Exit::kFailed, "less " + client.log().string());
  const auto clients = static_cast<std::size_t>(std::ranges::count_if(nodes, &DevNode::is_client));
  (*summary)["replicas"] = nodes.size() - clients;
  (*summary)["clients"] = clients;
  (*summary)["tls"] = true; // between nodes, always
  name_daml_apis(client.addresses, *summary);
  answer(session, *summary);
  if (arguments.once)
    return ok_status();
  const std::string dir = " --dir " + arguments.folder;
  if (!session.json) {
    say_what_next(session,
                  {client.addresses, arguments.folder + "/*/tenond.log",
                   options_for(session, defaults)},
                  *summary,
                  {"./tenon dev status" + dir,
                   "./tenon dev kill " + nodes.front().name + dir +
                       "      # the others go on; then ./tenon dev restart …"});
  }
  return stay(session, nodes, arguments.folder);
}

Status up_network(Session& session, const Arguments& arguments) {
  const auto began = Clock::now();
  if (session.names_data_directory()) {
    return session.failed(invalid_argument("--data-dir names the data directory of a solo node: "
                                           "expected --dir FOLDER for a network, or --solo"),
                          Exit::kUsage, "tenon up --help");
  }
  NetworkRequest request;
  if (arguments.base_port != 0)
    request.base_port = arguments.base_port;
  else
    request.first_client = kClientPorts;
  TENON_ASSIGN_OR_RETURN(const auto nodes,
                         find_or_make_network(session, arguments.folder, request));
  if (std::ranges::none_of(nodes, &DevNode::is_client)) {
    return session.failed(failed_precondition("the network in " + arguments.folder +
                                              " has no client node, through which the tour goes"),
                          Exit::kFailed, "tenon dev up --dir " + arguments.folder);
  }
  TENON_RETURN_IF_ERROR(check_none_runs(session, nodes, arguments.folder));
  session.progress("starting " + std::to_string(nodes.size()) + " nodes, data in " +
                   arguments.folder);
  RunningNetwork running(session, nodes);
  TENON_RETURN_IF_ERROR(start_nodes(session, nodes, Lifetime::kOfTool, kReadyTimeoutMs));
  TENON_RETURN_IF_ERROR(tour_network(session, arguments, began, nodes));
  if (!arguments.once)
    session.progress("ending all nodes ...");
  return running.end();
}

Status up_solo(Session& session, const Arguments& arguments) {
  const auto began = Clock::now();
  const Session defaults;
  if (!session.names_data_directory())
    session.data_directory = kSoloData;
  std::filesystem::path config = arguments.config;
  if (config.empty()) {
    TENON_ASSIGN_OR_RETURN(config, default_config());
  }
  session.progress("starting a node: " + std::filesystem::proximate(config).string() +
                   ", data in " + session.data_directory);
  auto node = start_solo_node(config, session.data_directory);
  if (!node.ok()) {
    return session.failed(node.status(), Exit::kFailed, "tenon config check " + config.string());
  }
  session.url = node->addresses.url;
  session.token.clear(); // a token from the environment belongs to some other node
  auto summary = token_tour(session, began, session.data_directory + "/genesis.json");
  if (!summary.ok()) {
    return session.failed(summary.status(), Exit::kFailed, "less " + node->log_file.string());
  }
  (*summary)["replicas"] = 1;
  (*summary)["clients"] = 0;
  (*summary)["tls"] = node->addresses.tls;
  name_daml_apis(node->addresses, *summary);
  answer(session, *summary);
  if (arguments.once)
    return ok_status();
  if (!session.json) {
    say_what_next(session,
                  {node->addresses, node->log_file.string(), options_for(session, defaults)},
                  *summary, {});
  }
  if (node->child.wait(interrupted)) {
    return session.failed(unavailable("the node ended by itself"), Exit::kFailed,
                          "less " + node->log_file.string());
  }
  session.progress("ending the node ...");
  const int code = node->child.stop();
  return code == 0 ? ok_status() : fault("the node ended with exit code " + std::to_string(code));
}

Status up(Session& session, const Arguments& arguments) {
  return arguments.solo || !arguments.config.empty() ? up_solo(session, arguments)
                                                     : up_network(session, arguments);
}

} // namespace

void add_up_command(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "up", "start four replicas and a client node, make a transfer, verify a proof");
  command->add_option("--dir", arguments->folder, "the network's folder, made where there is none")
      ->capture_default_str();
  command->add_option("--base-port", arguments->base_port,
                      "the first of its nodes' ports, also of the client node's; 7600, and 8080, "
                      "9464, 6865 and 7575 for the client node");
  command->add_flag("--solo", arguments->solo, "start one solo node instead");
  command->add_option("--config", arguments->config, "the solo node's configuration; solo.json");
  command->add_flag("--once", arguments->once, "end after the proof");
  command->callback([&session, arguments] {
    session.choose([&] {
      ::signal(SIGINT, interrupt);
      ::signal(SIGTERM, interrupt);
      return up(session, *arguments);
    });
  });
}

} // namespace tenon::tool
