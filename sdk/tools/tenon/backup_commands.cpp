// tenon backup create|list|verify|restore: copies of a node's store, and back (docs/operating.md).
#include <CLI/CLI.hpp>
#include <memory>

#include "backup/restore.hpp"
#include "backup_copy.hpp"
#include "backup_node.hpp"
#include "files.hpp"
#include "node/data_directory.hpp"
#include "offline_store.hpp"
#include "services/key_store.hpp"
#include "services/posix_disk.hpp"
#include "solo_node.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::tool {
namespace {

using host::backup::Folder;
using host::backup::Manifest;
using host::config::NodeConfig;

struct Arguments {
  std::string config;
  std::string folder;
  std::string key;
  std::uint64_t id = 0; // 0: the newest
  std::uint64_t bytes_per_second = 64u << 20; // what leaves commits their time
};

// A command's node, and the backup that it is about.
struct Subject {
  std::filesystem::path config_file;
  NodeConfig node;
  Folder folder;
  Manifest manifest;
};

Result<std::filesystem::path> config_file_of(const Arguments& arguments) {
  if (arguments.config.empty())
    return default_config();
  return std::filesystem::path(arguments.config);
}

Result<NodeConfig> node_of(const Session& session, const std::filesystem::path& config) {
  return read_node_config(config, session.names_data_directory()
                                      ? std::optional<std::filesystem::path>(session.data_directory)
                                      : std::nullopt);
}

std::string absolute(const std::string& folder) {
  return std::filesystem::absolute(folder).lexically_normal().string();
}

// The key that a backup must be signed with: the one that was named, or this node's own.
Result<Bytes> expected_key(const Arguments& arguments, const NodeConfig& node) {
  if (!arguments.key.empty()) {
    auto key = from_hex(arguments.key);
    if (key && key->size() == crypto::kPublicKeySize)
      return *std::move(key);
    return invalid_argument("--key is no public key: expected 64 hex digits");
  }
  const auto folder = node.data_directory / "keys";
  std::error_code error;
  if (std::filesystem::exists(folder / "node.pem", error)) {
    TENON_ASSIGN_OR_RETURN(const auto keys, host::services::KeyStore::open(folder));
    return keys.public_key();
  }
  return failed_precondition(
      "whose backup may it be? Expected this node's own, but its key is not in " +
      (folder / "node.pem").string() +
      ". How to fix: put the key there first, or name with --key the public key of the node that "
      "made the backup");
}

Status check_chain_of(const NodeConfig& node, const Manifest& manifest) {
  std::error_code error;
  if (!std::filesystem::exists(node.genesis_file, error))
    return ok_status();
  TENON_ASSIGN_OR_RETURN(const std::string genesis, read_file(node.genesis_file));
  const Hash chain = crypto::sha256(genesis);
  if (chain == manifest.chain)
    return ok_status();
  return failed_precondition("backup " + std::to_string(manifest.id) + " is of chain " +
                             to_hex(manifest.chain.view()) + ", expected chain " +
                             to_hex(chain.view()) + ", whose genesis document is " +
                             node.genesis_file.string() +
                             ". How to fix: name the configuration of a node of that chain");
}

// The backup that is meant, once its signature, its key, its chain and its store are right.
Result<Subject> find_subject(const Session& session, const Arguments& arguments,
                             host::Disk& disk) {
  TENON_ASSIGN_OR_RETURN(const auto config, config_file_of(arguments));
  TENON_ASSIGN_OR_RETURN(NodeConfig node, node_of(session, config));
  Folder folder(disk, absolute(arguments.folder));
  TENON_ASSIGN_OR_RETURN(const auto ids, folder.ids());
  TENON_ASSIGN_OR_RETURN(Manifest manifest,
                         folder.read(arguments.id == 0 ? ids.back() : arguments.id));
  TENON_ASSIGN_OR_RETURN(const Bytes key, expected_key(arguments, node));
  TENON_RETURN_IF_ERROR(check_signer(manifest, key));
  TENON_RETURN_IF_ERROR(check_chain_of(node, manifest));
  if (manifest.store != node.store.plugin) {
    return failed_precondition("backup " + std::to_string(manifest.id) + " is of store \"" +
                               manifest.store + "\", the configuration names \"" +
                               node.store.plugin +
                               "\". How to fix: restore with that store, and swap it afterwards");
  }
  return Subject{config, std::move(node), std::move(folder), std::move(manifest)};
}

Json summary_json(const Manifest& manifest) {
  return Json::parse(host::backup::summary(manifest));
}

Status no_wait(std::uint64_t) {
  return ok_status();
}

CopyReader reader_of(Session& session, const Subject& subject) {
  return {session, subject.config_file, subject.node.role == host::config::kRoleClient};
}

// What is wrong with a file is told with its own exit code.
Status told(Session& session, const Arguments& arguments, Status status) {
  if (status.code() != Code::kDataLoss)
    return session.failed(std::move(status), Exit::kFailed, "tenon backup --help");
  return session.failed(std::move(status), Exit::kUnproved,
                        "tenon backup list --from " + arguments.folder);
}

Status create(Session& session, const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const auto config, config_file_of(arguments));
  TENON_ASSIGN_OR_RETURN(NodeConfig node, node_of(session, config));
  const auto made = make_backup(session, {config, std::move(node), absolute(arguments.folder),
                                          arguments.bytes_per_second});
  if (!made.ok())
    return told(session, arguments, made.status());
  session.result(*made);
  return ok_status();
}

