// tenon operator …: the operators' commands, from a draft over everybody's signature to the ledger,
// and the log of those that were accepted.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "operator_drafts.hpp"
#include "operator_file.hpp"
#include "operator_ledger.hpp"
#include "services/files.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::tool {
namespace {

namespace services = host::services;

constexpr std::size_t kMaxKeyFileBytes = 16u << 10;
constexpr unsigned kForOwner = 0600;
constexpr unsigned kForAll = 0644;

struct Arguments {
  std::string file;
  std::string output;
  std::string key;
  std::string name;
  std::string tls_key;
  std::string genesis;
  bool online = false;
  std::uint64_t after = 0;
  std::size_t limit = 1000;
};

Result<crypto::PrivateKey> read_key(const std::string& file) {
  TENON_ASSIGN_OR_RETURN(const Bytes pem,
                         services::read_file(file, kMaxKeyFileBytes, /*owner_only=*/true));
  auto key = crypto::PrivateKey::from_pem(pem);
  if (!key.ok())
    return key.status().with_context(file + " holds no Ed25519 key in PKCS#8 PEM");
  return key;
}

Status make_key(Session& session, const Arguments& arguments) {
  std::error_code error;
  if (std::filesystem::exists(arguments.output, error)) {
    return session.failed(failed_precondition(arguments.output +
                                              ": expected no such file, found one, whose key "
                                              "would be lost"),
                          Exit::kFailed, "tenon operator keygen --out ANOTHER_FILE");
  }
  TENON_ASSIGN_OR_RETURN(const auto key, crypto::PrivateKey::generate());
  TENON_ASSIGN_OR_RETURN(const std::string pem, key.to_pem());
  TENON_RETURN_IF_ERROR(
      services::write_file_atomically(std::filesystem::absolute(arguments.output), pem, kForOwner));
  session.result(Json{{"written", arguments.output}, {"public_key", to_hex(key.public_key())}});
  return ok_status();
}

// Where the replica's new key is: what the operators need to know of it.
Status prove_key(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto genesis, read_ledger_genesis(session, arguments.genesis));
  TENON_ASSIGN_OR_RETURN(const auto key, read_key(arguments.key));
  Bytes tls_key;
  if (!arguments.tls_key.empty()) {
    const auto given = hash_from_hex(arguments.tls_key);
    if (!given)
      return invalid_argument("--tls-key: expected 64 hex digits, found " + arguments.tls_key);
    tls_key = given->str();
  }
  TENON_ASSIGN_OR_RETURN(const Bytes proof,
                         key.sign(wire::rotation_signing_bytes(genesis.chain, arguments.name,
                                                               key.public_key(), tls_key)));
  session.result(Json{{"name", arguments.name},
                      {"public_key", to_hex(key.public_key())},
                      {"tls_key", tls_key.empty() ? Json(nullptr) : Json(to_hex(tls_key))},
                      {"proof", to_hex(proof)}});
  return ok_status();
}

Status wrong_chain(const Hash& chain, const CommandFile& file) {
  return invalid_argument("expected a command for chain " + to_hex(chain.view()) +
                          ", whose genesis document is here, found one for chain " +
                          to_hex(file.chain.view()));
}

// Whose key it is, by the genesis document, unless the command line says it.
Result<std::string> signer_name(Session& session, const Arguments& arguments,
                                const CommandFile& file, const Bytes& public_key) {
  if (!arguments.name.empty())
    return arguments.name;
  const std::string say =
      "tenon operator sign " + arguments.file + " --key " + arguments.key + " --name NAME";
  const auto genesis = read_ledger_genesis(session, arguments.genesis);
  if (!genesis.ok()) {
    return session.failed(
        not_found("whose key it is stands in no genesis document: " + genesis.status().message()),
        Exit::kFailed, say);
  }
  if (genesis->chain != file.chain) {
    return session.failed(wrong_chain(genesis->chain, file), Exit::kDenied,
                          "tenon operator show " + arguments.file);
  }
  for (const v1::Operator& one : genesis->operators.operators()) {
    if (one.public_key() == public_key)
      return one.name();
  }
  return session.failed(
      not_found("the genesis document names no operator with key " + to_hex(public_key)),
      Exit::kDenied, say);
}

