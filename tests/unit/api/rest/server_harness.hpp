// A running server over a fake ledger, on a port of its own.
#pragma once

#include "harness.hpp"
#include "common/http/server.hpp"

namespace tenon::api::rest::test {

// A host without any service: logs and metrics go nowhere.
inline const tenon_host kNoHost = {sizeof(tenon_host), TENON_ABI_MAJOR, TENON_ABI_MINOR, nullptr,
                                   [](void*, tenon_bytes) -> const void* { return nullptr; }};

struct RunningServer {
  explicit RunningServer(Settings settings = {})
      : harness(on_any_port(std::move(settings))), telemetry(plugin::Host(&kNoHost), "rest"),
        server(harness.service, harness.settings.server, telemetry) {
    const Status status = server.start();
    if (!status.ok())
      throw std::runtime_error(status.to_string());
  }

  static Settings on_any_port(Settings settings) {
    settings.server.listen = "127.0.0.1:0";
    return settings;
  }
  [[nodiscard]] std::uint16_t port() const { return server.port(); }

  Harness harness;
  http::Telemetry telemetry;
  http::Server server;
};

} // namespace tenon::api::rest::test
