#include "dev_network.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <sstream>
#include <thread>

#include "files.hpp"
#include "http_client.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/core/nearest_word.hpp"

namespace tenon::tool {
namespace {

using Path = std::filesystem::path;
using Clock = std::chrono::steady_clock;

constexpr auto kPollInterval = std::chrono::milliseconds(20);
constexpr auto kReportInterval = std::chrono::seconds(2);
constexpr std::size_t kQuotedBytes = 2000;
constexpr long kHealthTimeoutMs = 2000;

// When the process began, in the kernel's ticks: with it a process is told from a later one of the
// same number. Nothing when it does not run; one that has ended and was not yet collected does not.
std::optional<std::string> began(pid_t process) {
  const auto text = read_file("/proc/" + std::to_string(process) + "/stat");
  if (!text.ok())
    return std::nullopt;
  // The name, in parentheses, may hold anything; state is the first field after it, the 3rd of all.
  std::istringstream fields(text->substr(std::min(text->rfind(')') + 1, text->size())));
  std::vector<std::string> words;
  for (std::string word; fields >> word;)
    words.push_back(word);
  constexpr std::size_t kStartTime = 22 - 3;
  if (words.size() <= kStartTime || words[0] == "Z" || words[0] == "X")
    return std::nullopt;
  return words[kStartTime];
}

Result<DevNode> read_dev_node(const Path& folder) {
  DevNode node;
  node.folder = folder;
  TENON_ASSIGN_OR_RETURN(const std::string text, read_file(node.config()));
  TENON_ASSIGN_OR_RETURN(const Json config, parse_json(text, node.config().string()));
  node.name = config.value("/node/name"_json_pointer, "");
  node.role = config.value("/node/role"_json_pointer, "replica");
  node.addresses = addresses_of(config);
  if (node.name.empty())
    return invalid_argument(node.config().string() + " names no node");
  return node;
}

// "replica-10" comes after "replica-9".
bool in_order(const DevNode& left, const DevNode& right) {
  if (left.is_client() != right.is_client())
    return right.is_client();
  return left.name.size() != right.name.size() ? left.name.size() < right.name.size()
                                               : left.name < right.name;
}

std::string one_line(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences)
    text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

// Collects a child that has ended, so that it does not look alive.
void collect(pid_t process) {
  int ignored = 0;
  static_cast<void>(waitpid(process, &ignored, WNOHANG));
}

} // namespace

std::string_view state_name(DevState state) {
  switch (state) {
  case DevState::kStopped:
    return "stopped";
  case DevState::kRunning:
    return "running";
  case DevState::kEnded:
    break;
  }
  return "ended";
}

Result<std::vector<DevNode>> find_dev_nodes(const Path& folder) {
  std::vector<DevNode> nodes;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!std::filesystem::exists(entry->path() / "node.json"))
      continue;
    TENON_ASSIGN_OR_RETURN(DevNode node, read_dev_node(entry->path()));
    nodes.push_back(std::move(node));
  }
  if (nodes.empty()) {
    return not_found("there is no network in " + folder.string() +
                     ": expected a folder per node with a node.json");
  }
  std::sort(nodes.begin(), nodes.end(), in_order);
  return nodes;
}

Result<DevNode> choose_dev_node(const std::vector<DevNode>& nodes, const std::string& word) {
  const auto found =
      std::ranges::find_if(nodes, [&](const DevNode& node) { return node.name == word; });
  if (found != nodes.end())
    return *found;
  const auto place = parse_u64(word);
  if (place && *place >= 1 && *place <= nodes.size())
    return nodes[*place - 1];
  std::vector<std::string_view> names;
  for (const DevNode& node : nodes)
    names.push_back(node.name);
  const std::string nearest(nearest_word(word, names));
  std::string all;
  for (const DevNode& node : nodes)
    all += (all.empty() ? "" : ", ") + node.name;
  return invalid_argument("there is no node \"" + word + "\": expected one of " + all +
                          ", or its place from 1 to " + std::to_string(nodes.size()) +
                          (nearest.empty() ? "" : ", did you mean \"" + nearest + "\"?"));
}

