#include "plugin_under_test.hpp"

#include <dlfcn.h>

#include "tenon/plugin/guard.hpp"

namespace tenon::bench {

PluginUnderTest::PluginUnderTest(std::string data_directory)
    : data_directory_(std::move(data_directory)),
      node_{sizeof(tenon_host_node), 0, this, chain_id, info, directory}, host_{sizeof(tenon_host),
                                                                                TENON_ABI_MAJOR,
                                                                                TENON_ABI_MINOR,
                                                                                this, query} {}

Result<std::unique_ptr<PluginUnderTest>> PluginUnderTest::start(const std::filesystem::path& plugin,
                                                                const std::string& data_directory,
                                                                const std::string& config) {
  void* const library = dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return not_found(std::string("the store plugin does not load: ") + dlerror());
  const auto entry = reinterpret_cast<tenon_entry_function>(dlsym(library, "tenon_plugin_entry"));
  if (entry == nullptr)
    return failed_precondition(plugin.string() + " is no Tenon plugin");
  std::unique_ptr<PluginUnderTest> made(new PluginUnderTest(data_directory));
  made->plugin_ = entry();
  TENON_RETURN_IF_ERROR(plugin::checked([&](tenon_status* status) {
    return made->plugin_->create(&made->host_, to_abi(config), &made->instance_, status);
  }));
  TENON_RETURN_IF_ERROR(plugin::checked(
      [&](tenon_status* status) { return made->plugin_->start(made->instance_, status); }));
  TENON_ASSIGN_OR_RETURN(made->store_,
                         host::bridge::StoreClient::make(*made->plugin_, made->instance_));
  return made;
}

PluginUnderTest::~PluginUnderTest() {
  store_.reset();
  if (instance_ == nullptr)
    return;
  plugin_->stop(instance_);
  plugin_->destroy(instance_);
}

const void* PluginUnderTest::query(void* self, tenon_bytes interface_id) {
  return from_abi(interface_id) == TENON_HOST_NODE_INTERFACE
             ? &static_cast<PluginUnderTest*>(self)->node_
             : nullptr;
}

void PluginUnderTest::chain_id(void*, tenon_hash* out) {
  *out = Hash{}.to_abi();
}

std::int32_t PluginUnderTest::info(void*, tenon_sink json, tenon_status*) {
  plugin::write_sink(json, "{}");
  return TENON_OK;
}

std::int32_t PluginUnderTest::directory(void* self, tenon_sink path, tenon_status*) {
  plugin::write_sink(path, static_cast<PluginUnderTest*>(self)->data_directory_);
  return TENON_OK;
}

} // namespace tenon::bench
