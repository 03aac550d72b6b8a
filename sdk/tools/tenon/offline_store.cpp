#include "offline_store.hpp"

#include <chrono>
#include <iostream>

#include "bridge/store_client.hpp"
#include "files.hpp"
#include "loader/loader.hpp"
#include "node/config/node_config.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::tool {
namespace {

namespace config = host::config;
namespace loader = host::loader;

std::uint64_t microseconds(auto since_epoch) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

void write_log(void*, std::uint32_t, tenon_bytes message, tenon_bytes fields) {
  std::cerr << from_abi(message) << ' ' << from_abi(fields) << std::endl;
}

void write_text(tenon_sink sink, std::string_view text) {
  sink.write(sink.context, to_abi(text));
}

Result<loader::LoadedPlugin> load_store(const config::NodeConfig& node) {
  const config::PluginUse& use = node.store;
  auto file = loader::find_plugin(node.plugin_path, "store", use.plugin);
  if (!file.ok())
    return file.refusal().status();
  auto inspected = loader::inspect(*file, {"store", use.plugin, use.sha256});
  if (!inspected.ok())
    return inspected.refusal().status();
  auto loaded = loader::load(std::move(*inspected));
  if (!loaded.ok())
    return loaded.refusal().status();
  return std::move(*loaded);
}

} // namespace

Result<config::NodeConfig>
read_node_config(const std::filesystem::path& file,
                 const std::optional<std::filesystem::path>& data_directory) {
  auto loaded =
      config::load_config(file, {data_directory, installation() / "lib" / "tenon" / "plugins"});
  if (const auto* errors = std::get_if<config::ConfigErrors>(&loaded))
    return config::to_status(*errors);
  return std::get<config::NodeConfig>(std::move(loaded));
}

void OfflineStore::make_host_tables() {
  log_ = {sizeof log_, TENON_LOG_WARN, this, write_log};
  clock_ = {sizeof clock_,
            0,
            this,
            [](void*) { return microseconds(std::chrono::steady_clock::now().time_since_epoch()); },
            [](void*) { return microseconds(std::chrono::system_clock::now().time_since_epoch()); },
            [](void*) { return std::uint64_t{0}; },
            [](void*, std::uint64_t, std::uint64_t, tenon_status* status) {
              return failed_precondition("this clock runs").to_abi(status);
            }};
  node_ = {
      sizeof node_,
      0,
      this,
      [](void* self, tenon_hash* out) { *out = static_cast<OfflineStore*>(self)->chain_.to_abi(); },
      [](void*, tenon_sink json, tenon_status*) -> std::int32_t {
        write_text(json, R"({"name":"offline","role":"offline"})");
        return TENON_OK;
      },
      [](void* self, tenon_sink path, tenon_status*) -> std::int32_t {
        write_text(path, static_cast<OfflineStore*>(self)->plugin_directory_);
        return TENON_OK;
      }};
  host_ = {sizeof host_, TENON_ABI_MAJOR, TENON_ABI_MINOR, this,
           [](void* self, tenon_bytes id) -> const void* {
             const auto& store = *static_cast<OfflineStore*>(self);
             const BytesView name = from_abi(id);
             if (name == TENON_HOST_LOG_INTERFACE)
               return &store.log_;
             if (name == TENON_HOST_CLOCK_INTERFACE)
               return &store.clock_;
             return name == TENON_HOST_NODE_INTERFACE ? &store.node_ : nullptr;
           }};
}

Status OfflineStore::start(std::string_view config_json) {
  tenon_status status{};
  std::int32_t code = plugin_->create(&host_, to_abi(config_json), &instance_, &status);
  if (code != TENON_OK)
    return Status::from_abi(code, status);
  code = plugin_->start(instance_, &status);
  if (code != TENON_OK)
    return Status::from_abi(code, status);
  TENON_ASSIGN_OR_RETURN(store_, host::bridge::StoreClient::make(*plugin_, instance_));
  return ok_status();
}

Result<std::unique_ptr<OfflineStore>>
OfflineStore::open(const std::filesystem::path& config_file,
                   const std::filesystem::path& data_directory, Use use) {
  TENON_ASSIGN_OR_RETURN(const config::NodeConfig node,
                         read_node_config(config_file, data_directory));
  const auto directory = data_directory / "plugins" / ("store-" + node.store.plugin);
  if (!std::filesystem::is_directory(directory)) {
    return not_found(directory.string() + " does not exist: no node with store \"" +
                     node.store.plugin + "\" has kept data there");
  }
  TENON_ASSIGN_OR_RETURN(const std::string genesis, read_file(data_directory / "genesis.json"));
  TENON_ASSIGN_OR_RETURN(const loader::LoadedPlugin loaded, load_store(node));
  const bool reads_only =
      use == Use::kLook &&
      loaded.descriptor.config_schema.contains("/properties/read_only"_json_pointer);
  TENON_ASSIGN_OR_RETURN(auto locked,
                         reads_only ? host::node::DataDirectory::open_for_reading(data_directory)
                                    : host::node::DataDirectory::open(data_directory));
  std::unique_ptr<OfflineStore> store(new OfflineStore(std::move(locked)));
  store->plugin_ = loaded.table;
  store->plugin_directory_ = directory.string();
  store->chain_ = crypto::sha256(genesis);
  store->make_host_tables();
  nlohmann::json settings = node.store.config;
  if (reads_only) {
    settings["read_only"] = true;
    // Nobody waits for it: proofs may reach back as far as they can.
    const auto deepest = "/properties/proof_versions/maximum"_json_pointer;
    if (loaded.descriptor.config_schema.contains(deepest))
      settings["proof_versions"] = loaded.descriptor.config_schema[deepest];
  }
  TENON_RETURN_IF_ERROR(store->start(settings.dump()));
  return store;
}

OfflineStore::~OfflineStore() {
  store_.reset();
  if (instance_ == nullptr)
    return;
  plugin_->stop(instance_);
  plugin_->destroy(instance_);
}

} // namespace tenon::tool
