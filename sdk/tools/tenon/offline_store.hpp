// The store of a stopped node, opened by its own plugin as the node would, but without a node and,
// to look at what is on disk, for reading alone where the plugin can. Owned by the command; main
// thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "node/config/node_config.hpp"
#include "node/data_directory.hpp"
#include "tenon/abi/host.h"
#include "tenon/abi/plugin.h"
#include "tenon/plugin/store.hpp"

namespace tenon::tool {

// A node's configuration; the directory in place of the one that it names.
[[nodiscard]] Result<host::config::NodeConfig>
read_node_config(const std::filesystem::path& file,
                 const std::optional<std::filesystem::path>& data_directory);

class OfflineStore {
public:
  enum class Use { kLook, kWork };

  // `config` is the node's configuration file: it names the plugin. Fails while a node has the
  // directory open.
  [[nodiscard]] static Result<std::unique_ptr<OfflineStore>>
  open(const std::filesystem::path& config, const std::filesystem::path& data_directory,
       Use use = Use::kLook);
  OfflineStore(const OfflineStore&) = delete;
  OfflineStore& operator=(const OfflineStore&) = delete;
  ~OfflineStore();

  [[nodiscard]] plugin::Store& store() { return *store_; }
  [[nodiscard]] const Hash& chain() const { return chain_; }

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
