#include "common/http/settings.hpp"

namespace tenon::api::http {

namespace {

void read_limits(const Json& json, ServerLimits& limits) {
  read_number(json, "header_bytes", limits.header_bytes);
  read_number(json, "connections", limits.connections);
  read_number(json, "streams", limits.streams);
  read_number(json, "header_timeout_ms", limits.header_timeout_ms);
  read_number(json, "body_timeout_ms", limits.body_timeout_ms);
  read_number(json, "idle_timeout_ms", limits.idle_timeout_ms);
  read_number(json, "response_timeout_ms", limits.response_timeout_ms);
  read_number(json, "write_timeout_ms", limits.write_timeout_ms);
  read_number(json, "stream_ping_ms", limits.stream_ping_ms);
  read_number(json, "stream_stall_ms", limits.stream_stall_ms);
  read_number(json, "stream_grace_ms", limits.stream_grace_ms);
}

} // namespace

void read_server(const Json& object, ServerSettings& settings) {
  settings.listen = text_member(object, "listen", settings.listen);
  std::uint64_t threads = settings.threads;
  read_number(object, "threads", threads);
  settings.threads = static_cast<unsigned>(threads);
  if (const auto tls = object.find("tls"); tls != object.end() && tls->is_object()) {
    settings.certificate_file = text_member(*tls, "certificate_file");
    settings.key_file = text_member(*tls, "key_file");
    if (text_member(*tls, "minimum_version") == "1.2")
      settings.minimum_tls = TlsVersion::k12;
  }
  if (const auto limits = object.find("limits"); limits != object.end() && limits->is_object())
    read_limits(*limits, settings.limits);
}

Status check_server(const ServerSettings& settings, const std::string& where) {
  const auto address = parse_address(settings.listen);
  if (!address.ok())
    return invalid_argument(where + address.status().message());
  if (settings.certificate_file.empty() != settings.key_file.empty())
    return invalid_argument(
        where + "tls: 'certificate_file' and 'key_file' belong together; one is missing");
  if (!settings.tls() && !is_loopback(*address)) {
    return invalid_argument(where + "listen: " + settings.listen +
                            " can be reached from other machines, and without TLS tokens would "
                            "travel in clear; listen on 127.0.0.1, or add 'tls' with "
                            "'certificate_file' and 'key_file'");
  }
  return {};
}

Result<Endpoint> parse_address(std::string_view text) {
  if (auto endpoint = parse_endpoint(text))
    return *std::move(endpoint);
  return invalid_argument("listen: \"" + std::string(text) +
                          "\" is not an address; expected HOST:PORT, as in 127.0.0.1:8080");
}

} // namespace tenon::api::http
