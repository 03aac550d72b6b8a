// A tenond run as a child of the tool: by `up` and by the benchmarks. Main thread.
//
// The child's output goes to a log file. It ends when the tool ends, however that happens.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::tool {

class ChildNode {
public:
  struct Settings {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    std::filesystem::path log_file;
    std::string ready_url; // …/readyz
    unsigned timeout_ms = 60'000;
  };

  // Returns once the node is ready. A node that ends before is a failure that quotes its last
  // words.
  [[nodiscard]] static Result<ChildNode> start(const Settings& settings);

  ChildNode(ChildNode&& other) noexcept : process_(other.process_) { other.process_ = 0; }
  ChildNode& operator=(ChildNode&&) = delete;
  ~ChildNode() { (void)stop(); }

  // SIGTERM, then waits for the drain. The exit code, or 128 + the signal.
  int stop();
  // Waits until the node ends by itself or `interrupted` says so; true when it ended by itself.
  bool wait(const volatile bool& interrupted);
  [[nodiscard]] pid_t process() const { return process_; }

private:
  explicit ChildNode(pid_t process) : process_(process) {}
  pid_t process_ = 0;
};

} // namespace tenon::tool
