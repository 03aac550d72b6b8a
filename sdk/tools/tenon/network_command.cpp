// tenon network init: keys, configurations and the genesis document of a network.
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "network_command.hpp"
#include "network_files.hpp"

namespace tenon::tool {
namespace {

struct Arguments {
  NetworkRequest request;
  std::string folder = "network";
  bool force = false;
};

void say_what_next(const NetworkPlan& plan, const std::string& folder, const Json& made) {
  const std::string first = plan.replicas.front().name;
  std::cout << "\nnext, for each node:\n"
            << "  copy " << folder << "/" << first << " to its host, keys included, and nowhere "
            << "else\n"
            << "  tenond --config " << first << "/node.json\n"
            << "  curl http://" << plan.replicas.front().admin.to_string()
            << "/readyz    says why it is not ready\n"
            << (plan.clients.empty()
                    ? ""
                    : "applications talk to client nodes: start them likewise, when you like\n")
            << (plan.clients.empty() || plan.daml_api == DamlApi::kNone
                    ? ""
                    : "those of Daml find " + plan.clients.front().name + "'s Ledger API at " +
                          plan.clients.front().ledger_api.to_string() +
                          ", its JSON API at http://" +
                          plan.clients.front().json_api.to_string() +
                          (plan.daml_api == DamlApi::kOpen ? ", without tokens" : "") + "\n")
            << "keep " << folder << "/operators apart from the nodes: any " << plan.quorum()
            << " of these keys change the network\n"
            << "trust " << folder << "/genesis.json: proofs are checked against chain "
            << made["chain"].get<std::string>() << "\n";
}

Status init(Session& session, const Arguments& arguments) {
  auto plan = plan_network(arguments.request);
  if (!plan.ok())
    return session.failed(plan.status(), Exit::kUsage, "tenon network init --help");
  auto made = make_network(*plan, arguments.folder,
                           arguments.force ? IfThere::kSetAside : IfThere::kRefuse, ask_tenond);
  if (!made.ok())
    return session.failed(made.status(), Exit::kFailed, "tenon network init --help");
  session.result(*made);
  if (arguments.request.allocators.empty() && plan->clients.empty()) {
    session.progress("no node may allocate parties: --allocators names those that may; operators "
                     "may say so later");
  }
  if (!session.json)
    say_what_next(*plan, (*made)["folder"].get<std::string>(), *made);
  return ok_status();
}

} // namespace

void add_count_options(CLI::App& command, NetworkRequest& request) {
  command.add_option("-n,--replicas", request.replicas, "how many replicas");
  command.add_option("-m,--clients", request.clients, "how many client nodes; 1");
}

void add_plugin_options(CLI::App& command, NetworkRequest& request) {
  command.add_option("--base-port", request.base_port,
                     "on this machine: the first node's port; each takes this one, the next for "
                     "REST and the next for admin, and is 10 from the one before; client nodes "
                     "come after the replicas, with two more for the Daml APIs");
  command.add_option("--engine", request.engines, "plugins of kind engine")
      ->delimiter(',')
      ->capture_default_str();
  command
      .add_option("--daml-api", request.daml_api,
                  "the Daml Ledger API and JSON API of client nodes: tokens (whoever has one is "
                  "served), open (everybody on this machine is) or none; tokens where the engine "
                  "daml is")
      ->transform(CLI::CheckedTransformer(std::map<std::string, DamlApi>{
          {"tokens", DamlApi::kTokens}, {"open", DamlApi::kOpen}, {"none", DamlApi::kNone}}));
  command.add_option("--store", request.store, "plugin of kind store")->capture_default_str();
  command.add_option("--consensus", request.consensus, "plugin of kind consensus")
      ->capture_default_str();
}

void add_network_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("network", "make networks of replicas and client nodes");
  group->require_subcommand(1);
  CLI::App* command =
      group->add_subcommand("init", "make the keys, configurations and genesis of a new network");
  NetworkRequest& request = arguments->request;
  add_count_options(*command, request);
  command->add_option("--max-byzantine", request.max_byzantine,
                      "how many of them may do anything; as many as can be survived");
  command->add_option("--out", arguments->folder, "the folder to make")->capture_default_str();
  add_plugin_options(*command, request);
  command
      ->add_option("--hosts", request.hosts,
                   "HOST:PORT of each replica, instead of --base-port; the two ports after it are "
                   "for REST and admin on that host")
      ->delimiter(',');
  command
      ->add_option("--allocators", request.allocators, "replicas that may allocate parties, or all")
      ->delimiter(',');
  command->add_flag("--force", arguments->force, "set an existing folder aside, as FOLDER.1 …");
  command->callback(
      [&session, arguments] { session.choose([&] { return init(session, *arguments); }); });
}

} // namespace tenon::tool
