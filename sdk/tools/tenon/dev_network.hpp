// The nodes of a network in one folder, as processes of this machine: which there are, which of
// them run, starting and ending them. Each node's folder holds its process (node.pid) and its log
// (tenond.log, and that of the start before as tenond.log.1). Used by `tenon dev`, whose nodes
// outlive the tool, and by `tenon up`, whose do not; main thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "node_addresses.hpp"
#include "spawn.hpp"

namespace tenon::tool {

struct DevNode {
  std::string name;
  std::string role;
  std::filesystem::path folder;
  NodeAddresses addresses;

  [[nodiscard]] bool is_client() const { return role == "client"; }
  [[nodiscard]] std::filesystem::path config() const { return folder / "node.json"; }
  [[nodiscard]] std::filesystem::path data() const { return folder / "data"; }
  [[nodiscard]] std::filesystem::path log() const { return folder / "tenond.log"; }
  [[nodiscard]] std::filesystem::path pid() const { return folder / "node.pid"; }
};

enum class DevState {
  kStopped, // by us, or never started
  kRunning,
  kEnded, // by itself
};

[[nodiscard]] std::string_view state_name(DevState state);

// What a node's /readyz says.
struct DevHealth {
  bool answers = false;
  bool ready = false;
  std::vector<std::string> reasons;
};

// The nodes of the folder, in their order, client nodes last. NOT_FOUND when it holds no network.
[[nodiscard]] Result<std::vector<DevNode>> find_dev_nodes(const std::filesystem::path& folder);
// By name, or by its place in the list, counted from 1.
[[nodiscard]] Result<DevNode> choose_dev_node(const std::vector<DevNode>& nodes,
                                              const std::string& word);

// The process of a node that runs.
[[nodiscard]] std::optional<pid_t> process_of(const DevNode& node);
[[nodiscard]] DevState state_of(const DevNode& node);
[[nodiscard]] DevHealth health_of(const DevNode& node);

// Starts its process and does not wait for more. It must not run.
[[nodiscard]] Status start_dev_node(const DevNode& node, Lifetime lifetime);
// True when there was a process to send the signal to.
bool signal_dev_node(const DevNode& node, int signal);
// Waits for the end of its process; one that does not run is fine. DEADLINE_EXCEEDED when it goes
// on.
[[nodiscard]] Status await_end(const DevNode& node, std::uint64_t timeout_ms);

// Waits until all are ready and says what happens meanwhile. A node that ends is a failure that
// quotes its last words, as is the end of the time.
[[nodiscard]] Status await_ready(const Session& session, const std::vector<DevNode>& nodes,
                                 std::uint64_t timeout_ms);

} // namespace tenon::tool