Status sign(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(CommandFile file, read_command_file(arguments.file));
  TENON_ASSIGN_OR_RETURN(const auto key, read_key(arguments.key));
  TENON_ASSIGN_OR_RETURN(const std::string name,
                         signer_name(session, arguments, file, key.public_key()));
  const auto& there = file.command.signatures();
  if (std::any_of(there.begin(), there.end(),
                  [&](const v1::OperatorSignature& one) { return one.name() == name; })) {
    return session.failed(failed_precondition(arguments.file +
                                              ": expected no signature of operator " + name +
                                              " yet, found one"),
                          Exit::kFailed, "tenon operator show " + arguments.file);
  }
  TENON_ASSIGN_OR_RETURN(const Bytes signature,
                         key.sign(wire::operator_signing_bytes(file.chain, file.command.sequence(),
                                                               file.command.command())));
  v1::OperatorSignature& added = *file.command.add_signatures();
  added.set_name(name);
  added.set_signature(signature);
  TENON_RETURN_IF_ERROR(replace_command_file(arguments.file, file));
  TENON_ASSIGN_OR_RETURN(const v1::OperatorAction action, action_of(file.command));
  Json answer = {{"written", arguments.file},
                 {"signed_by", signers_of(file.command)},
                 {"chain", to_hex(file.chain.view())},
                 {"sequence", std::to_string(file.command.sequence())}};
  answer.update(describe(action));
  answer["next"] = "tenon operator show " + arguments.file + " --online";
  session.result(answer);
  return ok_status();
}

// What the ledger's operators make of the signatures: each one's worth, and what is missing.
Status add_standing(Session& session, const Arguments& arguments, const CommandFile& file,
                    Json& answer) {
  TENON_ASSIGN_OR_RETURN(auto genesis, read_ledger_genesis(session, arguments.genesis));
  if (genesis.chain != file.chain)
    return wrong_chain(genesis.chain, file);
  OperatorLedger ledger(session, std::move(genesis));
  TENON_ASSIGN_OR_RETURN(const v1::OperatorSet operators, ledger.operators());
  const Bytes signed_bytes =
      wire::operator_signing_bytes(file.chain, file.command.sequence(), file.command.command());
  Json standing = Json::array();
  std::uint32_t valid = 0;
  for (const v1::OperatorSignature& one : file.command.signatures()) {
    const auto& known = operators.operators();
    const auto found = std::find_if(known.begin(), known.end(), [&](const v1::Operator& each) {
      return each.name() == one.name();
    });
    const bool holds =
        found != known.end() && crypto::verify(found->public_key(), signed_bytes, one.signature());
    valid += holds ? 1 : 0;
    standing.push_back({{"operator", one.name()},
                        {"signature", holds                  ? "valid"
                                      : found == known.end() ? "of no operator of this ledger"
                                                             : "wrong"}});
  }
  const bool complete = valid >= operators.threshold() &&
                        valid == static_cast<std::uint32_t>(file.command.signatures_size());
  answer["signatures"] = std::move(standing);
  answer["threshold"] = operators.threshold();
  answer["operators"] = operators.operators_size();
  answer["next_sequence"] = std::to_string(operators.next_sequence());
  answer["ready"] = complete && file.command.sequence() == operators.next_sequence();
  return ok_status();
}

Status show(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const CommandFile file, read_command_file(arguments.file));
  TENON_ASSIGN_OR_RETURN(const v1::OperatorAction action, action_of(file.command));
  Json answer = describe(action);
  answer["chain"] = to_hex(file.chain.view());
  answer["sequence"] = std::to_string(file.command.sequence());
  answer["signed_by"] = signers_of(file.command);
  if (arguments.online)
    TENON_RETURN_IF_ERROR(add_standing(session, arguments, file, answer));
  session.result(answer);
  return ok_status();
}

Status encode(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const CommandFile file, read_command_file(arguments.file));
  TENON_RETURN_IF_ERROR(services::write_file_atomically(std::filesystem::absolute(arguments.output),
                                                        file.command.SerializeAsString(), kForAll));
  session.result(Json{{"written", arguments.output}, {"signed_by", signers_of(file.command)}});
  return ok_status();
}

// The same file again asks for the same command: a repetition is harmless.
std::string command_id(const v1::OperatorCommand& command) {
  constexpr std::size_t kHashDigits = 32;
  return "operator-" + std::to_string(command.sequence()) + "-" +
         to_hex(crypto::sha256(command.SerializeAsString()).view()).substr(0, kHashDigits);
}

Status submit(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const CommandFile file, read_command_file(arguments.file));
  TENON_ASSIGN_OR_RETURN(const v1::OperatorAction action, action_of(file.command));
  if (action.has_unwedge()) {
    return session.failed(failed_precondition("a wedged ledger orders nothing, an unwedge neither: "
                                              "each replica is given it when it starts"),
                          Exit::kUsage,
                          "tenon operator encode " + arguments.file + " --out unwedge.bin");
  }
  NodeClient node(session);
  auto answer = node.post("/v1/operators/commands",
                          {{"operator_command", to_base64(file.command.SerializeAsString())},
                           {"command_id", command_id(file.command)}},
                          Access::kOperator);
  if (!answer.ok()) {
    const Code code = answer.status().code();
    if (code == Code::kUnavailable || code == Code::kUnauthenticated)
      return answer.status();
    const bool denied = code == Code::kPermissionDenied;
    return session.failed(answer.status(), denied ? Exit::kDenied : Exit::kRejected,
                          "tenon operator show " + arguments.file + " --online");
  }
  session.result(*answer);
  return ok_status();
}

