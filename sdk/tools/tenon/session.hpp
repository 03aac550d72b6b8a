// What every command of the tool shares: where the node is, as whom it speaks, how it answers.
// One Session per process, owned by main(); main thread only.
//
// A command is a function that answers with a Status. Commands print results through result(), so
// that --json means the same everywhere: exactly one JSON object or array on the last line.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "tenon/core/status.hpp"

namespace CLI {
class App;
}

namespace tenon::tool {

using Json = nlohmann::ordered_json;

// Exit codes; docs/operating.md lists them for people.
enum class Exit : int {
  kOk = 0,
  kFailed = 1,      // what was asked for did not happen
  kUsage = 2,       // the command line is wrong
  kUnreachable = 3, // no node answers at the address
  kDenied = 4,      // no token, a bad token, or a foreign party
  kRejected = 5,    // the ledger rejected the transaction
  kUnproved = 6,    // a proof, block or file does not verify
};

class Session {
public:
  // Of the client node that `tenon up` starts.
  static constexpr const char* kDataDirectory = "data/network/client-1/data";

  // Options that every command takes.
  void add_options(CLI::App& app);

  // Chooses what run() does; called by the parsed subcommand.
  void choose(std::function<Status()> command) { command_ = std::move(command); }
  [[nodiscard]] bool chosen() const { return static_cast<bool>(command_); }
  [[nodiscard]] Exit run();

  // The answer of the command: one line of JSON with --json, otherwise for people.
  void result(const Json& value) const;
  // A step towards the answer, on the error stream.
  void progress(const std::string& sentence) const;
  // After the result of a list that --limit has cut: the command's option that goes on from there.
  void more(const std::string& option, const std::string& value) const;
  // What to print on failure instead of the default for the status code; returns `status`.
  Status failed(Status status, Exit exit, std::string next);
  // The exit code of a command that has answered, where that is not 0.
  void conclude(Exit exit) { exit_ = exit; }
  // Prints a failure, with --json as the answer; returns `exit`. run() does it for commands.
  Exit report(const Status& status, Exit exit, const std::string& next) const;

  // Was --data-dir given?
  [[nodiscard]] bool names_data_directory() const { return data_directory != kDataDirectory; }

  bool json = false;
  std::string url = "http://127.0.0.1:8080";
  std::string data_directory = kDataDirectory;
  std::string token;            // --token or TENON_TOKEN
  std::string party = "alice";  // a token for it is made from the data directory's key
  std::string certificate_file; // of the authority that signed the node's TLS certificate

private:
  std::function<Status()> command_;
  Exit exit_ = Exit::kOk;
  std::string next_;
};

// `text` as JSON; otherwise says where in it the mistake is. `what` names the text.
[[nodiscard]] Result<Json> parse_json(std::string_view text, const std::string& what);

// --limit of a command that lists.
void add_limit_option(CLI::App& command, std::size_t& limit);

// The command groups, one file each.
void add_up_command(CLI::App& app, Session& session);
void add_network_commands(CLI::App& app, Session& session);
void add_dev_commands(CLI::App& app, Session& session);
void add_config_commands(CLI::App& app, Session& session);
void add_plugin_commands(CLI::App& app, Session& session);
void add_contract_commands(CLI::App& app, Session& session);
void add_party_commands(CLI::App& app, Session& session);
void add_transaction_commands(CLI::App& app, Session& session);
void add_daml_commands(CLI::App& app, Session& session);
void add_watch_command(CLI::App& app, Session& session);
void add_proof_commands(CLI::App& app, Session& session);
void add_database_commands(CLI::App& app, Session& session);
void add_backup_commands(CLI::App& app, Session& session);
void add_operator_commands(CLI::App& app, Session& session);
void add_bench_command(CLI::App& app, Session& session);

} // namespace tenon::tool
