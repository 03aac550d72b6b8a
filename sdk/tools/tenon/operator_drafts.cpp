#include "operator_drafts.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "operator_file.hpp"
#include "operator_ledger.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/operator_rules.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::tool {
namespace {

namespace pipeline = host::pipeline;

struct Arguments {
  std::string output;
  std::string genesis;
  std::uint64_t sequence = 0; // 0: the ledger's next
  std::string name;           // of a replica, a client or a party
  std::string public_key;
  std::string tls_key;
  std::string proof;
  std::string hash; // a fingerprint or a block id
  std::vector<std::string> names;
  std::uint64_t height = 0;
  std::uint32_t count = 0;
  bool may_allocate_parties = false;
  bool streams = false;
};

// Puts what the arguments say into the action.
using Fill = Status (*)(const Arguments& arguments, const Hash& chain, v1::OperatorAction& action);

Status take_name(const std::string& name, std::string* out) {
  if (!pipeline::keys::valid_client(name)) {
    return invalid_argument("expected a name of 1 to 63 of A-Z a-z 0-9 . _ -, found \"" + name +
                            "\"");
  }
  *out = name;
  return ok_status();
}

Status take_hash(const char* what, const std::string& hex, std::string* out) {
  const auto hash = hash_from_hex(hex);
  if (!hash) {
    return invalid_argument(std::string("expected ") + what + " of 64 hex digits, found \"" + hex +
                            "\"");
  }
  *out = hash->str();
  return ok_status();
}

template <typename Message> Status take_keys(const Arguments& arguments, Message& message) {
  TENON_RETURN_IF_ERROR(
      take_hash("an Ed25519 public key", arguments.public_key, message.mutable_public_key()));
  if (arguments.tls_key.empty())
    return ok_status();
  return take_hash("an Ed25519 public key", arguments.tls_key, message.mutable_tls_key());
}

Status add_replica(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  v1::AddReplica& add = *action.mutable_add_replica();
  add.set_activation_height(arguments.height);
  TENON_RETURN_IF_ERROR(take_name(arguments.name, add.mutable_validator()->mutable_name()));
  return take_keys(arguments, *add.mutable_validator());
}

Status remove_replica(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  action.mutable_remove_replica()->set_activation_height(arguments.height);
  return take_name(arguments.name, action.mutable_remove_replica()->mutable_name());
}

Status rotate_replica_keys(const Arguments& arguments, const Hash& chain,
                           v1::OperatorAction& action) {
  v1::RotateReplicaKeys& rotation = *action.mutable_rotate_replica_keys();
  rotation.set_activation_height(arguments.height);
  TENON_RETURN_IF_ERROR(take_name(arguments.name, rotation.mutable_name()));
  TENON_RETURN_IF_ERROR(take_keys(arguments, rotation));
  rotation.set_proof(from_hex(arguments.proof).value_or(Bytes()));
  if (crypto::verify(rotation.public_key(),
                     wire::rotation_signing_bytes(chain, rotation.name(), rotation.public_key(),
                                                  rotation.tls_key()),
                     rotation.proof()))
    return ok_status();
  return invalid_argument("--proof: expected the new key's signature over this chain, the name and "
                          "the new keys, found another one; make it where the new key is: tenon "
                          "operator key-proof " +
                          arguments.name + " --key PEM");
}

Status set_max_byzantine(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  action.mutable_set_max_byzantine()->set_max_byzantine(arguments.count);
  action.mutable_set_max_byzantine()->set_activation_height(arguments.height);
  return ok_status();
}

Status set_engines(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  action.mutable_set_engines()->set_activation_height(arguments.height);
  return take_hash("a network fingerprint", arguments.hash,
                   action.mutable_set_engines()->mutable_fingerprint());
}

Status wedge(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  action.mutable_wedge()->set_last_height(arguments.height);
  return ok_status();
}

Status unwedge(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  return take_hash("the id of the wedged epoch's last block", arguments.hash,
                   action.mutable_unwedge()->mutable_last_block());
}

Status prune(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  action.mutable_prune()->set_keep_from_height(arguments.height);
  return ok_status();
}

Status host_party(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  v1::HostParty& host = *action.mutable_host_party();
  if (!pipeline::keys::valid_party(arguments.name)) {
    return invalid_argument("expected a party's name of 1 to 255 of A-Z a-z 0-9 : _ - and space, "
                            "found \"" +
                            arguments.name + "\"");
  }
  host.set_party(arguments.name);
  for (const std::string& client : arguments.names)
    TENON_RETURN_IF_ERROR(take_name(client, host.add_clients()));
  return ok_status();
}

Status add_client(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  v1::AddClient& add = *action.mutable_add_client();
  add.set_may_allocate_parties(arguments.may_allocate_parties);
  add.set_streams(arguments.streams);
  TENON_RETURN_IF_ERROR(take_name(arguments.name, add.mutable_id()));
  return take_keys(arguments, add);
}

Status remove_client(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  return take_name(arguments.name, action.mutable_remove_client()->mutable_id());
}

Status rotate_client_key(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  v1::RotateClientKeys& rotation = *action.mutable_rotate_client_keys();
  TENON_RETURN_IF_ERROR(take_name(arguments.name, rotation.mutable_id()));
  return take_keys(arguments, rotation);
}

Status set_operators(const Arguments& arguments, const Hash&, v1::OperatorAction& action) {
  v1::OperatorSet operators;
  operators.set_threshold(arguments.count);
  for (const std::string& word : arguments.names) {
    const auto equals = word.find('=');
    if (equals == std::string::npos)
      return invalid_argument("expected NAME=PUBLIC_KEY, found \"" + word + "\"");
    v1::Operator& one = *operators.add_operators();
    one.set_name(word.substr(0, equals));
    TENON_RETURN_IF_ERROR(
        take_hash("an Ed25519 public key", word.substr(equals + 1), one.mutable_public_key()));
  }
  TENON_RETURN_IF_ERROR(pipeline::check_operator_set(operators));
  action.mutable_set_operators()->set_threshold(operators.threshold());
  *action.mutable_set_operators()->mutable_operators() = operators.operators();
  return ok_status();
}

Status write_draft(Session& session, const Arguments& arguments, Fill fill) {
  TENON_ASSIGN_OR_RETURN(auto genesis, read_ledger_genesis(session, arguments.genesis));
  CommandFile file;
  file.chain = genesis.chain;
  v1::OperatorAction action;
  if (const Status status = fill(arguments, file.chain, action); !status.ok())
    return session.failed(status, Exit::kUsage, "tenon operator --help");
  file.command.set_command(action.SerializeAsString());
  file.command.set_sequence(arguments.sequence);
  if (arguments.sequence == 0) {
    OperatorLedger ledger(session, std::move(genesis));
    TENON_ASSIGN_OR_RETURN(const v1::OperatorSet operators, ledger.operators());
    file.command.set_sequence(operators.next_sequence());
  }
  const Status written = make_command_file(arguments.output, file);
  if (!written.ok())
    return session.failed(written, Exit::kFailed, "tenon operator show " + arguments.output);
  Json answer = {{"written", arguments.output},
                 {"chain", to_hex(file.chain.view())},
                 {"sequence", std::to_string(file.command.sequence())}};
  answer.update(describe(action));
  answer["next"] = "tenon operator sign " + arguments.output + " --key PEM";
  session.result(answer);
  return ok_status();
}

// Names the subcommands and the options that several of them have.
class Drafts {
public:
  Drafts(CLI::App& group, Session& session) : group_(group), session_(session) {}

