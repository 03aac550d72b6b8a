// tenond: one node from one configuration file. Everything else is plugins.
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "node/config/node_config.hpp"
#include "node/engine_facts.hpp"
#include "node/node.hpp"
#include "node/plugin_set.hpp"
#include "services/log.hpp"
#include "services/version.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host {
namespace {

// Listed in docs/operating.md.
enum Exit : int {
  kDone = 0,        // stopped cleanly, or checked and found right
  kFailed = 1,      // the configuration is wrong, or the node could not start
  kUsage = 2,       // the command line is wrong
  kNotClean = 3,    // stopped, but a plugin hung
  kForced = 4,      // a second signal ended it at once
  kReplayBroke = 6, // the log is damaged, or a block of it gives another result
};

constexpr const char* kFooter =
    "Exit codes: 0 stopped cleanly; 1 wrong configuration or failed start; 2 wrong command line;\n"
    "3 a plugin did not stop in time; 4 ended at once by a second signal; 6 the replay failed.";

struct Arguments {
  std::string config;
  std::string data_directory;
  std::string replay;
  bool check = false;
  bool describe_engines = false;
};

using nlohmann::json;

std::filesystem::path installed_plugins() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path()
               : program.parent_path().parent_path() / "lib" / "tenon" / "plugins";
}

std::variant<config::NodeConfig, config::ConfigErrors> load(const Arguments& arguments) {
  config::LoadOptions options;
  if (!arguments.data_directory.empty())
    options.data_directory = arguments.data_directory;
  options.installed_plugins = installed_plugins();
  return config::load_config(arguments.config, options);
}

services::SpdLog::Settings log_settings(const config::NodeConfig& config) {
  return {config.name, config.log_level, config.log_format == config::LogFormat::kJson};
}

// Every line of a failure, on the error stream, for people; the log may be JSON.
int fail(const Status& status, int code) {
  std::cerr << "tenond: " << status.message() << std::endl;
  return code;
}

// Blocked in every thread from here on, and read from a descriptor by the main one.
int signal_descriptor() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

int wait_for_signal(int descriptor) {
  signalfd_siginfo info{};
  while (read(descriptor, &info, sizeof info) < 0 && errno == EINTR) {
  }
  return static_cast<int>(info.ssi_signo);
}

// SIGHUP asks for something else.
void wait_for_end(int descriptor) {
  while (wait_for_signal(descriptor) == SIGHUP) {
  }
}

// A second signal, while the node drains: whoever sends it does not want to wait.
void force_on_next_signal(int descriptor) {
  std::thread([descriptor] {
    wait_for_end(descriptor);
    _exit(kForced);
  }).detach();
}

int check(const config::NodeConfig& config) {
  const auto refusals = node::check_plugins(config);
  for (const loader::Refusal& refusal : refusals)
    std::cerr << "tenond: " << refusal.sentence() << std::endl;
  if (refusals.empty())
    std::cout << "the configuration is right" << std::endl;
  return refusals.empty() ? kDone : kFailed;
}

// A plugin that hangs may write to it until the process ends, so it is never destroyed.
services::SpdLog& make_log(const config::NodeConfig& config) {
  static auto* const log = new services::SpdLog(log_settings(config));
  return *log;
}

int replay(const config::NodeConfig& config, const std::string& file) {
  services::SpdLog& log = make_log(config);
  auto opened = node::Node::open_ledger(config, log);
  if (!opened.ok())
    return fail(opened.status(), kFailed);
  const auto summary = (*opened)->replay(file);
  const bool clean = (*opened)->stop(config.limits.drain_ms);
  if (!clean)
    static_cast<void>(opened->release());
  if (!summary.ok())
    return fail(summary.status(), kReplayBroke);
  std::cout << json{{"height", std::to_string(summary->height)},
                    {"state_root", to_hex(summary->state_root.view())}}
                   .dump()
            << std::endl;
  return clean ? kDone : kNotClean;
}

int describe_engines(const config::NodeConfig& config) {
  const auto fingerprints = node::describe_engines(config, make_log(config));
  if (!fingerprints.ok())
    return fail(fingerprints.status(), kFailed);
  json engines = json::array();
  for (const auto& engine : *fingerprints)
    engines.push_back({{"id", engine.id}, {"fingerprint", to_hex(engine.fingerprint.view())}});
  const Hash all = pipeline::network_fingerprint(*fingerprints);
  std::cout
      << json{{"engines", std::move(engines)}, {"network_fingerprint", to_hex(all.view())}}.dump()
      << std::endl;
  return kDone;
}

