// tenon tx submit|list|show, tenon query, tenon status.
#include <CLI/CLI.hpp>
#include <memory>

#include "node_client.hpp"

namespace tenon::tool {
namespace {

struct Arguments {
  std::string instance;
  std::string function;
  std::string json_arguments = "{}";
  std::string command_id;
  std::string transaction;
  bool all = false;
  ListRange range{{}, 100};
};

// POST of a function call to an instance: `verb` is execute or query.
Status call(Session& session, const Arguments& arguments, const std::string& verb) {
  TENON_ASSIGN_OR_RETURN(const Json values, parse_json(arguments.json_arguments, "ARGUMENTS"));
  Json body = {{"function", arguments.function}, {"arguments", values}};
  if (!arguments.command_id.empty())
    body["command_id"] = arguments.command_id;
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(
      const Json answer,
      node.post("/v1/instances/" + url_encode(arguments.instance) + "/" + verb, body));
  session.result(answer);
  return ok_status();
}

Status list(Session& session, const Arguments& arguments) {
  return answer_list(session, "/v1/transactions", "transactions", arguments.range,
                     arguments.all ? Access::kOperator : Access::kParty);
}

Status show(Session& session, const std::string& path, Access access) {
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const Json answer, node.get(path, access));
  session.result(answer);
  return ok_status();
}

void add_call(CLI::App* command, Session& session, const std::shared_ptr<Arguments>& arguments,
              const std::string& verb) {
  command->add_option("INSTANCE", arguments->instance, "the active contract")->required();
  command->add_option("FUNCTION", arguments->function)->required();
  command->add_option("ARGUMENTS", arguments->json_arguments, "JSON object")->capture_default_str();
  command->callback([&session, arguments, verb] {
    session.choose([&session, arguments, verb] { return call(session, *arguments, verb); });
  });
}

} // namespace

void add_transaction_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("tx", "submit transactions, look at them");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("submit", "call a function of an active contract");
  command->add_option("--command-id", arguments->command_id, "makes a retry safe");
  add_call(command, session, arguments, "execute");
  command = group->add_subcommand("list", "list the transactions that the party may see");
  command->add_flag("--all", arguments->all, "all of them, as an operator");
  add_list_options(*command, arguments->range);
  command->callback(
      [&session, arguments] { session.choose([&] { return list(session, *arguments); }); });
  command = group->add_subcommand("show", "show one transaction");
  command->add_option("TRANSACTION", arguments->transaction, "its id")->required();
  command->callback([&session, arguments] {
    session.choose([&] {
      return show(session, "/v1/transactions/" + url_encode(arguments->transaction),
                  Access::kParty);
    });
  });
  add_call(app.add_subcommand("query", "call a read-only function of an active contract"), session,
           arguments, "query");
  app.add_subcommand("status", "show the node's height, root and readiness")->callback([&session] {
    session.choose([&] { return show(session, "/v1/status", Access::kOperator); });
  });
}

} // namespace tenon::tool
