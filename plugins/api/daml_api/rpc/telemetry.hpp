// What the server tells its host: logs and metrics. Metric handles are made on first use and kept.
// Owned by the server; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>

#include "errors/failure.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::daml_api::rpc {

class Telemetry {
public:
  explicit Telemetry(plugin::Host host);

  // `method` is one of the table's, which bounds how many series there are.
  void request(const std::string& method, Code code, double seconds);
  void streams(std::int64_t change);
  void slow_reader() const { slow_readers_.record(1); }
  void overloaded() const { overloaded_.record(1); }
  // What the client is not told, for the operator whom it will ask.
  void hidden(const std::string& method, const std::string& request_id, const Failure& failure);

  [[nodiscard]] std::int64_t open_streams() const { return open_streams_.load(); }
  [[nodiscard]] std::uint64_t monotonic_us() const { return host_.monotonic_us(); }
  [[nodiscard]] std::uint64_t wall_us() const { return host_.wall_us(); }

private:
  struct Handles {
    plugin::Metric count;
    plugin::Metric seconds;
  };
  [[nodiscard]] Handles handles(const std::string& method, Code code);

  const plugin::Host host_;
  const plugin::Metric streams_;
  const plugin::Metric slow_readers_;
  const plugin::Metric overloaded_;
  std::atomic<std::int64_t> open_streams_ = 0;
  std::shared_mutex mutex_;
  std::map<std::pair<std::string, Code>, Handles> handles_;
};

} // namespace tenon::daml_api::rpc
