// A store plugin loaded from its file and driven through its C table, as the host does it, with no
// more of a host than a store asks for. One thread makes and destroys it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "bridge/store_client.hpp"
#include "tenon/abi/host.h"

namespace tenon::bench {

class PluginUnderTest {
public:
  static Result<std::unique_ptr<PluginUnderTest>> start(const std::filesystem::path& plugin,
                                                        const std::string& data_directory,
                                                        const std::string& config);
  ~PluginUnderTest();
  PluginUnderTest(const PluginUnderTest&) = delete;
  PluginUnderTest& operator=(const PluginUnderTest&) = delete;

  [[nodiscard]] plugin::Store& store() { return *store_; }

private:
  explicit PluginUnderTest(std::string data_directory);

  static const void* query(void* self, tenon_bytes interface_id);
  static void chain_id(void* self, tenon_hash* out);
  static std::int32_t info(void* self, tenon_sink json, tenon_status* status);
  static std::int32_t directory(void* self, tenon_sink path, tenon_status* status);

  std::string data_directory_;
  tenon_host_node node_;
  tenon_host host_;
  const tenon_plugin* plugin_ = nullptr;
  tenon_instance* instance_ = nullptr;
  std::unique_ptr<plugin::Store> store_;
};

} // namespace tenon::bench
