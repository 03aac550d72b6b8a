// One plugin in the life of a node: created, started, drained, stopped and freed, each once and in
// that order, with its services and its place in the status. Owned by the node; main thread, except
// state(), which anyone may ask.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "loader/loader.hpp"
#include "node/lifecycle_thread.hpp"
#include "services/plugin_services.hpp"

namespace tenon::host::node {

enum class PluginState { kLoaded, kCreated, kStarted, kDraining, kStopped, kFailed };

// "created" …
[[nodiscard]] std::string_view state_name(PluginState state);

class PluginInstance {
public:
  struct Settings {
    loader::LoadedPlugin plugin;
    std::string config_json;
    services::ServiceIdentity identity;
  };

  PluginInstance(Settings settings, services::ServiceParts parts, LifecycleThread& thread);
  PluginInstance(const PluginInstance&) = delete;
  PluginInstance& operator=(const PluginInstance&) = delete;
  // Stops and frees what is not yet. An instance that hung is left alone, with all it may touch.
  ~PluginInstance();

  [[nodiscard]] std::optional<loader::Refusal> create();
  [[nodiscard]] std::optional<loader::Refusal> start();
  // Failures are logged: a node that ends goes on ending.
  void drain(std::uint64_t deadline_ms);
  void stop();
  // Frees the instance; the clients made for it must be gone.
  void destroy();

  [[nodiscard]] PluginState state() const { return state_.load(); }
  [[nodiscard]] bool hung() const { return hung_; }
  [[nodiscard]] const loader::LoadedPlugin& plugin() const { return plugin_; }
  [[nodiscard]] const std::string& component() const { return component_; }
  [[nodiscard]] const tenon_plugin& table() const { return *plugin_.table; }
  [[nodiscard]] tenon_instance* instance() const { return instance_; }
  // This instance cannot be used: `what` it did not do, and how it failed.
  [[nodiscard]] loader::Refusal refusal(loader::RefusalCode code, std::string what,
                                        const Status& status) const;

private:
  void log(plugin::LogLevel level, const std::string& message);

  loader::LoadedPlugin plugin_;
  std::string component_;
  std::string config_json_;
  Log& log_;
  LifecycleThread& thread_;
  std::unique_ptr<services::PluginServices> services_;
  tenon_instance* instance_ = nullptr;
  bool began_ = false; // start() was called, whatever came of it
  bool hung_ = false;
  std::atomic<PluginState> state_{PluginState::kLoaded};
};

} // namespace tenon::host::node
