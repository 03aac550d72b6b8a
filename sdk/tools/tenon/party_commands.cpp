// tenon party allocate|list|token.
#include <CLI/CLI.hpp>
#include <memory>

#include "node_client.hpp"

namespace tenon::tool {
namespace {

struct Arguments {
  std::string name;
  std::string display_name;
  ListRange range{{}, 1000};
  std::vector<std::string> read_as;
  bool admin = false;
  bool ledger_api = false;
  LedgerApiClaims ledger_api_claims; // an empty ledger: the data directory's
  bool user = false;
  std::uint64_t lifetime_s = 24 * 3600;
};

Status allocate(Session& session, const Arguments& arguments) {
  NodeClient node(session);
  Json body = {{"party", arguments.name}};
  if (!arguments.display_name.empty())
    body["display_name"] = arguments.display_name;
  TENON_ASSIGN_OR_RETURN(const Json answer, node.post("/v1/parties", body, Access::kOperator));
  session.result(answer);
  return ok_status();
}

Result<std::string> signed_token(const std::string& data_directory, const Arguments& arguments) {
  TokenClaims claims;
  claims.subject = arguments.name;
  claims.is_user = arguments.user;
  claims.act_as = {arguments.name};
  claims.read_as = arguments.read_as;
  claims.admin = arguments.admin;
  claims.lifetime_s = arguments.lifetime_s;
  if (arguments.ledger_api) {
    claims.ledger_api = arguments.ledger_api_claims;
    if (claims.ledger_api->ledger_id.empty()) {
      TENON_ASSIGN_OR_RETURN(claims.ledger_api->ledger_id, ledger_of(data_directory));
    }
  }
  return make_token(data_directory, claims);
}

Status print_token(Session& session, const Arguments& arguments) {
  auto token = signed_token(session.data_directory, arguments);
  if (!token.ok()) {
    return session.failed(token.status(), Exit::kDenied,
                          "name the node's data directory with --data-dir, or: tenon up");
  }
  session.result(session.json ? Json{{"token", *token}} : Json(*token));
  return ok_status();
}

void add_token_command(CLI::App& group, Session& session,
                       const std::shared_ptr<Arguments>& arguments) {
  CLI::App* command =
      group.add_subcommand("token", "print a bearer token, signed with the node's key");
  command->add_option("NAME", arguments->name, "the party that the bearer acts as")->required();
  CLI::Option* read_as = command->add_option("--read-as", arguments->read_as,
                                             "parties whose data it may read besides");
  CLI::Option* admin =
      command->add_flag("--admin", arguments->admin, "an operator's token: sees everything");
  CLI::Option* ledger_api = command->add_flag(
      "--ledger-api", arguments->ledger_api, "also for the Daml Ledger API and JSON API");
  command
      ->add_option("--ledger-id", arguments->ledger_api_claims.ledger_id,
                   "what the node's configuration calls the ledger there, if not as its chain")
      ->needs(ledger_api);
  command
      ->add_option("--application-id", arguments->ledger_api_claims.application_id,
                   "the application there; any, but the JSON API demands one")
      ->needs(ledger_api);
  command
      ->add_flag("--user", arguments->user,
                 "NAME is a user of the Daml Ledger API, which knows its rights")
      ->excludes(read_as)
      ->excludes(admin)
      ->excludes(ledger_api);
  command->add_option("--lifetime-s", arguments->lifetime_s, "seconds until it expires")
      ->capture_default_str();
  command->callback(
      [&session, arguments] { session.choose([&] { return print_token(session, *arguments); }); });
}

} // namespace

void add_party_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("party", "allocate parties, make tokens for them");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("allocate", "add a party, hosted by this node");
  command->add_option("NAME", arguments->name)->required();
  command->add_option("--display-name", arguments->display_name, "a name for people");
  command->callback(
      [&session, arguments] { session.choose([&] { return allocate(session, *arguments); }); });
  command = group->add_subcommand("list", "list the parties of the ledger");
  add_list_options(*command, arguments->range);
  command->callback([&session, arguments] {
    session.choose([&] {
      return answer_list(session, "/v1/parties", "parties", arguments->range, Access::kOperator);
    });
  });
  add_token_command(*group, session, arguments);
}

} // namespace tenon::tool
