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

Status print_token(Session& session, const Arguments& arguments) {
  TokenClaims claims;
  claims.subject = arguments.name;
  claims.act_as = {arguments.name};
  claims.read_as = arguments.read_as;
  claims.admin = arguments.admin;
  claims.lifetime_s = arguments.lifetime_s;
  auto token = make_token(session.data_directory, claims);
  if (!token.ok()) {
    return session.failed(token.status(), Exit::kDenied,
                          "name the node's data directory with --data-dir, or: tenon up");
  }
  session.result(session.json ? Json{{"token", *token}} : Json(*token));
  return ok_status();
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
  command = group->add_subcommand("token", "print a bearer token, signed with the node's key");
  command->add_option("NAME", arguments->name, "the party that the bearer acts as")->required();
  command->add_option("--read-as", arguments->read_as, "parties whose data it may read besides");
  command->add_flag("--admin", arguments->admin, "an operator's token: sees everything");
  command->add_option("--lifetime-s", arguments->lifetime_s, "seconds until it expires")
      ->capture_default_str();
  command->callback(
      [&session, arguments] { session.choose([&] { return print_token(session, *arguments); }); });
}

} // namespace tenon::tool
