// tenon daml upload|packages|create|exercise|contracts|contract, and the words of tenon-daml, which
// needs no node.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "files.hpp"
#include "node_client.hpp"
#include "spawn.hpp"

namespace tenon::tool {
namespace {

struct Arguments {
  std::string engine = "daml";
  std::string file;
  std::string source;
  std::string template_id;
  std::string contract;
  std::string choice;
  std::string json_argument = "{}";
  std::string command_id;
  std::vector<std::string> templates;
  std::vector<std::string> interfaces;
  ListRange range{{}, 1000};

  // Of the engine in the node's API.
  [[nodiscard]] std::string path(const std::string& end) const {
    return "/v1/engines/" + url_encode(engine) + end;
  }
};

Status upload(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(std::string dar, read_file(arguments.file));
  session.progress("uploading " + std::to_string(dar.size()) + " bytes ...");
  const std::string source = arguments.source.empty()
                                 ? std::filesystem::path(arguments.file).filename().string()
                                 : arguments.source;
  std::string path = arguments.path("/packages?source=" + url_encode(source));
  if (!arguments.command_id.empty())
    path += "&command_id=" + url_encode(arguments.command_id);
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const Json answer,
                         node.upload(path, "application/octet-stream", std::move(dar)));
  session.result(answer);
  return ok_status();
}

Status command(Session& session, const Arguments& arguments, Json command) {
  Json body = {{"command", std::move(command)}};
  if (!arguments.command_id.empty())
    body["command_id"] = arguments.command_id;
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const Json answer, node.post(arguments.path("/commands"), body));
  session.result(answer);
  return ok_status();
}

Status create(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const Json payload, parse_json(arguments.json_argument, "PAYLOAD"));
  const Json body = {{"templateId", arguments.template_id}, {"payload", payload}};
  return command(session, arguments, {{"create", body}});
}

Status exercise(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const Json argument, parse_json(arguments.json_argument, "ARGUMENT"));
  const Json body = {{"templateId", arguments.template_id},
                     {"contractId", arguments.contract},
                     {"choice", arguments.choice},
                     {"argument", argument}};
  return command(session, arguments, {{"exercise", body}});
}

Status list_contracts(Session& session, const Arguments& arguments) {
  NodeClient node(session);
  const std::string path = arguments.path("/query");
  const auto ask = [&](const std::string& after, std::size_t limit) {
    Json wanted = {{"limit", limit}};
    if (!after.empty())
      wanted["after"] = after;
    if (!arguments.templates.empty())
      wanted["templateIds"] = arguments.templates;
    if (!arguments.interfaces.empty())
      wanted["interfaceIds"] = arguments.interfaces;
    return node.post(path, {{"request", {{"activeContracts", wanted}}}});
  };
  TENON_ASSIGN_OR_RETURN(const List list,
                         collect_pages(ask, "POST " + path, "contracts", arguments.range));
  return show_list(session, list);
}

Status show_contract(Session& session, const Arguments& arguments) {
  NodeClient node(session);
  const Json request = {{"contract", {{"contractId", arguments.contract}}}};
  TENON_ASSIGN_OR_RETURN(const Json answer,
                         node.post(arguments.path("/query"), {{"request", request}}));
  session.result(answer);
  return ok_status();
}

// The program for packages as files stands beside the tool.
Status run_tenon_daml(Session& session, std::vector<std::string> words) {
  if (session.json && std::find(words.begin(), words.end(), "--json") == words.end())
    words.emplace_back("--json");
  const Status status = run_instead({installation() / "bin" / "tenon-daml", std::move(words)});
  return session.failed(status, Exit::kFailed, "tenon daml --help");
}

// All that follows the word belongs to the program, its --help too.
void add_program_word(CLI::App& group, Session& session, const std::string& word,
                      const std::string& description) {
  CLI::App* command = group.add_subcommand(word, description);
  command->prefix_command()->fallthrough(false)->set_help_flag();
  command->callback([&session, command, word] {
    session.choose([&session, command, word] {
      std::vector<std::string> words = command->remaining();
      words.insert(words.begin(), word);
      return run_tenon_daml(session, std::move(words));
    });
  });
}

using Command = Status (*)(Session&, const Arguments&);

CLI::App* add_command(CLI::App& group, Session& session,
                      const std::shared_ptr<Arguments>& arguments, const std::string& word,
                      const std::string& description, Command run) {
  CLI::App* command = group.add_subcommand(word, description);
  command->add_option("--engine", arguments->engine, "id of the engine in the node's configuration")
      ->capture_default_str();
  command->callback([&session, arguments, run] {
    session.choose([&session, arguments, run] { return run(session, *arguments); });
  });
  return command;
}

Status list_packages(Session& session, const Arguments& arguments) {
  return answer_list(session, arguments.path("/packages"), "packages", arguments.range);
}

void add_node_words(CLI::App& group, Session& session,
                    const std::shared_ptr<Arguments>& arguments) {
  const auto add = [&](const char* word, const char* description, Command run) {
    return add_command(group, session, arguments, word, description, run);
  };
  CLI::App* command = add("upload", "upload the packages of a DAR", upload);
  command->add_option("FILE", arguments->file, "the DAR")->required();
  command->add_option("--source", arguments->source,
                      "where they come from; the file's name when not given");
  command->add_option("--command-id", arguments->command_id, "makes a retry safe");
  command = add("packages", "list the packages on the ledger", list_packages);
  add_list_options(*command, arguments->range);
  command = add("create", "create a contract", create);
  command->add_option("TEMPLATE", arguments->template_id, "#package-name:Module:Name")->required();
  command->add_option("PAYLOAD", arguments->json_argument, "JSON of its record")->required();
  command->add_option("--command-id", arguments->command_id, "makes a retry safe");
  command = add("exercise", "exercise a choice of a contract", exercise);
  command->add_option("TEMPLATE", arguments->template_id, "or interface, that has the choice")
      ->required();
  command->add_option("CONTRACT", arguments->contract, "id of the contract")->required();
  command->add_option("CHOICE", arguments->choice)->required();
  command->add_option("ARGUMENT", arguments->json_argument, "JSON of its argument")
      ->capture_default_str();
  command->add_option("--command-id", arguments->command_id, "makes a retry safe");
  command = add("contracts", "list the active contracts that the party sees", list_contracts);
  command->add_option("--template", arguments->templates, "only of these templates");
  command->add_option("--interface", arguments->interfaces,
                      "only those that implement these, with what they show");
  add_list_options(*command, arguments->range);
  command = add("contract", "show one active contract", show_contract);
  command->add_option("CONTRACT", arguments->contract, "its id")->required();
}

} // namespace

void add_daml_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("daml", "packages and contracts of Daml");
  group->require_subcommand(1);
  add_node_words(*group, session, arguments);
  add_program_word(*group, session, "inspect", "look into a DAR");
  add_program_word(*group, session, "assemble", "make a DAR of text");
  add_program_word(*group, session, "disassemble", "show a package as text");
  add_program_word(*group, session, "validate", "check the packages of a DAR");
}

} // namespace tenon::tool
