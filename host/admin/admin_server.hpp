// The operator's listener on loopback: /livez, /readyz with reasons, /metrics. It has a thread of
// its own, so that it answers while everything else is busy or starting. Owned by the node; the
// callbacks are called on that thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::host::admin {

struct Readiness {
  bool ready = false;
  std::vector<std::string> reasons; // why it is not
};

struct AdminSources {
  std::function<Readiness()> readiness;
  std::function<std::string()> metrics_text;
};

class AdminServer {
public:
  // Listens when it returns. `port` 0 takes a free one.
  static Result<std::unique_ptr<AdminServer>> start(const std::string& host, std::uint16_t port,
                                                    AdminSources sources);
  ~AdminServer();

  [[nodiscard]] std::uint16_t port() const;

private:
  struct Running;
  explicit AdminServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

} // namespace tenon::host::admin
