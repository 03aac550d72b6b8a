// A request and its answer without sockets: what the server parses off the wire (step 1 of a
// request's path) and what applications return (step 11). Plain values; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::api::http {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kBytes = "application/octet-stream";

// Everything that is decided before the body is read.
struct RequestHead {
  std::string method;
  std::string target; // path and query, as sent
  std::string authorization;
  std::string content_type;
  std::string accept;
  std::string websocket_protocol;              // Sec-WebSocket-Protocol
  std::optional<std::uint64_t> content_length; // as declared
  bool chunked = false;
  bool upgrade = false; // asks to become a WebSocket
};

struct Response {
  unsigned status = 200;
  std::string content_type = std::string(kJson);
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Takes the answer; called exactly once, on any thread.
using Responder = std::function<void(Response)>;

// The path of a target, before '?'.
[[nodiscard]] inline std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}
// "application/json; charset=utf-8" -> "application/json"
[[nodiscard]] std::string media_type(std::string_view content_type);

} // namespace tenon::api::http
