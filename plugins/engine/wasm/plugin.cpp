// The plugin `wasm`: lifecycle around the engine. See engine.hpp.
#include "engine.hpp"
#include "tenon/plugin/export_engine.hpp"

namespace tenon::wasm {

class WasmPlugin final : public plugin::Plugin, public WasmEngine {
public:
  static Result<std::unique_ptr<WasmPlugin>> create(plugin::Host host, std::string_view config) {
    const auto json = nlohmann::json::parse(config, nullptr, false);
    if (!json.is_object())
      return invalid_argument("the configuration is not a JSON object");
    return std::unique_ptr<WasmPlugin>(new WasmPlugin(host, json.value("module_cache", true)));
  }

  [[nodiscard]] Status start() override {
    std::filesystem::path cache;
    if (module_cache_) {
      TENON_ASSIGN_OR_RETURN(const std::string directory, host_.data_directory());
      cache = std::filesystem::path(directory) / "modules";
    }
    TENON_ASSIGN_OR_RETURN(auto runtime, Runtime::create(cache));
    use(std::move(runtime));
    return {};
  }
  [[nodiscard]] Status drain(std::uint64_t) override { return {}; }
  void stop() override {}

private:
  WasmPlugin(plugin::Host host, bool module_cache) : host_(host), module_cache_(module_cache) {}

  plugin::Host host_;
  bool module_cache_;
};

} // namespace tenon::wasm

TENON_ENGINE_PLUGIN(tenon::wasm::WasmPlugin)
