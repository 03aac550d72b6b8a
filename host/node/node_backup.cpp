// Backups of the running node, as the admin listener asks for them.
#include <nlohmann/json.hpp>

#include "backup/restore.hpp"
#include "backup/service.hpp"
#include "node/admin_access.hpp"
#include "node/node.hpp"

namespace tenon::host::node {

namespace {

using nlohmann::json;

admin::AdminReply reply(unsigned status, const json& body) {
  return {status, body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

json failure(const Status& status) {
  return {{"error", std::string(code_name(status.code()))}, {"message", status.message()}};
}

admin::AdminReply begin_backup(backup::Service& service, std::string_view body) {
  constexpr unsigned kAccepted = 202;
  constexpr unsigned kBadRequest = 400;
  constexpr unsigned kConflict = 409;
  json asked = json::parse(body, nullptr, false);
  if (!asked.is_object())
    asked = json::object();
  const json to = asked.value("to", json());
  const json bytes_per_second = asked.value("bytes_per_second", json());
  if (!to.is_string() || !bytes_per_second.is_number_unsigned()) {
    return reply(kBadRequest, failure(invalid_argument("expected {\"to\": \"FOLDER\", "
                                                       "\"bytes_per_second\": NUMBER}")));
  }
  const Status begun = service.start(to, bytes_per_second);
  return begun.ok() ? reply(kAccepted, {{"running", true}}) : reply(kConflict, failure(begun));
}

json state_json(const backup::ServiceState& state) {
  json told = {{"running", state.running},
               {"copied_bytes", std::to_string(state.copied_bytes)}};
  if (state.result && state.result->ok())
    told["backup"] = json::parse(backup::summary(**state.result));
  else if (state.result)
    told["failure"] = failure(state.result->status());
  return told;
}

} // namespace

Status Node::make_backups() {
  TENON_ASSIGN_OR_RETURN(const std::string folder_name, instance_folder(config_.store));
  TENON_ASSIGN_OR_RETURN(const auto folder, data_->plugin_folder(folder_name));
  backup::Source source{*store_client_, *keys_,
                        config_.name,   config_.store.plugin,
                        genesis_,       data_->path().string(),
                        std::filesystem::absolute(folder).string()};
  auto made =
      std::make_unique<backup::Service>(disk_, std::move(source), clock_, log_, metrics_);
  const std::lock_guard lock(mutex_);
  backups_ = std::move(made);
  return {};
}

admin::AdminReply Node::answer_backup(std::optional<std::string_view> body) {
  backup::Service* service = nullptr;
  {
    const std::lock_guard lock(mutex_);
    service = backups_.get(); // stays until the listener has ended
  }
  if (service == nullptr) {
    constexpr unsigned kUnavailable = 503;
    return reply(kUnavailable, failure(unavailable("the node is starting")));
  }
  return body ? begin_backup(*service, *body) : reply(200, state_json(service->state()));
}

Status Node::start_admin() {
  TENON_RETURN_IF_ERROR(backup::check_finished(disk_, data_->path().string()));
  TENON_ASSIGN_OR_RETURN(const std::string token, make_admin_token());
  TENON_ASSIGN_OR_RETURN(
      admin_, admin::AdminServer::start(
                  config_.admin.host, config_.admin.port,
                  {[this] { return readiness(); }, [this] { return metrics_.text(); },
                   [this](std::optional<std::string_view> body) { return answer_backup(body); },
                   token}));
  return write_admin_access(data_->path(), {"http://" + admin_address(), token});
}

} // namespace tenon::host::node
