// A WebSocket stream of a node, read frame by frame. Blocking; one thread.
#pragma once

#include <memory>
#include <string>

#include "tenon/core/status.hpp"

namespace tenon::tool {

class StreamClient {
public:
  struct Settings {
    std::string url; // http:// or https://, as for the REST API, with the stream's path
    std::string token;
    std::string certificate_file; // for https; empty: the system's authorities
  };

  [[nodiscard]] static Result<StreamClient> connect(const Settings& settings);
  StreamClient(StreamClient&&) noexcept;
  ~StreamClient();

  // The next text frame. UNAVAILABLE when the connection ended; the message has the close reason.
  [[nodiscard]] Result<std::string> next();

private:
  class Connection;
  explicit StreamClient(std::unique_ptr<Connection> connection);
  template <typename Stream> class ConnectionOver;

  std::unique_ptr<Connection> connection_;
};

} // namespace tenon::tool
