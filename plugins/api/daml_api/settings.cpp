#include "settings.hpp"

#include "common/json/json_text.hpp"

namespace tenon::daml_api {

namespace {

using api::Json;
using api::read_number;
using api::text_member;

constexpr std::uint64_t kMicrosPerMilli = 1000;
constexpr const char* kWhere = "configuration of the API 'daml_api'";

const Json* object_member(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_object() ? &*found : nullptr;
}

template <typename Number> void read_count(const Json& json, const char* name, Number& value) {
  std::uint64_t number = value;
  read_number(json, name, number);
  value = static_cast<Number>(number);
}

Status read_tls(const Json& json, rpc::TlsSettings& tls) {
  tls.certificate_file = text_member(json, "certificate_file");
  tls.key_file = text_member(json, "key_file");
  tls.client_ca_file = text_member(json, "client_ca_file");
  if (text_member(json, "minimum_version", "1.3") == "1.2")
    tls.minimum_version = rpc::TlsVersion::k12;
  const std::string clients = text_member(json, "client_certificates", "none");
  if (clients == "optional")
    tls.client_certificate = rpc::ClientCertificate::kOptional;
  if (clients == "required")
    tls.client_certificate = rpc::ClientCertificate::kRequired;
  if (clients == "none" && !tls.client_ca_file.empty()) {
    return invalid_argument(std::string(kWhere) +
                            ": grpc.tls.client_certificates: expected \"optional\" or "
                            "\"required\", since client_ca_file says who signs them; found "
                            "\"none\"");
  }
  if (clients != "none" && tls.client_ca_file.empty()) {
    return invalid_argument(std::string(kWhere) + ": grpc.tls.client_ca_file: expected the file of "
                                                  "the authority that signs clients' "
                                                  "certificates, found nothing");
  }
  return {};
}

Status read_grpc(const Json& json, rpc::ServerSettings& grpc) {
  grpc.listen = text_member(json, "listen", grpc.listen);
  read_count(json, "threads", grpc.threads);
  if (const Json* tls = object_member(json, "tls"))
    TENON_RETURN_IF_ERROR(read_tls(*tls, grpc.tls));
  if (const Json* limits = object_member(json, "limits")) {
    read_count(*limits, "waiting_calls", grpc.max_waiting_calls);
    read_count(*limits, "streams", grpc.max_streams);
    read_count(*limits, "streams_per_connection", grpc.max_streams_per_connection);
    read_count(*limits, "message_bytes", grpc.max_message_bytes);
    read_count(*limits, "metadata_bytes", grpc.max_metadata_bytes);
    read_number(*limits, "stream_stall_ms", grpc.stream_stall_ms);
    read_number(*limits, "keepalive_ms", grpc.keepalive_time_ms);
    read_number(*limits, "keepalive_timeout_ms", grpc.keepalive_timeout_ms);
  }
  return {};
}

bool is_on_loopback(const std::string& listen) {
  const auto endpoint = api::http::parse_address(listen);
  return endpoint.ok() && tenon::is_loopback(*endpoint);
}

Status check(const Settings& settings) {
  if (const auto address = api::http::parse_address(settings.grpc.listen); !address.ok())
    return address.status().with_context(std::string(kWhere) + ": grpc");
  const bool plain = !settings.grpc.tls.enabled();
  if (!is_on_loopback(settings.grpc.listen) && (plain || !settings.auth_required)) {
    return invalid_argument(std::string(kWhere) + ": grpc.listen: expected a loopback address, "
                                                  "since there is no " +
                            (plain ? "TLS" : "authentication") + ", found " +
                            settings.grpc.listen +
                            (plain ? "; name grpc.tls.certificate_file and key_file"
                                   : "; set auth.required to true"));
  }
  if (settings.json && !settings.auth_required && !is_on_loopback(settings.json->server.listen)) {
    return invalid_argument(std::string(kWhere) +
                            ": json.listen: expected a loopback address, since there is no "
                            "authentication, found " +
                            settings.json->server.listen + "; set auth.required to true");
  }
  return {};
}

} // namespace

Result<Settings> parse_settings(std::string_view config_json) {
  auto parsed = api::parse_json(config_json);
  if (!parsed.ok())
    return parsed.status().with_context(kWhere);
  const Json& json = *parsed;
  if (!json.is_object())
    return invalid_argument(std::string(kWhere) + ": expected an object");
  Settings settings;
  settings.engine = text_member(json, "engine", settings.engine);
  settings.ledger_id = text_member(json, "ledger_id");
  settings.participant_id = text_member(json, "participant_id");
  if (text_member(json, "compatible_with", "2.10") == "2.6")
    settings.event_format = EventFormat::k2_6;
  std::uint64_t deduplication_ms = settings.max_deduplication_us / kMicrosPerMilli;
  read_number(json, "max_deduplication_ms", deduplication_ms);
  settings.max_deduplication_us = deduplication_ms * kMicrosPerMilli;
  read_number(json, "max_commands_in_flight", settings.max_commands_in_flight);
  read_number(json, "tail_bytes", settings.tail_bytes);
  if (const Json* auth = object_member(json, "auth")) {
    settings.auth_required = auth->value("required", true);
    settings.audience = text_member(*auth, "audience");
    settings.has_keys = auth->contains("keys") || auth->contains("jwks");
    if (settings.has_keys)
      TENON_RETURN_IF_ERROR(api::auth::read_key_settings(*auth, settings.keys));
  }
  if (const Json* grpc = object_member(json, "grpc"))
    TENON_RETURN_IF_ERROR(read_grpc(*grpc, settings.grpc));
  if (const Json* http = object_member(json, "json")) {
    TENON_ASSIGN_OR_RETURN(settings.json, json::read_listener_settings(*http, "json."));
  }
  TENON_RETURN_IF_ERROR(check(settings));
  return settings;
}

} // namespace tenon::daml_api
