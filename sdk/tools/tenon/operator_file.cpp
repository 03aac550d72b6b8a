#include "operator_file.hpp"

#include "services/files.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::tool {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMaxFileBytes = 256u << 10;
constexpr unsigned kForAll = 0644; // it holds no secret

Json key_or_null(const std::string& key) {
  return key.empty() ? Json(nullptr) : Json(to_hex(key));
}

Json height_or_earliest(std::uint64_t height) {
  return height == 0 ? Json("the earliest") : Json(std::to_string(height));
}

Json describe_operators(const v1::SetOperators& action) {
  Json operators = Json::array();
  for (const v1::Operator& one : action.operators())
    operators.push_back({{"name", one.name()}, {"public_key", to_hex(one.public_key())}});
  return {{"action", "set-operators"},
          {"threshold", action.threshold()},
          {"operators", std::move(operators)}};
}

// Those that hold from the next epoch on.
Json describe_change(const v1::OperatorAction& action) {
  switch (action.action_case()) {
  case v1::OperatorAction::kAddReplica: {
    const v1::Validator& validator = action.add_replica().validator();
    return {{"action", "add-replica"},
            {"name", validator.name()},
            {"public_key", key_or_null(validator.public_key())},
            {"tls_key", key_or_null(validator.tls_key())},
            {"height", height_or_earliest(action.add_replica().activation_height())}};
  }
  case v1::OperatorAction::kRemoveReplica:
    return {{"action", "remove-replica"},
            {"name", action.remove_replica().name()},
            {"height", height_or_earliest(action.remove_replica().activation_height())}};
  case v1::OperatorAction::kRotateReplicaKeys: {
    const v1::RotateReplicaKeys& rotation = action.rotate_replica_keys();
    return {{"action", "rotate-replica-keys"},
            {"name", rotation.name()},
            {"public_key", key_or_null(rotation.public_key())},
            {"tls_key", key_or_null(rotation.tls_key())},
            {"height", height_or_earliest(rotation.activation_height())}};
  }
  case v1::OperatorAction::kSetMaxByzantine:
    return {{"action", "set-max-byzantine"},
            {"max_byzantine", action.set_max_byzantine().max_byzantine()},
            {"height", height_or_earliest(action.set_max_byzantine().activation_height())}};
  case v1::OperatorAction::kSetEngines:
    return {{"action", "set-engines"},
            {"fingerprint", to_hex(action.set_engines().fingerprint())},
            {"height", height_or_earliest(action.set_engines().activation_height())}};
  default:
    return {{"action", "wedge"}, {"last_height", height_or_earliest(action.wedge().last_height())}};
  }
}

Json describe_clients(const v1::OperatorAction& action) {
  switch (action.action_case()) {
  case v1::OperatorAction::kHostParty: {
    Json clients = Json::array();
    for (const std::string& client : action.host_party().clients())
      clients.push_back(client);
    return {{"action", "host-party"},
            {"party", action.host_party().party()},
            {"clients", std::move(clients)}};
  }
  case v1::OperatorAction::kAddClient:
    return {{"action", "add-client"},
            {"id", action.add_client().id()},
            {"public_key", key_or_null(action.add_client().public_key())},
            {"tls_key", key_or_null(action.add_client().tls_key())},
            {"may_allocate_parties", action.add_client().may_allocate_parties()},
            {"streams", action.add_client().streams()}};
  case v1::OperatorAction::kRemoveClient:
    return {{"action", "remove-client"}, {"id", action.remove_client().id()}};
  default:
    return {{"action", "rotate-client-key"},
            {"id", action.rotate_client_keys().id()},
            {"public_key", key_or_null(action.rotate_client_keys().public_key())},
            {"tls_key", key_or_null(action.rotate_client_keys().tls_key())}};
  }
}

