#include "settings.hpp"

#include "json_text.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest {

namespace {

std::string text(const Json& object, const char* name, std::string otherwise = {}) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

void number(const Json& object, const char* name, std::uint64_t& value) {
  const auto found = object.find(name);
  if (found != object.end() && found->is_number_unsigned())
    value = found->get<std::uint64_t>();
}

void parse_limits(const Json& json, Limits& limits) {
  number(json, "header_bytes", limits.header_bytes);
  number(json, "target_bytes", limits.target_bytes);
  number(json, "json_body_bytes", limits.json_body_bytes);
  number(json, "module_bytes", limits.module_bytes);
  number(json, "package_bytes", limits.package_bytes);
  number(json, "connections", limits.connections);
  number(json, "streams", limits.streams);
  number(json, "header_timeout_ms", limits.header_timeout_ms);
  number(json, "body_timeout_ms", limits.body_timeout_ms);
  number(json, "idle_timeout_ms", limits.idle_timeout_ms);
  number(json, "response_timeout_ms", limits.response_timeout_ms);
  number(json, "write_timeout_ms", limits.write_timeout_ms);
  number(json, "stream_ping_ms", limits.stream_ping_ms);
  number(json, "stream_stall_ms", limits.stream_stall_ms);
  number(json, "stream_grace_ms", limits.stream_grace_ms);
  number(json, "page_items", limits.page_items);
  number(json, "stream_batch_bytes", limits.stream_batch_bytes);
}

Status parse_auth(const Json& json, Settings& settings) {
  settings.audience = text(json, "audience");
  const auto keys = json.find("keys");
  if (keys != json.end() && keys->is_array()) {
    for (const Json& key : *keys) {
      if (!key.is_object() || text(key, "file").empty())
        return invalid_argument(
            "auth.keys: expected entries of the form {\"file\": \"key.pub.pem\"}");
      settings.keys.key_files.push_back(text(key, "file"));
    }
  }
  const auto jwks = json.find("jwks");
  if (jwks != json.end() && jwks->is_object()) {
    settings.keys.jwks_file = text(*jwks, "file");
    settings.keys.jwks_url = text(*jwks, "url");
    number(*jwks, "refresh_s", settings.keys.refresh_s);
  }
  return {};
}

Status check_listen(const Settings& settings) {
  TENON_ASSIGN_OR_RETURN(const Endpoint address, parse_address(settings.listen));
  if (settings.certificate_file.empty() != settings.key_file.empty())
    return invalid_argument(
        "tls: 'certificate_file' and 'key_file' belong together; one is missing");
  if (!settings.tls() && !is_loopback(address)) {
    return invalid_argument("listen: " + settings.listen +
                            " can be reached from other machines, and without TLS tokens would "
                            "travel in clear; listen on 127.0.0.1, or add 'tls' with "
                            "'certificate_file' and 'key_file'");
  }
  return {};
}

} // namespace

Result<Settings> parse_settings(std::string_view config_json) {
  auto parsed = parse_json(config_json);
  if (!parsed.ok())
    return parsed.status().with_context("configuration of the API 'rest'");
  const Json& json = *parsed;
  if (!json.is_object())
    return invalid_argument("configuration of the API 'rest': expected an object");
  Settings settings;
  settings.listen = text(json, "listen", settings.listen);
  settings.contract_engine = text(json, "contract_engine", settings.contract_engine);
  std::uint64_t threads = 0;
  number(json, "threads", threads);
  settings.threads = static_cast<unsigned>(threads);
  if (const auto tls = json.find("tls"); tls != json.end() && tls->is_object()) {
    settings.certificate_file = text(*tls, "certificate_file");
    settings.key_file = text(*tls, "key_file");
  }
  if (const auto limits = json.find("limits"); limits != json.end() && limits->is_object())
    parse_limits(*limits, settings.limits);
  if (const auto auth = json.find("auth"); auth != json.end() && auth->is_object())
    TENON_RETURN_IF_ERROR(parse_auth(*auth, settings));
  TENON_RETURN_IF_ERROR(check_listen(settings));
  return settings;
}

Result<Endpoint> parse_address(std::string_view text) {
  if (auto endpoint = parse_endpoint(text))
    return *std::move(endpoint);
  return invalid_argument("listen: \"" + std::string(text) +
                          "\" is not an address; expected HOST:PORT, as in 127.0.0.1:8080");
}

} // namespace tenon::api::rest
