// The plugin `memory`: the shared store over ordered maps. See common/store_core.hpp.
#include <nlohmann/json.hpp>

#include "common/memory_backend.hpp"
#include "common/store_plugin.hpp"
#include "tenon/plugin/export_store.hpp"

namespace tenon::store {

class MemoryStore final : public StorePlugin {
public:
  static Result<std::unique_ptr<MemoryStore>> create(plugin::Host host, std::string_view config) {
    const auto json = nlohmann::json::parse(config, nullptr, false);
    if (!json.is_object())
      return invalid_argument("the configuration is not a JSON object");
    StoreOptions options;
    options.proof_versions = json.value("proof_versions", options.proof_versions);
    return std::unique_ptr<MemoryStore>(new MemoryStore(host, options));
  }

private:
  MemoryStore(plugin::Host host, const StoreOptions& options)
      : StorePlugin(host, options, false, []() -> Result<std::unique_ptr<Backend>> {
          return std::unique_ptr<Backend>(std::make_unique<MemoryBackend>());
        }) {}
};

} // namespace tenon::store

TENON_STORE_PLUGIN(tenon::store::MemoryStore)
