#include "json/listener.hpp"

namespace tenon::daml_api::json {

Result<ListenerSettings> read_listener_settings(const api::Json& json, const std::string& where) {
  if (!json.is_object())
    return invalid_argument(where + "expected an object");
  ListenerSettings settings;
  settings.server.listen = "127.0.0.1:7575";
  api::http::read_server(json, settings.server);
  std::uint64_t threads = settings.threads;
  api::read_number(json, "request_threads", threads);
  settings.threads = static_cast<std::size_t>(threads);
  if (const auto limits = json.find("limits"); limits != json.end() && limits->is_object()) {
    api::read_number(*limits, "body_bytes", settings.limits.body_bytes);
    api::read_number(*limits, "package_bytes", settings.limits.package_bytes);
    api::read_number(*limits, "result_bytes", settings.limits.result_bytes);
    api::read_number(*limits, "heartbeat_ms", settings.limits.heartbeat_ms);
  }
  TENON_RETURN_IF_ERROR(api::http::check_server(settings.server, where));
  return settings;
}

Listener::Listener(Parts parts, ListenerSettings settings, plugin::Host host)
    : settings_(std::move(settings)), api_(std::move(parts), settings_.limits),
      telemetry_(host, "daml_json"), server_(api_, settings_.server, telemetry_) {}

Status Listener::start() {
  api_.start(settings_.threads);
  return server_.start();
}

void Listener::stop() {
  server_.stop();
  api_.stop();
}

} // namespace tenon::daml_api::json
