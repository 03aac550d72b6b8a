// The JSON API on its own address: application and HTTP server together. Owned by the plugin
// object; start, drain and stop on the host's main thread.
#pragma once

#include <cstdint>

#include "common/http/server.hpp"
#include "json/json_api.hpp"

namespace tenon::daml_api::json {

struct ListenerSettings {
  api::http::ServerSettings server;
  JsonLimits limits;
  std::size_t threads = 4; // on which requests are answered
};

// `json`: the section of the plugin's configuration; `where` is put before its members in messages.
[[nodiscard]] Result<ListenerSettings> read_listener_settings(const api::Json& json,
                                                              const std::string& where);

class Listener {
public:
  // What the parts refer to outlives this.
  Listener(Parts parts, ListenerSettings settings, plugin::Host host);

  [[nodiscard]] Status start();
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] const ListenerSettings& settings() const { return settings_; }
  [[nodiscard]] Status drain(std::uint64_t deadline_ms) { return server_.drain(deadline_ms); }
  void stop();

private:
  const ListenerSettings settings_;
  JsonApi api_;
  api::http::Telemetry telemetry_;
  api::http::Server server_;
};

} // namespace tenon::daml_api::json
