#include "settings.hpp"

#include "common/json/json_text.hpp"

namespace tenon::api::rest {

namespace {

void read_limits(const Json& json, Limits& limits) {
  read_number(json, "target_bytes", limits.target_bytes);
  read_number(json, "json_body_bytes", limits.json_body_bytes);
  read_number(json, "module_bytes", limits.module_bytes);
  read_number(json, "package_bytes", limits.package_bytes);
  read_number(json, "page_items", limits.page_items);
  read_number(json, "stream_batch_bytes", limits.stream_batch_bytes);
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
  http::read_server(json, settings.server);
  settings.contract_engine = text_member(json, "contract_engine", settings.contract_engine);
  if (const auto limits = json.find("limits"); limits != json.end() && limits->is_object())
    read_limits(*limits, settings.limits);
  if (const auto members = json.find("auth"); members != json.end() && members->is_object()) {
    settings.audience = text_member(*members, "audience");
    TENON_RETURN_IF_ERROR(auth::read_key_settings(*members, settings.keys));
  }
  TENON_RETURN_IF_ERROR(http::check_server(settings.server));
  return settings;
}

} // namespace tenon::api::rest
