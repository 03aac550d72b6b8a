// Where something listens: a host and a port. Values only, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon {

struct Endpoint {
  std::string host; // without the brackets of an IPv6 address
  std::uint16_t port = 0;

  [[nodiscard]] std::string to_string() const;
};

// "127.0.0.1:9464", "[::1]:9464", "localhost:9464".
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
// Nobody beyond this machine reaches it. A name that only looks like its address does not pass.
[[nodiscard]] bool is_loopback(const Endpoint& endpoint);

} // namespace tenon
