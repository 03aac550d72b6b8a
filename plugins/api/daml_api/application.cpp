#include "application.hpp"

#include <filesystem>

#include "auth/access.hpp"
#include "common/json/json_text.hpp"
#include "services/active_contracts.hpp"
#include "services/command_inspection.hpp"
#include "services/completions.hpp"
#include "services/configuration.hpp"
#include "services/duplicates.hpp"
#include "services/event_query.hpp"
#include "services/identity_provider_config.hpp"
#include "services/information.hpp"
#include "services/metering.hpp"
#include "services/packages.hpp"
#include "services/party_management.hpp"
#include "services/pruning.hpp"
#include "services/transactions.hpp"
#include "services/user_management.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace {

constexpr std::uint64_t kMicrosInSecond = 1'000'000;
constexpr const char* kParticipantFile = "participant.sqlite";
constexpr const char* kIndexFolder = "index";

Result<api::Json> node_info(const plugin::Host& host) {
  TENON_ASSIGN_OR_RETURN(const std::string text, host.node_info());
  TENON_ASSIGN_OR_RETURN(api::Json info, api::parse_json(text));
  if (!info.is_object())
    return failed_precondition("the host describes its node with something else than an object");
  return info;
}

std::string address_of(const std::string& listen, std::uint16_t port) {
  auto endpoint = api::http::parse_address(listen);
  if (!endpoint.ok())
    return listen;
  endpoint->port = port;
  return endpoint->to_string();
}

} // namespace

Application::Application(plugin::Host host, Settings settings, plugin::Ledger ledger)
    : host_(host), settings_(std::move(settings)), ledger_(ledger) {}

Application::~Application() {
  stop();
}

Result<std::unique_ptr<Application>> Application::create(plugin::Host host, Settings settings) {
  TENON_ASSIGN_OR_RETURN(const plugin::Ledger ledger, host.ledger());
  std::unique_ptr<Application> made(new Application(host, std::move(settings), ledger));
  TENON_ASSIGN_OR_RETURN(const api::Json info, node_info(host));
  made->node_name_ = api::text_member(info, "name");
  made->is_client_ = api::text_member(info, "role") == "client";
  ServiceSettings& service = made->service_settings_;
  const Settings& configured = made->settings_;
  service.ledger_id =
      configured.ledger_id.empty() ? to_hex(host.chain_id().view()) : configured.ledger_id;
  service.participant_id =
      configured.participant_id.empty() ? made->node_name_ : configured.participant_id;
  service.max_deduplication_us = configured.max_deduplication_us;
  service.event_format = configured.event_format;
  service.static_time = info.value("static_time", false);
  TENON_RETURN_IF_ERROR(made->open_stores());
  return made;
}

Status Application::open_stores() {
  TENON_ASSIGN_OR_RETURN(const std::string folder, host_.data_directory());
  TENON_ASSIGN_OR_RETURN(participant_, ParticipantStore::open(std::filesystem::path(folder) /
                                                              kParticipantFile));
  if (settings_.has_keys) {
    TENON_ASSIGN_OR_RETURN(keys_, api::auth::KeySource::open(settings_.keys));
  }
  AuthenticatorSettings rules;
  rules.required = settings_.auth_required;
  rules.ledger_id = service_settings_.ledger_id;
  rules.participant_id = service_settings_.participant_id;
  rules.audience = settings_.audience;
  authenticator_ = std::make_unique<Authenticator>(
      std::move(rules), keys_.get(), *participant_,
      [host = host_] { return host.wall_us() / kMicrosInSecond; },
      [this](const Status& status) {
        host_.log(plugin::LogLevel::kInfo, "a token was not taken: " + status.to_string());
      });
  return {};
}

Status Application::start() {
  announce();
  if (keys_) {
    keys_->start([this](const Status& status) {
      log(!status.ok(), status.ok() ? "the key set can be fetched again"
                                    : "the key set cannot be fetched: " + status.to_string());
    });
  }
  TENON_RETURN_IF_ERROR(open_index());
  make_services();
  methods_ = make_methods();
  server_ = std::make_unique<rpc::Server>(settings_.grpc, methods_, make_hooks(), host_);
  TENON_RETURN_IF_ERROR(server_->start());
  if (settings_.json) {
    listener_ = std::make_unique<json::Listener>(make_json_parts(), *settings_.json, host_);
    TENON_RETURN_IF_ERROR(listener_->start());
  }
  TENON_ASSIGN_OR_RETURN(health_watch_,
                         ledger_.watch([this](std::uint64_t) { server_->health_changed(); }));
  return {};
}

Status Application::open_index() {
  TENON_ASSIGN_OR_RETURN(const std::string folder, host_.data_directory());
  state_ = std::make_unique<EngineState>(ledger_, settings_.engine,
                                         is_client_ ? node_name_ : std::string());
  index::IndexSettings settings;
  settings.directory = std::filesystem::path(folder) / kIndexFolder;
  settings.engine = settings_.engine;
  settings.chain = host_.chain_id().str();
  settings.tail_bytes = settings_.tail_bytes;
  pruning_ = std::make_unique<ParticipantPruningRecord>(*participant_, settings.chain);
  TENON_ASSIGN_OR_RETURN(
      index_, index::open_ledger_index(settings, ledger_, state_.get(), pruning_.get(),
                                       [this](bool warning, const std::string& line) {
                                         log(warning, line);
                                       }));
  return {};
}

