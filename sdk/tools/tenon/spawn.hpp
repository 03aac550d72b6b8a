// Programs that the tool starts: nodes in the foreground (`up`, benchmarks), nodes that outlive the
// tool (`dev up`), and tenond asked for an answer. Main thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::tool {

struct Program {
  std::filesystem::path file;
  std::vector<std::string> arguments;
};

enum class Lifetime {
  kOfTool, // it gets SIGTERM when the tool ends, however that happens
  kOwn,    // a session of its own: no terminal, no signals of it
};

// The program's process; its output goes to the log file, which begins anew.
[[nodiscard]] Result<pid_t> spawn(const Program& program, const std::filesystem::path& log_file,
                                  Lifetime lifetime);

// Runs the program to its end; what it printed. One that fails is a failure that quotes its error
// stream.
[[nodiscard]] Result<std::string> output_of(const Program& program, std::uint64_t timeout_ms);

// Becomes the program, whose streams and exit code are then the tool's; returns only when it
// cannot be run.
[[nodiscard]] Status run_instead(const Program& program);

// The exit code, or 128 + the signal.
[[nodiscard]] int exit_code(int wait_status);

// The end of a log file, whole lines, to quote when its node fails.
[[nodiscard]] std::string last_lines(const std::filesystem::path& file, std::size_t limit_bytes);

} // namespace tenon::tool