json endpoints_json(const node::Node& node) {
  json all = json::array();
  for (const std::string& text : node.endpoints()) {
    const json list = json::parse(text, nullptr, false);
    if (list.is_array())
      all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

void reload(node::Node& node, Log& log, const Arguments& arguments) {
  const auto loaded = load(arguments);
  if (const auto* const errors = std::get_if<config::ConfigErrors>(&loaded)) {
    log.write(plugin::LogLevel::kError, "node",
              "the configuration was read again and is wrong, so the old one still counts: " +
                  config::to_status(*errors).message());
    return;
  }
  node.reload(std::get<config::NodeConfig>(loaded));
}

int serve(const Arguments& arguments, const config::NodeConfig& config, int signals,
          std::chrono::steady_clock::time_point began) {
  services::SpdLog& log = make_log(config);
  auto started = node::Node::start(config, log);
  if (!started.ok()) {
    log.write(plugin::LogLevel::kError, "node", started.status().message());
    return fail(started.status(), kFailed);
  }
  node::Node& node = **started;
  const auto ready_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::steady_clock::now() - began)
                            .count();
  json fields = {{"ready_ms", ready_ms},
                 {"endpoints", endpoints_json(node)},
                 {"admin", "http://" + node.admin_address()},
                 {"data_dir", config.data_directory.string()}};
  if (const std::string address = node.network_address(); !address.empty())
    fields["network"] = address;
  // Ready is a node of a network once the others are connected: /readyz says when.
  log.write(plugin::LogLevel::kInfo, "node", config.network ? "started" : "ready", fields.dump());
  while (wait_for_signal(signals) == SIGHUP)
    reload(node, log, arguments);
  log.write(plugin::LogLevel::kInfo, "node", "stopping: taking nothing new, finishing the rest");
  force_on_next_signal(signals);
  const bool clean = node.stop(config.limits.drain_ms);
  log.write(plugin::LogLevel::kInfo, "node", clean ? "stopped" : "stopped, but not cleanly");
  if (clean)
    return kDone;
  // Threads of a hung plugin may use anything: nothing is destroyed any more.
  static_cast<void>(started->release());
  return kNotClean;
}

int run(int argc, char** argv) {
  const auto began = std::chrono::steady_clock::now();
  Arguments arguments;
  CLI::App app("Runs one Tenon node until SIGTERM or SIGINT. SIGHUP has it read again, from its "
               "configuration, where its peers are (network.peers, network.cut_off).",
               "tenond");
  app.set_version_flag("--version", std::string("tenond ") + services::kVersion);
  app.footer(kFooter);
  app.add_option("--config", arguments.config, "the node's configuration file")->required();
  app.add_option("--data-dir", arguments.data_directory, "overrides node.data_dir");
  app.add_option("--replay", arguments.replay, "execute a block log, print the result, end");
  app.add_flag("--check", arguments.check, "check the configuration and its plugins, then end");
  app.add_flag(
      "--describe-engines", arguments.describe_engines,
      "print the ids and fingerprints of the engines as JSON, for a genesis document; end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  static auto& loaded = *new auto(load(arguments)); // never destroyed, as the log
  if (const auto* const errors = std::get_if<config::ConfigErrors>(&loaded))
    return fail(config::to_status(*errors), kFailed);
  const auto& config = std::get<config::NodeConfig>(loaded);
  if (arguments.check)
    return check(config);
  if (arguments.describe_engines)
    return describe_engines(config);
  if (!arguments.replay.empty())
    return replay(config, arguments.replay);
  return serve(arguments, config, signal_descriptor(), began);
}

// Engines recurse over what packages and modules hold, to bounded depths: the node's threads have
// room for that whatever `ulimit -s` says.
void set_stack_size() {
  constexpr std::size_t kStackBytes = std::size_t{16} << 20;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return;
  if (pthread_attr_setstacksize(&attributes, kStackBytes) == 0)
    pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

} // namespace
} // namespace tenon::host

int main(int argc, char** argv) {
  tenon::host::set_stack_size();
  try {
    const int code = tenon::host::run(argc, argv);
    if (code == tenon::host::kNotClean) {
      std::cout.flush();
      _exit(code);
    }
    return code;
  } catch (const std::exception& error) {
    std::cerr << "tenond: " << error.what() << std::endl;
    return tenon::host::kFailed;
  }
}
