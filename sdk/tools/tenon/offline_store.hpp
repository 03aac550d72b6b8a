// The store of a stopped node, opened by its own plugin as the node would, but without a node and,
// where the plugin can, for reading alone: for looking at what is on disk. Owned by the command;
// main thread.
#pragma once

#include <filesystem>
#include <memory>

#include "node/data_directory.hpp"
#include "tenon/abi/host.h"
#include "tenon/abi/plugin.h"
#include "tenon/plugin/store.hpp"

namespace tenon::tool {

class OfflineStore {
public:
  // `config` is the node's configuration file: it names the plugin. Fails while a node has the
  // directory open.
  [[nodiscard]] static Result<std::unique_ptr<OfflineStore>>
  open(const std::filesystem::path& config, const std::filesystem::path& data_directory);
  OfflineStore(const OfflineStore&) = delete;
  OfflineStore& operator=(const OfflineStore&) = delete;
  ~OfflineStore();

  [[nodiscard]] plugin::Store& store() { return *store_; }

private:
  explicit OfflineStore(host::node::DataDirectory directory) : directory_(std::move(directory)) {}
  [[nodiscard]] Status start(std::string_view config_json);
  void make_host_tables();

  host::node::DataDirectory directory_;
  const tenon_plugin* plugin_ = nullptr;
  tenon_instance* instance_ = nullptr;
  std::unique_ptr<plugin::Store> store_;
  std::string plugin_directory_;
  Hash chain_;
  tenon_host host_{};
  tenon_host_log log_{};
  tenon_host_clock clock_{};
  tenon_host_node node_{};
};

} // namespace tenon::tool
