// The plugin `daml`: lifecycle around the engine. See engine/engine.hpp.
#include <nlohmann/json.hpp>

#include "engine/engine.hpp"
#include "tenon/plugin/export_engine.hpp"

namespace tenon::daml {

class DamlPlugin final : public plugin::Plugin, public engine::DamlEngine {
public:
  static Result<std::unique_ptr<DamlPlugin>> create(plugin::Host host, std::string_view config) {
    Options options;
    TENON_ASSIGN_OR_RETURN(options.settings, engine::Settings::parse(config));
    const auto counter = [&](const char* name, const char* help) {
      return host.metric(plugin::MetricKind::kCounter, name, help);
    };
    options.metrics = {
        counter("daml_interpretations_total", "Submissions interpreted"),
        counter("daml_refusals_total", "Submissions that their interpretation refused"),
        counter("daml_steps_total", "Interpreter steps of submissions that were not refused"),
        counter("daml_packages_loaded_total", "Packages read from the state"),
    };
    options.now_us = [host] { return host.wall_us(); };
    TENON_ASSIGN_OR_RETURN(const std::string info, host.node_info());
    const auto node = nlohmann::json::parse(info, nullptr, false);
    options.client_node = node.is_object() && node.value("role", "") == "client";
    return std::unique_ptr<DamlPlugin>(new DamlPlugin(std::move(options)));
  }

  [[nodiscard]] Status start() override { return {}; }
  [[nodiscard]] Status drain(std::uint64_t) override { return {}; }
  void stop() override {}

private:
  explicit DamlPlugin(Options options) : DamlEngine(std::move(options)) {}
};

} // namespace tenon::daml

TENON_ENGINE_PLUGIN(tenon::daml::DamlPlugin)
