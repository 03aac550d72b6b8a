// All of the API put together: the node's ledger, the index that follows it, the participant's own
// records, the services over them and the servers before them. Made when the plugin starts, in the
// order of its members; owned by the plugin object. start, drain and stop on the host's main
// thread.
#pragma once

#include <memory>
#include <string>

#include "auth/authenticator.hpp"
#include "common/auth/key_source.hpp"
#include "common/ledger/host_ledger.hpp"
#include "engine/engine_queries.hpp"
#include "engine/engine_state.hpp"
#include "index/ledger_index.hpp"
#include "json/listener.hpp"
#include "participant/pruning_record.hpp"
#include "participant/store.hpp"
#include "rpc/server.hpp"
#include "services/commands.hpp"
#include "services/participant_parts.hpp"
#include "services/time.hpp"
#include "settings.hpp"

namespace tenon::daml_api {

class Application {
public:
  // What the settings name is opened here; nothing runs yet.
  [[nodiscard]] static Result<std::unique_ptr<Application>> create(plugin::Host host,
                                                                   Settings settings);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  [[nodiscard]] Status start();
  [[nodiscard]] Status drain(std::uint64_t deadline_ms);
  void stop();

  // JSON array of {"protocol", "address", "tls"}.
  [[nodiscard]] std::string endpoints() const;

private:
  Application(plugin::Host host, Settings settings, plugin::Ledger ledger);

  [[nodiscard]] Status open_stores();
  [[nodiscard]] Status open_index();
  void make_services();
  [[nodiscard]] rpc::Methods make_methods();
  [[nodiscard]] rpc::Hooks make_hooks();
  [[nodiscard]] json::Parts make_json_parts();
  // OK, or why the node cannot do its work.
  [[nodiscard]] Status readiness();
  void announce() const;
  void log(bool warning, const std::string& line) const;

  const plugin::Host host_;
  const Settings settings_;
  ServiceSettings service_settings_;
  std::string node_name_;
  bool is_client_ = false; // it holds what its parties may see, not all of the state
  api::HostLedger ledger_;
  std::unique_ptr<api::auth::KeySource> keys_; // null: identity providers only
  std::unique_ptr<ParticipantStore> participant_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<EngineState> state_;
  std::unique_ptr<ParticipantPruningRecord> pruning_;
  std::unique_ptr<index::LedgerIndex> index_;
  std::unique_ptr<EngineQueries> engine_;
  std::unique_ptr<ServiceParts> parts_;
  std::unique_ptr<Submitter> submitter_;
  std::unique_ptr<IndexWaiter> waiter_;
  CommandLog command_log_;
  std::unique_ptr<CommandParts> command_parts_;
  std::unique_ptr<ParticipantParts> participant_parts_;
  TimeWatchers time_watchers_;
  std::unique_ptr<api::Ledger::Watch> health_watch_;
  rpc::Methods methods_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<json::Listener> listener_; // null where the JSON API is off
};

} // namespace tenon::daml_api
