// The HTTP server: listens, and serves each connection on one of a few threads with one event loop
// each, so that a connection needs no locks. Steps 1 and 11 of a request's path. Owned by the
// plugin object; start, drain and stop on the host's main thread.
#pragma once

#include <cstdint>
#include <memory>

#include "common/http/application.hpp"
#include "common/http/settings.hpp"
#include "common/http/telemetry.hpp"

namespace tenon::api::http {

class Server {
public:
  // All outlive this.
  Server(Application& application, const ServerSettings& settings, Telemetry& telemetry);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] Status start();
  // The port that is listened on: of interest when the configuration says 0.
  [[nodiscard]] std::uint16_t port() const;
  // Takes no new connection, finishes requests under way, ends streams.
  // DEADLINE_EXCEEDED when connections are left.
  [[nodiscard]] Status drain(std::uint64_t deadline_ms);
  // Cuts what is left and joins the threads.
  void stop();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace tenon::api::http