  CLI::App* add(const char* name, const char* help, Fill fill) {
    CLI::App* command = group_.add_subcommand(name, help);
    command->add_option("--output", arguments_->output, "the command file to write")->required();
    command
        ->add_option("--sequence", arguments_->sequence,
                     "its place among the operators' commands; the ledger's next when not given")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62));
    add_genesis_option(*command, arguments_->genesis);
    command->callback([&session = session_, arguments = arguments_, fill] {
      session.choose(
          [&session, arguments, fill] { return write_draft(session, *arguments, fill); });
    });
    return command;
  }
  CLI::App* named(const char* name, const char* help, const char* what, Fill fill) {
    CLI::App* command = add(name, help, fill);
    command->add_option("NAME", arguments_->name, what)->required();
    return command;
  }
  CLI::App* with_keys(CLI::App* command) {
    command->add_option("PUBLIC_KEY", arguments_->public_key, "Ed25519, 64 hex digits")->required();
    command->add_option("--tls-key", arguments_->tls_key,
                        "of its channels, where it is another key");
    return command;
  }
  CLI::App* with_height(CLI::App* command) {
    command->add_option("--height", arguments_->height,
                        "the first block for which it holds; the earliest when not given");
    return command;
  }
  Arguments& arguments() { return *arguments_; }