Status list(Session& session, const Arguments& arguments) {
  host::services::PosixDisk disk;
  const Folder folder(disk, absolute(arguments.folder));
  const auto ids = folder.ids();
  if (!ids.ok())
    return told(session, arguments, ids.status());
  Json all = Json::array();
  Status first_failure;
  for (const std::uint64_t id : *ids) {
    const auto manifest = folder.read(id);
    if (manifest.ok()) {
      all.push_back(summary_json(*manifest));
    } else if (first_failure.ok()) {
      first_failure = manifest.status();
    }
  }
  session.result(all);
  return first_failure.ok() ? ok_status() : told(session, arguments, first_failure);
}

// Does it, and tells the answer or what failed.
Status answered(Session& session, const Arguments& arguments,
                Status (*work)(Session&, const Arguments&, host::Disk&, Json& answer)) {
  host::services::PosixDisk disk;
  Json answer;
  const Status done = work(session, arguments, disk, answer);
  if (!done.ok())
    return told(session, arguments, done);
  session.result(answer);
  return ok_status();
}

Status check_all(Session& session, const Arguments& arguments, host::Disk& disk, Json& answer) {
  TENON_ASSIGN_OR_RETURN(const Subject subject, find_subject(session, arguments, disk));
  session.progress("reading the files of backup " + std::to_string(subject.manifest.id) + " ...");
  TENON_RETURN_IF_ERROR(subject.folder.check_files(subject.manifest, no_wait));
  TENON_RETURN_IF_ERROR(
      check_backup(reader_of(session, subject), subject.folder, subject.manifest));
  answer = Json{{"verified", true}};
  answer.update(summary_json(subject.manifest));
  answer["chain"] = to_hex(subject.manifest.chain.view());
  answer["signed_by"] = to_hex(subject.manifest.public_key);
  return ok_status();
}

Status verify(Session& session, const Arguments& arguments) {
  return answered(session, arguments, check_all);
}

Status put_back(Session& session, const Arguments& arguments, host::Disk& disk, Json& answer) {
  TENON_ASSIGN_OR_RETURN(const Subject subject, find_subject(session, arguments, disk));
  const NodeConfig& node = subject.node;
  TENON_ASSIGN_OR_RETURN(const auto locked, host::node::DataDirectory::open(node.data_directory));
  session.progress("copying backup " + std::to_string(subject.manifest.id) + " ...");
  TENON_RETURN_IF_ERROR(host::backup::restore(
      disk, subject.folder, subject.manifest, absolute(node.data_directory.string()),
      absolute(node.genesis_file.string()),
      [&](const std::string& plugins) {
        return check_restored(reader_of(session, subject), subject.folder, subject.manifest,
                              plugins);
      },
      no_wait));
  answer = Json{{"restored", true}};
  answer.update(summary_json(subject.manifest));
  std::error_code error;
  const auto key = node.data_directory / "keys" / "node.pem";
  answer["next"] = (std::filesystem::exists(key, error)
                        ? std::string()
                        : "put the node's key into " + key.string() + ", then ") +
                   "tenond --config " + subject.config_file.string() +
                   (session.names_data_directory() ? " --data-dir " + session.data_directory : "");
  return ok_status();
}

Status restore(Session& session, const Arguments& arguments) {
  return answered(session, arguments, put_back);
}

} // namespace

void add_backup_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("backup", "copies of a node's store, and back");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help,
                       Status (*run)(Session&, const Arguments&)) {
    CLI::App* command = group->add_subcommand(name, help);
    command->callback([&session, arguments, run] {
      session.choose([&session, arguments, run] { return run(session, *arguments); });
    });
    return command;
  };
  const auto add_config = [&](CLI::App* command) {
    command->add_option("--config", arguments->config,
                        "the node's configuration, which names its data directory; solo.json");
  };
  const auto add_source = [&](CLI::App* command) {
    command->add_option("--from", arguments->folder, "folder with backups")->required();
  };
  const auto add_choice = [&](CLI::App* command) {
    add_config(command);
    add_source(command);
    command->add_option("--id", arguments->id, "which one; the newest")->check(CLI::PositiveNumber);
    command->add_option("--key", arguments->key,
                        "public key of the node that made it, in hex; this node's");
  };
  CLI::App* command = add("create", "back up a node, running or stopped, to a folder", create);
  add_config(command);
  command->add_option("--to", arguments->folder, "folder for backups of this chain")->required();
  command->add_option("--bytes-per-second", arguments->bytes_per_second,
                      "copy no faster than this; 67108864 when not given, 0: as fast as it goes");
  add_source(add("list", "the backups in a folder", list));
  add_choice(add("verify", "check signature, files, chain and state root of a backup", verify));
  add_choice(add("restore", "put a backup into an empty data directory", restore));
}

} // namespace tenon::tool
