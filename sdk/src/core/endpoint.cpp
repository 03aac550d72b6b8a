#include "tenon/core/endpoint.hpp"

#include "tenon/core/encoding.hpp"

namespace tenon {

std::string Endpoint::to_string() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']' && host.size() > 2)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos || host.front() == '[')
    return std::nullopt;
  const auto port = parse_u64(text.substr(colon + 1));
  if (!port || *port > UINT16_MAX)
    return std::nullopt;
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

bool is_loopback(const Endpoint& endpoint) {
  return endpoint.host == "localhost" || endpoint.host == "::1" ||
         (endpoint.host.starts_with("127.") &&
          endpoint.host.find_first_not_of("0123456789.") == std::string::npos);
}

} // namespace tenon
