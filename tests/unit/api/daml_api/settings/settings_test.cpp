#include "settings.hpp"

#include <catch2/catch.hpp>

namespace tenon::daml_api {

namespace {

// What the settings are refused for; empty: they are taken.
std::string refusal(const std::string& json) {
  const auto settings = parse_settings(json);
  return settings.ok() ? "" : settings.status().message();
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

const std::string kTls = R"("certificate_file": "c.pem", "key_file": "k.pem")";

std::string with_tls(const std::string& more, const std::string& listen = "127.0.0.1:1",
                     const std::string& auth = "{}") {
  return R"({"auth": )" + auth + R"(, "grpc": {"listen": ")" + listen + R"(", "tls": {)" + kTls +
         more + "}}}";
}

} // namespace

TEST_CASE("settings: what is left out is safe", "[daml_api][settings]") {
  const auto settings = parse_settings(R"({"auth": {}})");
  REQUIRE(settings.ok());
  CHECK(settings->auth_required);
  CHECK_FALSE(settings->has_keys);
  CHECK(settings->grpc.listen == "127.0.0.1:6865");
  CHECK_FALSE(settings->grpc.tls.enabled());
  CHECK(settings->event_format == EventFormat::k2_10);
  CHECK_FALSE(settings->json.has_value());
  CHECK(settings->max_deduplication_us == 1'800'000'000);
}

TEST_CASE("settings: all that can be said is read", "[daml_api][settings]") {
  const auto settings = parse_settings(R"({
    "engine": "e", "ledger_id": "l", "participant_id": "p", "compatible_with": "2.6",
    "max_deduplication_ms": 5000, "max_commands_in_flight": 7, "tail_bytes": 8,
    "auth": {"required": true, "keys": [{"file": "a.pem"}], "audience": "us"},
    "grpc": {"listen": "0.0.0.0:7", "threads": 3,
             "tls": {"certificate_file": "c.pem", "key_file": "k.pem", "client_ca_file": "ca.pem",
                     "client_certificates": "required", "minimum_version": "1.2"},
             "limits": {"streams": 11, "message_bytes": 4096, "stream_stall_ms": 12}},
    "json": {"listen": "127.0.0.1:9"}})");
  REQUIRE(settings.ok());
  CHECK(settings->engine == "e");
  CHECK(settings->event_format == EventFormat::k2_6);
  CHECK(settings->max_deduplication_us == 5'000'000);
  CHECK(settings->max_commands_in_flight == 7);
  CHECK(settings->has_keys);
  CHECK(settings->audience == "us");
  CHECK(settings->grpc.tls.client_certificate == rpc::ClientCertificate::kRequired);
  CHECK(settings->grpc.tls.minimum_version == rpc::TlsVersion::k12);
  CHECK(settings->grpc.max_streams == 11);
  CHECK(settings->grpc.max_message_bytes == 4096);
  CHECK(settings->grpc.stream_stall_ms == 12);
  REQUIRE(settings->json.has_value());
  CHECK(settings->json->server.listen == "127.0.0.1:9");
}

TEST_CASE("settings: plain text and open doors stay on this machine", "[daml_api][settings]") {
  CHECK(says(refusal(R"({"auth": {}, "grpc": {"listen": "0.0.0.0:6865"}})"), "no TLS"));
  CHECK(says(refusal(with_tls("", "10.0.0.1:1", R"({"required": false})")), "no authentication"));
  CHECK(refusal(with_tls("", "10.0.0.1:1")).empty());
  CHECK(refusal(R"({"auth": {"required": false}, "grpc": {"listen": "localhost:1"}})").empty());
  CHECK(refusal(R"({"auth": {"required": false}, "grpc": {"listen": "[::1]:1"}})").empty());
  const std::string tls = R"("tls": {)" + kTls + "}";
  CHECK(says(refusal(R"({"auth": {"required": false}, "json": {"listen": "10.0.0.1:1", )" + tls +
                     "}}"),
             "json.listen"));
  CHECK(says(refusal(R"({"auth": {}, "json": {"listen": "10.0.0.1:1"}})"), "json.listen"));
  CHECK(refusal(R"({"auth": {}, "json": {"listen": "10.0.0.1:1", )" + tls + "}}").empty());
}

TEST_CASE("settings: an address that is none is refused as that", "[daml_api][settings]") {
  for (const char* const listen : {"localhost", "6865", "a:b", ":", "127.0.0.1:70000"})
    CHECK(says(refusal(R"({"auth": {}, "grpc": {"listen": ")" + std::string(listen) + R"("}})"),
               "expected HOST:PORT"));
}

TEST_CASE("settings: clients' certificates and who signs them belong together",
          "[daml_api][settings]") {
  for (const char* const wanted : {"optional", "required"})
    CHECK(says(refusal(with_tls(R"(, "client_certificates": ")" + std::string(wanted) + "\"")),
               "client_ca_file"));
  CHECK(says(refusal(with_tls(R"(, "client_ca_file": "ca.pem")")), "client_certificates"));
  CHECK(refusal(with_tls(R"(, "client_ca_file": "ca.pem", "client_certificates": "optional")"))
            .empty());
}

TEST_CASE("settings: what is no object is refused", "[daml_api][settings]") {
  CHECK(says(refusal("[]"), "expected an object"));
  CHECK_FALSE(refusal("{").empty());
}

} // namespace tenon::daml_api
