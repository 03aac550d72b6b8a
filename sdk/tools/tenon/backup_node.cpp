#include "backup_node.hpp"

#include <chrono>
#include <thread>

#include "backup/create.hpp"
#include "backup/throttle.hpp"
#include "http_client.hpp"
#include "node/admin_access.hpp"
#include "node/genesis_file.hpp"
#include "offline_store.hpp"
#include "services/key_store.hpp"
#include "services/posix_disk.hpp"
#include "services/real_time.hpp"

namespace tenon::tool {
namespace {

using host::node::AdminAccess;

constexpr auto kPollInterval = std::chrono::milliseconds(100);
constexpr auto kTellInterval = std::chrono::seconds(1);
constexpr long kOk = 200;
constexpr long kAccepted = 202;

// What the node says to /backup; UNAVAILABLE when what listens there is not this node.
Result<Json> ask(HttpClient& http, const AdminAccess& access, const std::string& method,
                 const std::string& body) {
  HttpRequest request;
  request.method = method;
  request.url = access.url + "/backup";
  request.token = access.token;
  request.body = body;
  request.content_type = body.empty() ? "" : "application/json";
  TENON_ASSIGN_OR_RETURN(const HttpResponse response, http.send(request));
  if (response.content_type != "application/json")
    return unavailable("what listens at " + access.url + " is not the node of this directory");
  TENON_ASSIGN_OR_RETURN(Json answer, parse_json(response.body, "the node's answer"));
  if (response.status == kOk || response.status == kAccepted)
    return answer;
  return failed_precondition(answer.value("message", response.body));
}

Result<Json> follow(const Session& session, HttpClient& http, const AdminAccess& access) {
  auto told = std::chrono::steady_clock::now();
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const Json state, ask(http, access, "GET", ""));
    if (!state.value("running", false)) {
      if (state.contains("backup"))
        return state["backup"];
      return failed_precondition(
          state.value("/failure/message"_json_pointer, std::string("the node made no backup")));
    }
    if (const auto now = std::chrono::steady_clock::now(); now - told >= kTellInterval) {
      told = now;
      session.progress("copied " + state.value("copied_bytes", "") + " bytes ...");
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

Result<Json> ask_running_node(const Session& session, const BackupRequest& request,
                              const AdminAccess& access) {
  HttpClient http;
  const Json body = {{"to", request.to}, {"bytes_per_second", request.bytes_per_second}};
  TENON_RETURN_IF_ERROR(ask(http, access, "POST", body.dump()).status());
  auto made = follow(session, http, access);
  if (made.status().code() != Code::kUnavailable)
    return made;
  return failed_precondition("the node ended before the backup did; nothing of it is kept");
}

Result<Json> work_for_stopped_node(const BackupRequest& request) {
  const auto& data = request.node.data_directory;
  const auto keys = data / "keys";
  TENON_ASSIGN_OR_RETURN(
      const auto opened, OfflineStore::open(request.config_file, data, OfflineStore::Use::kWork));
  if (!std::filesystem::exists(keys / "node.pem")) {
    return failed_precondition("there is no key to sign the backup with: expected the node's in " +
                               (keys / "node.pem").string());
  }
  TENON_ASSIGN_OR_RETURN(const auto key, host::services::KeyStore::open(keys));
  TENON_ASSIGN_OR_RETURN(const Bytes genesis, host::node::read_genesis(request.node.genesis_file));
  const host::services::RealClock clock;
  host::backup::Throttle throttle(clock, request.bytes_per_second);
  host::services::PosixDisk disk;
  const auto folder =
      std::filesystem::absolute(data / "plugins" / ("store-" + request.node.store.plugin));
  const host::backup::Source source{
      opened->store(), key,    request.node.name, request.node.store.plugin, genesis,
      data.string(),   folder.string()};
  TENON_ASSIGN_OR_RETURN(const std::string to,
                         host::backup::check_destination(source.data_directory, request.to));
  TENON_ASSIGN_OR_RETURN(const auto made,
                         host::backup::create(disk, source, to, clock.wall_us(),
                                              [&](std::uint64_t bytes) {
                                                return throttle.wait(bytes);
                                              }));
  return parse_json(host::backup::summary(made), "the backup");
}

} // namespace

Result<Json> make_backup(const Session& session, const BackupRequest& request) {
  const auto access = host::node::read_admin_access(request.node.data_directory);
  if (!access.ok() && access.status().code() != Code::kNotFound)
    return access.status();
  if (access.ok()) {
    auto made = ask_running_node(session, request, *access);
    if (made.status().code() != Code::kUnavailable)
      return made;
  }
  return work_for_stopped_node(request);
}

} // namespace tenon::tool