std::optional<pid_t> process_of(const DevNode& node) {
  const auto text = read_file(node.pid());
  if (!text.ok())
    return std::nullopt;
  std::istringstream words(*text);
  pid_t process = 0;
  std::string began_then;
  if (!(words >> process >> began_then) || process <= 0)
    return std::nullopt;
  collect(process);
  return began(process) == began_then ? std::optional(process) : std::nullopt;
}

DevState state_of(const DevNode& node) {
  if (process_of(node))
    return DevState::kRunning;
  return std::filesystem::exists(node.pid()) ? DevState::kEnded : DevState::kStopped;
}

DevHealth health_of(const DevNode& node) {
  HttpClient http;
  HttpRequest request;
  request.url = node.addresses.admin_url + "/readyz";
  request.timeout_ms = kHealthTimeoutMs;
  const auto answer = http.send(request);
  DevHealth health;
  if (!answer.ok()) {
    health.reasons.emplace_back("it does not answer yet");
    return health;
  }
  health.answers = true;
  health.ready = answer->status == 200;
  const auto body = Json::parse(answer->body, nullptr, false);
  if (body.is_object() && body.contains("reasons") && body["reasons"].is_array()) {
    for (const Json& reason : body["reasons"])
      health.reasons.push_back(reason.is_string() ? reason.get<std::string>() : reason.dump());
  }
  return health;
}

Status start_dev_node(const DevNode& node, Lifetime lifetime) {
  if (const DevHealth health = health_of(node); health.answers) {
    return failed_precondition("something answers at " + node.addresses.admin_url +
                               " already: expected a free port for " + node.name +
                               ". How to fix: end the other node, or make the network with another "
                               "--base-port");
  }
  std::error_code ignored;
  std::filesystem::rename(node.log(), node.log().string() + ".1", ignored);
  TENON_ASSIGN_OR_RETURN(const pid_t process, spawn({installation() / "bin" / "tenond",
                                                     {"--config", node.config().string()}},
                                                    node.log(), lifetime));
  // One that has ended already is noticed by whoever waits for it.
  const std::string text = std::to_string(process) + " " + began(process).value_or("ended") + "\n";
  return write_file(node.pid(), text);
}

bool signal_dev_node(const DevNode& node, int signal) {
  const auto process = process_of(node);
  return process && kill(*process, signal) == 0;
}

Status await_end(const DevNode& node, std::uint64_t timeout_ms) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  while (const auto process = process_of(node)) {
    if (Clock::now() >= deadline) {
      return {Code::kDeadlineExceeded, node.name + " (process " + std::to_string(*process) +
                                           ") goes on " + std::to_string(timeout_ms / 1000) +
                                           " s after it was told to end:\n" +
                                           last_lines(node.log(), kQuotedBytes)};
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  std::error_code ignored;
  std::filesystem::remove(node.pid(), ignored);
  return ok_status();
}

Status await_ready(const Session& session, const std::vector<DevNode>& nodes,
                   std::uint64_t timeout_ms) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  auto next_report = Clock::now() + kReportInterval;
  std::map<std::string, std::string> waiting; // by name: why
  for (const DevNode& node : nodes)
    waiting[node.name];
  while (true) {
    for (const DevNode& node : nodes) {
      if (!waiting.contains(node.name))
        continue;
      const DevHealth health = health_of(node);
      if (!process_of(node)) {
        return failed_precondition(node.name + " ended before it was ready:\n" +
                                   last_lines(node.log(), kQuotedBytes));
      }
      if (health.ready) {
        waiting.erase(node.name);
        session.progress(node.name + " is ready");
      } else {
        waiting[node.name] = one_line(health.reasons);
      }
    }
    if (waiting.empty())
      return ok_status();
    const bool is_over = Clock::now() >= deadline;
    std::string report;
    for (const auto& [name, why] : waiting)
      report += (report.empty() ? "" : "\n") + name + " is not ready: " + why;
    if (is_over) {
      return {Code::kDeadlineExceeded,
              "after " + std::to_string(timeout_ms / 1000) + " s\n" + report};
    }
    if (Clock::now() >= next_report) {
      session.progress(report);
      next_report = Clock::now() + kReportInterval;
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

} // namespace tenon::tool