std::string encode(const CommandFile& file) {
  Json signatures = Json::array();
  for (const v1::OperatorSignature& one : file.command.signatures())
    signatures.push_back({{"name", one.name()}, {"signature", to_hex(one.signature())}});
  return Json{{"version", kVersion},
              {"chain", to_hex(file.chain.view())},
              {"sequence", std::to_string(file.command.sequence())},
              {"command", to_base64(file.command.command())},
              {"signatures", std::move(signatures)}}
             .dump(2) +
         "\n";
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Status decode_signatures(const Json& document, v1::OperatorCommand& command) {
  const Json signatures = document.value("signatures", Json());
  if (!signatures.is_array())
    return invalid_argument("/signatures: expected a list, found " +
                            std::string(signatures.type_name()));
  for (const Json& one : signatures) {
    const auto signature = from_hex(one.is_object() ? text_of(one, "signature") : "");
    if (!signature || signature->empty() || text_of(one, "name").empty()) {
      return invalid_argument("/signatures/" + std::to_string(command.signatures_size()) +
                              ": expected \"name\" and \"signature\" in hex, found " +
                              one.dump().substr(0, 80));
    }
    command.add_signatures()->set_name(text_of(one, "name"));
    command.mutable_signatures()->rbegin()->set_signature(*signature);
  }
  return ok_status();
}

Result<CommandFile> decode(const std::string& text) {
  TENON_ASSIGN_OR_RETURN(const Json document, parse_json(text, "it"));
  if (!document.is_object() || document.value("version", Json()) != Json(kVersion))
    return invalid_argument("/version: expected 1, as `tenon operator` writes it");
  const auto chain = hash_from_hex(text_of(document, "chain"));
  const auto sequence = parse_u64(text_of(document, "sequence"));
  const auto command = from_base64(text_of(document, "command"));
  if (!chain)
    return invalid_argument("/chain: expected 64 hex digits");
  if (!sequence)
    return invalid_argument("/sequence: expected a decimal number as a string");
  if (!command)
    return invalid_argument("/command: expected base64");
  CommandFile file;
  file.chain = *chain;
  file.command.set_sequence(*sequence);
  file.command.set_command(*command);
  TENON_RETURN_IF_ERROR(decode_signatures(document, file.command));
  TENON_RETURN_IF_ERROR(action_of(file.command).status());
  return file;
}

} // namespace

Status make_command_file(const std::filesystem::path& path, const CommandFile& file) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return failed_precondition(path.string() + ": expected no such file, found one, which may have "
                                               "signatures already; name another --output");
  }
  return replace_command_file(path, file);
}

Status replace_command_file(const std::filesystem::path& path, const CommandFile& file) {
  return host::services::write_file_atomically(std::filesystem::absolute(path), encode(file),
                                               kForAll);
}

Result<CommandFile> read_command_file(const std::filesystem::path& path) {
  TENON_ASSIGN_OR_RETURN(const Bytes text,
                         host::services::read_file(path, kMaxFileBytes, /*owner_only=*/false));
  auto file = decode(text);
  if (!file.ok())
    return file.status().with_context(path.string() + " is no operators' command");
  return file;
}

Result<v1::OperatorAction> action_of(const v1::OperatorCommand& command) {
  v1::OperatorAction action;
  if (!action.ParseFromString(command.command()) ||
      action.action_case() == v1::OperatorAction::ACTION_NOT_SET) {
    return invalid_argument("/command: expected an encoded OperatorAction that this version of "
                            "tenon knows");
  }
  return action;
}

Json describe(const v1::OperatorAction& action) {
  switch (action.action_case()) {
  case v1::OperatorAction::kUnwedge:
    return {{"action", "unwedge-file"}, {"last_block", to_hex(action.unwedge().last_block())}};
  case v1::OperatorAction::kPrune:
    return {{"action", "prune"},
            {"keep_from_height", std::to_string(action.prune().keep_from_height())}};
  case v1::OperatorAction::kSetOperators:
    return describe_operators(action.set_operators());
  case v1::OperatorAction::kHostParty:
  case v1::OperatorAction::kAddClient:
  case v1::OperatorAction::kRemoveClient:
  case v1::OperatorAction::kRotateClientKeys:
    return describe_clients(action);
  default:
    return describe_change(action);
  }
}

Json signers_of(const v1::OperatorCommand& command) {
  Json names = Json::array();
  for (const v1::OperatorSignature& one : command.signatures())
    names.push_back(one.name());
  return names;
}

} // namespace tenon::tool