private:
  CLI::App& group_;
  Session& session_;
  std::shared_ptr<Arguments> arguments_ = std::make_shared<Arguments>();
};

void add_replica_drafts(Drafts& drafts) {
  Arguments& arguments = drafts.arguments();
  drafts.with_height(drafts.with_keys(
      drafts.named("add-replica", "order another validator", "of the replica", add_replica)));
  drafts.with_height(drafts.named("remove-replica", "order one validator fewer", "of the replica",
                                  remove_replica));
  CLI::App* command = drafts.with_height(
      drafts.with_keys(drafts.named("rotate-replica-keys", "order other keys of a validator",
                                    "of the replica", rotate_replica_keys)));
  command->add_option("--proof", arguments.proof, "what `operator key-proof` printed")->required();
  command = drafts.with_height(drafts.add(
      "set-max-byzantine", "order how many Byzantine validators to withstand", set_max_byzantine));
  command->add_option("COUNT", arguments.count)->required();
  command = drafts.with_height(
      drafts.add("set-engines", "order other engines, or other versions of them", set_engines));
  command->add_option("FINGERPRINT", arguments.hash, "of the network, 64 hex digits")->required();
  command = drafts.add("wedge", "order that the ledger stops", wedge);
  command->add_option("--last-height", arguments.height,
                      "the last block; the earliest there can be when not given");
  command = drafts.add("unwedge-file", "let a wedged ledger go on", unwedge);
  command
      ->add_option("LAST_BLOCK", arguments.hash, "its id, as `tenon status` shows it on a replica")
      ->required();
}

void add_client_drafts(Drafts& drafts) {
  Arguments& arguments = drafts.arguments();
  CLI::App* command = drafts.add("prune", "allow replicas to forget old blocks", prune);
  command->add_option("KEEP_FROM_HEIGHT", arguments.height)->required();
  command = drafts.named("host-party", "order who hosts a party", "of the party", host_party);
  command->add_option("CLIENT", arguments.names, "these client nodes and no others")->required();
  command = drafts.with_keys(
      drafts.named("add-client", "let a client node sign batches", "its id", add_client));
  command->add_flag("--may-allocate-parties", arguments.may_allocate_parties);
  command->add_flag("--streams", arguments.streams, "it is a node that follows the ledger");
  drafts.named("remove-client", "let it sign no more", "its id", remove_client);
  drafts.with_keys(drafts.named("rotate-client-key", "order other keys of a client node", "its id",
                                rotate_client_key));
  command = drafts.add("set-operators", "order who the operators are", set_operators);
  command->add_option("--threshold", arguments.count, "so many of them must sign")->required();
  command->add_option("OPERATOR", arguments.names, "NAME=PUBLIC_KEY each")->required();
}

} // namespace

void add_operator_drafts(CLI::App& group, Session& session) {
  Drafts drafts(group, session);
  add_replica_drafts(drafts);
  add_client_drafts(drafts);
}

} // namespace tenon::tool
