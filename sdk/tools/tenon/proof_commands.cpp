// tenon proof get|verify. `verify` needs no node: a proof and a genesis document are enough.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "files.hpp"
#include "node_client.hpp"
#include "tenon/core/encoding.hpp"
#include "trust.hpp"

namespace tenon::tool {
namespace {

struct Arguments {
  std::string instance;
  std::string function;
  std::string json_arguments = "{}";
  std::vector<std::string> keys;
  std::string format;
  std::string output;
  std::string proof;
  std::string genesis;
};

Status get(Session& session, const Arguments& arguments) {
  Json body;
  if (arguments.keys.empty()) {
    TENON_ASSIGN_OR_RETURN(const Json values, parse_json(arguments.json_arguments, "--arguments"));
    body["query"] = {
        {"instance", arguments.instance}, {"function", arguments.function}, {"arguments", values}};
  } else {
    Json keys = Json::array();
    for (const std::string& key : arguments.keys)
      keys.push_back(to_hex(key));
    body["keys"] = keys;
  }
  if (!arguments.format.empty())
    body["format"] = arguments.format;
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const Json answer, node.post("/v1/proofs", body));
  if (arguments.output.empty()) {
    session.result(answer);
    return ok_status();
  }
  TENON_RETURN_IF_ERROR(write_file(arguments.output, answer.dump(2) + "\n"));
  session.result(
      Json{{"written", arguments.output}, {"next", "tenon proof verify " + arguments.output}});
  return ok_status();
}

// The file is what `get` or the REST API gave (JSON with "proof" in base64), or the bare message,
// in which case it is no document.
Result<Bytes> proof_bytes(const std::string& text, const Json& document, const std::string& file) {
  if (document.is_discarded())
    return Bytes(text);
  if (!document.is_object() || !document.contains("proof") || !document["proof"].is_string()) {
    return invalid_argument(file + " is JSON without a \"proof\" member");
  }
  auto bytes = from_base64(document["proof"].get<std::string>());
  if (!bytes)
    return invalid_argument(file + ": \"proof\" is not base64");
  return *std::move(bytes);
}

Status verify(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const std::string text, read_file(arguments.proof));
  const std::string genesis =
      arguments.genesis.empty() ? session.data_directory + "/genesis.json" : arguments.genesis;
  TENON_ASSIGN_OR_RETURN(const Trust trust, read_genesis(genesis));
  const Json document = Json::parse(text, nullptr, false);
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, proof_bytes(text, document, arguments.proof));
  const auto checked = check_proof(encoded, trust);
  Status status = checked.status();
  if (status.ok() && !document.is_discarded())
    status = check_clear_text(document, encoded);
  if (!status.ok()) {
    return session.failed(status, Exit::kUnproved,
                          "tenon proof get INSTANCE FUNCTION --output FILE, then verify again");
  }
  session.result(*checked);
  return ok_status();
}

} // namespace

void add_proof_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("proof", "prove ledger state, verify proofs offline");
  group->require_subcommand(1);
  CLI::App* command =
      group->add_subcommand("get", "fetch a proof of everything that a query reads");
  command->add_option("INSTANCE", arguments->instance, "the active contract");
  command->add_option("FUNCTION", arguments->function, "a query of it");
  command->add_option("ARGUMENTS", arguments->json_arguments, "JSON object");
  command->add_option("--key", arguments->keys, "prove this key instead (may be repeated)");
  command
      ->add_option("--format", arguments->format,
                   "as the ledger proves it (native), or each key for light clients of others, "
                   "too (ics23)")
      ->check(CLI::IsMember({"native", "ics23"}));
  command->add_option("--output", arguments->output, "write the proof to this file");
  command->callback(
      [&session, arguments] { session.choose([&] { return get(session, *arguments); }); });
  command = group->add_subcommand("verify", "check a proof against a genesis document, offline");
  command->add_option("FILE", arguments->proof, "what `proof get` wrote")->required();
  command->add_option("--genesis", arguments->genesis,
                      "the trusted genesis document; the data directory's when not given");
  command->callback(
      [&session, arguments] { session.choose([&] { return verify(session, *arguments); }); });
}

} // namespace tenon::tool
