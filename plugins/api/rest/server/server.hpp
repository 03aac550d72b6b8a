// The HTTP server: listens, and serves each connection on one of a few threads with one event loop
// each, so that a connection needs no locks. Steps 1 and 11 of a request's path. Owned by the
// plugin object; start, drain and stop on the host's main thread.
#pragma once

#include <cstdint>
#include <memory>

#include "server/telemetry.hpp"
#include "service.hpp"

namespace tenon::api::rest {

class Server {
public:
  // Both outlive this.
  Server(Service& service, Telemetry& telemetry);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] Status start();
  // The port that is listened on: of interest when the configuration says 0.
  [[nodiscard]] std::uint16_t port() const;
  // Takes no new connection, finishes requests under way, closes streams with their last offset.
  // DEADLINE_EXCEEDED when connections are left.
  [[nodiscard]] Status drain(std::uint64_t deadline_ms);
  // Cuts what is left and joins the threads.
  void stop();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace tenon::api::rest
