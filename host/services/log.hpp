// Structured log of the process, written by a thread of its own: one JSON object per line, or lines
// for people on a terminal. Full queues drop the oldest entry and count it; nobody ever waits for
// the log. Owned by main, outlives the node; any thread.
#pragma once

#include <memory>
#include <string>

#include "ports/log.hpp"

namespace spdlog {
class logger;
namespace details {
class thread_pool;
}
namespace sinks {
class sink;
}
} // namespace spdlog

namespace tenon::host::services {

class SpdLog final : public Log {
public:
  struct Settings {
    std::string node;
    plugin::LogLevel level = plugin::LogLevel::kInfo;
    bool json = true;
  };

  // To the standard error stream.
  explicit SpdLog(Settings settings);
  SpdLog(Settings settings, std::shared_ptr<spdlog::sinks::sink> sink);
  // Writes out what is queued.
  ~SpdLog() override;

  void write(plugin::LogLevel level, std::string_view component, std::string_view message,
             std::string_view fields_json = {}) override;
  [[nodiscard]] plugin::LogLevel lowest_level() const override { return settings_.level; }
  [[nodiscard]] std::size_t dropped() const;

private:
  Settings settings_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::sinks::sink> sink_;
  std::shared_ptr<spdlog::logger> logger_;
};

} // namespace tenon::host::services
