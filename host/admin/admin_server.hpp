// The operator's listener on loopback: /livez, /readyz with reasons, /metrics, and /backup for who
// has the token, which only the node's own user can read. It has a thread of its own, so that it
// answers while everything else is busy or starting. Owned by the node; the callbacks are called on
// that thread and return at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::host::admin {

struct Readiness {
  bool ready = false;
  std::vector<std::string> reasons; // why it is not
};

// JSON, and what HTTP calls its kind.
struct AdminReply {
  unsigned status = 200;
  std::string json;
};

struct AdminSources {
  std::function<Readiness()> readiness;
  std::function<std::string()> metrics_text;
  // Begins a backup as the body of a POST says; without one, tells how far it is.
  std::function<AdminReply(std::optional<std::string_view> body)> backup;
  std::string token; // expected as "Authorization: Bearer …" for backups
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