Result<Json> log_item(std::uint64_t sequence, const v1::OperatorLogEntry& entry) {
  v1::OperatorCommand command;
  if (!command.ParseFromString(entry.command()))
    return data_loss("entry " + std::to_string(sequence) + " of the operators' log is malformed");
  TENON_ASSIGN_OR_RETURN(const v1::OperatorAction action, action_of(command));
  Json does = describe(action);
  Json item = {{"sequence", std::to_string(sequence)},
               {"height", std::to_string(entry.height())},
               {"action", does["action"]},
               {"signed_by", signers_of(command)},
               {"transaction", to_hex(entry.transaction_id())}};
  does.erase("action");
  item["what"] = std::move(does);
  return item;
}

Status log(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(auto genesis, read_ledger_genesis(session, arguments.genesis));
  OperatorLedger ledger(session, std::move(genesis));
  TENON_ASSIGN_OR_RETURN(const v1::OperatorSet operators, ledger.operators());
  const std::uint64_t end = operators.next_sequence(); // the log has those below it
  const std::uint64_t first = std::min(arguments.after, end) + 1;
  const std::uint64_t there = end > first ? end - first : 0;
  const std::uint64_t listed = std::min<std::uint64_t>(there, arguments.limit);
  Json items = Json::array();
  while (items.size() < listed) {
    TENON_ASSIGN_OR_RETURN(const auto entries,
                           ledger.log(first + items.size(), listed - items.size()));
    for (const v1::OperatorLogEntry& entry : entries) {
      TENON_ASSIGN_OR_RETURN(Json item, log_item(first + items.size(), entry));
      items.push_back(std::move(item));
    }
  }
  session.result(items);
  if (listed < there)
    session.more("after", std::to_string(first + listed - 1));
  return ok_status();
}

using Run = Status (*)(Session& session, const Arguments& arguments);

CLI::App* add(CLI::App& group, Session& session, const std::shared_ptr<Arguments>& arguments,
              const char* name, const char* help, Run run) {
  CLI::App* command = group.add_subcommand(name, help);
  command->callback([&session, arguments, run] {
    session.choose([&session, arguments, run] { return run(session, *arguments); });
  });
  return command;
}

void add_file_commands(CLI::App& group, Session& session,
                       const std::shared_ptr<Arguments>& arguments) {
  const auto add_on_file = [&](const char* name, const char* help, Run run) {
    CLI::App* command = add(group, session, arguments, name, help, run);
    command->add_option("FILE", arguments->file, "the command file")->required();
    return command;
  };
  CLI::App* command = add_on_file("sign", "add a signature to a command file", sign);
  command->add_option("--key", arguments->key, "PEM file of the operator's key")->required();
  command->add_option("--name", arguments->name,
                      "of the operator; found by the key in the genesis document when not given");
  add_genesis_option(*command, arguments->genesis);
  command = add_on_file("show", "say what a command file does and who has signed it", show);
  command->add_flag("--online", arguments->online,
                    "ask the node: threshold, next sequence, which signatures count");
  add_genesis_option(*command, arguments->genesis);
  add_on_file("submit", "send a signed command to the ledger, through a node", submit);
  command = add_on_file("encode", "write the bare message, as a replica is given it", encode);
  command->add_option("--out", arguments->output, "the file to write")->required();
}

} // namespace

void add_operator_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("operator", "change the ledger itself, as its operators");
  group->require_subcommand(1);
  CLI::App* command = add(*group, session, arguments, "keygen", "make an operator's key", make_key);
  command->add_option("--out", arguments->output, "the PEM file to write")->required();
  command = add(*group, session, arguments, "key-proof",
                "show that a replica has its new key, for rotate-replica-keys", prove_key);
  command->add_option("NAME", arguments->name, "of the replica")->required();
  command->add_option("--key", arguments->key, "PEM file of its new key")->required();
  command->add_option("--tls-key", arguments->tls_key, "of its channels, where it is another key");
  add_genesis_option(*command, arguments->genesis);
  add_operator_drafts(*group, session);
  add_file_commands(*group, session, arguments);
  command = add(*group, session, arguments, "log", "list the commands that were accepted", log);
  command->add_option("--after", arguments->after, "go on after this sequence number");
  add_genesis_option(*command, arguments->genesis);
  add_limit_option(*command, arguments->limit);
}

} // namespace tenon::tool