void Application::make_services() {
  engine_ = std::make_unique<EngineQueries>(ledger_, settings_.engine);
  parts_ = std::make_unique<ServiceParts>(
      ServiceParts{ledger_, *index_, *engine_, service_settings_, host_});
  SubmitterParts parts{ledger_, [host = host_] { return host.wall_us(); },
                       [host = host_] { return host.monotonic_us(); },
                       [this](std::uint64_t offset) {
                         return deduplication_start_us(*index_, offset);
                       }};
  submitter_ = std::make_unique<Submitter>(
      std::move(parts), SubmitterSettings{settings_.engine, settings_.max_deduplication_us,
                                          settings_.max_commands_in_flight});
  waiter_ = std::make_unique<IndexWaiter>(*index_);
  command_parts_ = std::make_unique<CommandParts>(
      CommandParts{*parts_, *submitter_, *waiter_, command_log_});
  participant_parts_ = std::make_unique<ParticipantParts>(ParticipantParts{
      *participant_, ledger_, service_settings_.participant_id, node_name_});
}

rpc::Methods Application::make_methods() {
  rpc::Methods methods;
  add_active_contracts_service(methods, *parts_);
  add_command_inspection_service(methods, *parts_, command_log_);
  add_command_services(methods, *command_parts_);
  add_completion_service(methods, *parts_);
  add_configuration_service(methods, *parts_, *participant_);
  add_event_query_service(methods, *parts_);
  add_information_services(methods, *parts_);
  add_metering_service(methods, *parts_);
  add_package_services(methods, *parts_);
  add_pruning_service(methods, *parts_);
  add_transaction_service(methods, *parts_);
  add_party_management(methods, *participant_parts_);
  add_user_management(methods, *participant_parts_);
  add_identity_provider_config(methods, *participant_parts_);
  if (service_settings_.static_time)
    add_time_service(methods, *parts_, time_watchers_);
  return methods;
}

rpc::Hooks Application::make_hooks() {
  rpc::Hooks hooks;
  hooks.authenticate = [this](std::string_view authorization) {
    return authenticator_->authenticate(authorization);
  };
  hooks.authorize = [](std::string_view method, const Claims& claims,
                       google::protobuf::Message& request) {
    return authorize(method, claims, request);
  };
  hooks.still_valid = [this](const Claims& claims) { return authenticator_->still_valid(claims); };
  hooks.serving = [this] { return readiness().ok(); };
  return hooks;
}

json::Parts Application::make_json_parts() {
  return {ledger_,
          *index_,
          *engine_,
          *submitter_,
          *waiter_,
          methods_,
          service_settings_.ledger_id,
          service_settings_.max_deduplication_us,
          [this](std::string_view authorization) {
            return authenticator_->authenticate(authorization);
          },
          [this](const Claims& claims) { return authenticator_->still_valid(claims); },
          [this] { return readiness(); },
          [host = host_] { return host.wall_us() / kMicrosInSecond; }};
}

Status Application::readiness() {
  TENON_ASSIGN_OR_RETURN(const auto status, ledger_.status());
  if (!status.ready()) {
    return unavailable(status.reasons().empty() ? "the node is not ready"
                                                : "the node is not ready: " + status.reasons(0));
  }
  return index_->health();
}

Status Application::drain(std::uint64_t deadline_ms) {
  const std::uint64_t ends_us = host_.monotonic_us() + deadline_ms * 1000;
  const Status rpc = server_ ? server_->drain(deadline_ms) : Status();
  const std::uint64_t now_us = host_.monotonic_us();
  const Status http =
      listener_ ? listener_->drain(now_us < ends_us ? (ends_us - now_us) / 1000 : 0) : Status();
  return rpc.ok() ? http : rpc;
}

void Application::stop() {
  health_watch_.reset();
  if (server_)
    server_->stop();
  if (listener_)
    listener_->stop();
  if (waiter_)
    waiter_->stop();
  index_.reset(); // follows the ledger, which is not to be called any more
  if (keys_)
    keys_->stop();
}

std::string Application::endpoints() const {
  api::JsonWriter json;
  json.begin_array();
  const auto add = [&json](const char* protocol, const std::string& address, bool tls) {
    json.begin_object();
    json.key("protocol").string(protocol);
    json.key("address").string(address);
    json.key("tls").boolean(tls);
    json.end_object();
  };
  add("grpc", address_of(settings_.grpc.listen, server_ ? server_->port() : std::uint16_t{0}),
      settings_.grpc.tls.enabled());
  if (listener_) {
    const std::string address =
        address_of(listener_->settings().server.listen, listener_->port());
    for (const char* protocol : {"json-api", "json-api-websocket"})
      add(protocol, address, listener_->settings().server.tls());
  }
  json.end_array();
  return json.take();
}

void Application::announce() const {
  if (!settings_.auth_required) {
    log(true, "authentication is off: whoever reaches this machine's loopback may do everything; "
              "set auth.required to true and name keys to change that");
  } else if (!settings_.has_keys) {
    log(true, "no keys are named in auth.keys or auth.jwks: only tokens of the identity providers "
              "that are configured already will be taken");
  }
}

void Application::log(bool warning, const std::string& line) const {
  host_.log(warning ? plugin::LogLevel::kWarn : plugin::LogLevel::kInfo, line);
}

} // namespace tenon::daml_api
