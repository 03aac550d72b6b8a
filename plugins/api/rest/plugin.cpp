// The plugin "api/rest": puts service and server together and answers the host's lifecycle.
#include "auth/authenticator.hpp"
#include "common/http/server.hpp"
#include "common/json/json_text.hpp"
#include "common/ledger/host_ledger.hpp"
#include "openapi.hpp"
#include "service.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/plugin/export_api.hpp"

namespace tenon::api::rest {

namespace {

std::string node_version(const plugin::Host& host) {
  const auto info = host.node_info();
  if (!info.ok())
    return {};
  const auto json = parse_json(*info);
  return json.ok() && json->is_object() ? json->value("version", std::string()) : std::string();
}

} // namespace

class RestApi final : public plugin::Plugin, public plugin::Api {
public:
  static Result<std::unique_ptr<RestApi>> create(plugin::Host host, std::string_view config) {
    TENON_ASSIGN_OR_RETURN(Settings settings, parse_settings(config));
    TENON_ASSIGN_OR_RETURN(const plugin::Ledger ledger, host.ledger());
    TENON_ASSIGN_OR_RETURN(auto keys, auth::KeySource::open(settings.keys));
    return std::unique_ptr<RestApi>(
        new RestApi(host, std::move(settings), ledger, std::move(keys)));
  }

  Status start() override {
    keys_->start([this](const Status& status) {
      telemetry_.log(status.ok() ? plugin::LogLevel::kInfo : plugin::LogLevel::kWarn,
                     status.ok() ? "the key set can be fetched again"
                                 : "the key set cannot be fetched: " + status.to_string());
    });
    return server_.start();
  }
  Status drain(std::uint64_t deadline_ms) override { return server_.drain(deadline_ms); }
  void stop() override {
    server_.stop();
    keys_->stop();
  }

  [[nodiscard]] Result<Bytes> endpoints() const override {
    TENON_ASSIGN_OR_RETURN(Endpoint endpoint, http::parse_address(settings_.server.listen));
    endpoint.port = server_.port();
    JsonWriter json;
    json.begin_array();
    for (const char* protocol : {"http", "websocket"}) {
      json.begin_object();
      json.key("protocol").string(protocol);
      json.key("address").string(endpoint.to_string());
      json.key("tls").boolean(settings_.server.tls());
      json.end_object();
    }
    json.end_array();
    return json.take();
  }

private:
  RestApi(plugin::Host host, Settings settings, plugin::Ledger ledger,
          std::unique_ptr<auth::KeySource> keys)
      : settings_(std::move(settings)), keys_(std::move(keys)), ledger_(ledger),
        telemetry_(host, "rest"),
        authenticator_(*keys_, settings_.audience, to_hex(host.chain_id().view()),
                       [host] { return host.wall_us() / 1'000'000; }),
        service_(ledger_, settings_, authenticator_, openapi_document(node_version(host), "/"),
                 [this](std::string_view message) {
                   telemetry_.log(plugin::LogLevel::kWarn, message);
                 }),
        server_(service_, settings_.server, telemetry_) {}

  const Settings settings_;
  const std::unique_ptr<auth::KeySource> keys_;
  HostLedger ledger_;
  http::Telemetry telemetry_;
  Authenticator authenticator_;
  Service service_;
  http::Server server_;
};

} // namespace tenon::api::rest

TENON_API_PLUGIN(tenon::api::rest::RestApi)
