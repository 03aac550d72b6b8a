// The gRPC server: listens, and serves a table of methods, health and reflection. Steps 1 and 11 of
// a request's path. Owned by the plugin object; start, drain and stop on the host's main thread,
// handlers and sources on threads of the server's own.
#pragma once

#include <cstdint>
#include <memory>

#include "rpc/exchange.hpp"
#include "rpc/methods.hpp"
#include "rpc/settings.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::daml_api::rpc {

class Server {
public:
  // What the methods and hooks refer to outlives this.
  Server(ServerSettings settings, Methods methods, Hooks hooks, plugin::Host host);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] Status start();
  // The port that is listened on: of interest when the configuration says 0.
  [[nodiscard]] std::uint16_t port() const;
  // Whether the node serves may have changed. It is asked once a second anyway; any thread.
  void health_changed();
  [[nodiscard]] std::int64_t open_streams() const;
  // Takes no new call, ends streams, lets the other calls finish.
  // DEADLINE_EXCEEDED when some are left.
  [[nodiscard]] Status drain(std::uint64_t deadline_ms);
  // Ends what is left, and the threads. No handler runs and no source is left afterwards; replies
  // that come later are dropped.
  void stop();

private:
  struct State;
  const std::unique_ptr<State> state_;
};

} // namespace tenon::daml_api::rpc
