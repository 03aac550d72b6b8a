// A plugin under test, loaded into this process, with real services behind it and an idle ledger.
// Lives in the child process of one test; one thread, and the services' workers.
#pragma once

#include <memory>

#include "bridge/store_client.hpp"
#include "node/plugin_instance.hpp"
#include "plugin_check.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::tool {

class Subject {
public:
  Subject(host::loader::LoadedPlugin plugin, std::string config_json, std::filesystem::path folder);
  ~Subject();
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  // An instance that is created, with <folder>/<name> as its data directory.
  [[nodiscard]] Result<std::unique_ptr<host::node::PluginInstance>> make(const std::string& name);
  // A started store, as the suite of stores wants it.
  [[nodiscard]] Result<std::unique_ptr<plugin::Store>> open_store(const std::string& name);
  [[nodiscard]] const host::loader::LoadedPlugin& plugin() const { return plugin_; }
  [[nodiscard]] const std::string& config_json() const { return config_json_; }

private:
  struct Parts;
  host::loader::LoadedPlugin plugin_;
  std::string config_json_;
  std::filesystem::path folder_;
  std::unique_ptr<Parts> parts_;
};

} // namespace tenon::tool
