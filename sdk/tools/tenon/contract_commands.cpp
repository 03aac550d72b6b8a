// tenon contract upload|list|describe, tenon instance create|list|show.
#include <CLI/CLI.hpp>
#include <memory>

#include "files.hpp"
#include "node_client.hpp"

namespace tenon::tool {
namespace {

struct Arguments {
  std::string file;
  std::string name;
  std::string contract;
  std::string instance;
  std::string label;
  std::string json_arguments = "{}";
  std::vector<std::string> readers;
  std::string command_id;
  ListRange range{{}, 1000};
};

Status upload(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(std::string module, read_file(arguments.file));
  session.progress("uploading " + std::to_string(module.size()) + " bytes ...");
  std::string name = arguments.name;
  if (name.empty())
    name = std::filesystem::path(arguments.file).stem().string();
  NodeClient node(session);
  std::string path = "/v1/contracts?name=" + url_encode(name);
  if (!arguments.command_id.empty())
    path += "&command_id=" + url_encode(arguments.command_id);
  TENON_ASSIGN_OR_RETURN(const Json answer,
                         node.upload(path, "application/wasm", std::move(module)));
  session.result(answer);
  return ok_status();
}

Status show(Session& session, const std::string& path) {
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const Json answer, node.get(path));
  session.result(answer);
  return ok_status();
}

Status instantiate(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const Json init, parse_json(arguments.json_arguments, "--arguments"));
  Json body = {{"contract", arguments.contract}, {"label", arguments.label}, {"arguments", init}};
  if (!arguments.readers.empty())
    body["readers"] = arguments.readers;
  if (!arguments.command_id.empty())
    body["command_id"] = arguments.command_id;
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const Json answer, node.post("/v1/instances", body));
  session.result(answer);
  return ok_status();
}

void add_contract_group(CLI::App& app, Session& session,
                        const std::shared_ptr<Arguments>& arguments) {
  CLI::App* group = app.add_subcommand("contract", "upload and look at contracts");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("upload", "upload a WebAssembly module");
  command->add_option("FILE", arguments->file, "the module")->required();
  command->add_option("--name", arguments->name, "its name; the file's name when not given");
  command->add_option("--command-id", arguments->command_id, "makes a retry safe");
  command->callback(
      [&session, arguments] { session.choose([&] { return upload(session, *arguments); }); });
  command = group->add_subcommand("list", "list the uploaded contracts");
  add_list_options(*command, arguments->range);
  command->callback([&session, arguments] {
    session.choose(
        [&] { return answer_list(session, "/v1/contracts", "contracts", arguments->range); });
  });
  command = group->add_subcommand("describe", "show a contract's functions, types and events");
  command->add_option("CONTRACT", arguments->contract, "SHA-256 of the module")->required();
  command->callback([&session, arguments] {
    session.choose(
        [&] { return show(session, "/v1/contracts/" + url_encode(arguments->contract)); });
  });
}

void add_instance_group(CLI::App& app, Session& session,
                        const std::shared_ptr<Arguments>& arguments) {
  CLI::App* group = app.add_subcommand("instance", "create and look at active contracts");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("create", "instantiate an uploaded contract");
  command->add_option("CONTRACT", arguments->contract, "SHA-256 of the module")->required();
  command->add_option("--label", arguments->label, "a name for people")->required();
  command->add_option("--arguments", arguments->json_arguments, "JSON object for init");
  command->add_option("--readers", arguments->readers, "parties who may see it; everybody: *");
  command->add_option("--command-id", arguments->command_id, "makes a retry safe");
  command->callback(
      [&session, arguments] { session.choose([&] { return instantiate(session, *arguments); }); });
  command = group->add_subcommand("list", "list the active contracts");
  add_list_options(*command, arguments->range);
  command->callback([&session, arguments] {
    session.choose(
        [&] { return answer_list(session, "/v1/instances", "instances", arguments->range); });
  });
  command = group->add_subcommand("show", "show one active contract");
  command->add_option("INSTANCE", arguments->instance)->required();
  command->callback([&session, arguments] {
    session.choose(
        [&] { return show(session, "/v1/instances/" + url_encode(arguments->instance)); });
  });
}

} // namespace

void add_contract_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  add_contract_group(app, session, arguments);
  add_instance_group(app, session, arguments);
}

} // namespace tenon::tool
