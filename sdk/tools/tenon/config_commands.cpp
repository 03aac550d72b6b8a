// tenon config check: what is wrong with a node's configuration, before anything is started.
#include <CLI/CLI.hpp>
#include <memory>

#include "files.hpp"
#include "loader/loader.hpp"
#include "node/config/node_config.hpp"
#include "session.hpp"

namespace tenon::tool {
namespace {

namespace config = host::config;
namespace loader = host::loader;

Json error_json(const config::ConfigError& error) {
  return {{"file", error.file},
          {"line", error.position.line},
          {"column", error.position.column},
          {"path", error.path},
          {"what", error.what},
          {"expected", error.expected},
          {"found", error.found},
          {"did_you_mean", error.suggestion}};
}

Status refuse(Session& session, const std::string& file, const config::ConfigErrors& errors) {
  if (session.json) {
    Json list = Json::array();
    for (const config::ConfigError& error : errors)
      list.push_back(error_json(error));
    session.progress(list.dump());
  }
  return session.failed(config::to_status(errors), Exit::kFailed,
                        "mend the file, then: tenon config check " + file);
}

// The plugin that the configuration names, without running any of its code, and its section
// against its own schema.
Result<config::ConfigErrors> check_plugin(const config::NodeConfig& node,
                                          const config::PluginUse& use) {
  auto file = loader::find_plugin(node.plugin_path, use.kind, use.plugin);
  if (!file.ok())
    return file.refusal().status();
  auto inspected = loader::inspect(*file, {use.kind, use.plugin, use.sha256});
  if (!inspected.ok())
    return inspected.refusal().status();
  TENON_ASSIGN_OR_RETURN(const config::Schema schema,
                         config::Schema::compile(inspected->descriptor.config_schema));
  return config::check_section(node, use, schema);
}

Status check(Session& session, const std::string& file) {
  auto loaded = config::load_config(file, {{}, installation() / "lib" / "tenon" / "plugins"});
  if (const auto* errors = std::get_if<config::ConfigErrors>(&loaded))
    return refuse(session, file, *errors);
  const auto& node = std::get<config::NodeConfig>(loaded);
  std::vector<config::PluginUse> uses = {node.store, node.consensus};
  uses.insert(uses.end(), node.engines.begin(), node.engines.end());
  uses.insert(uses.end(), node.apis.begin(), node.apis.end());
  Json plugins = Json::array();
  for (const config::PluginUse& use : uses) {
    auto errors = check_plugin(node, use);
    if (!errors.ok())
      return session.failed(errors.status(), Exit::kFailed, "tenon plugin list --offline");
    if (!errors->empty())
      return refuse(session, file, *errors);
    plugins.push_back({{"kind", use.kind}, {"plugin", use.plugin}});
  }
  session.result(Json{{"valid", true}, {"file", file}, {"plugins", plugins}});
  return ok_status();
}

} // namespace

void add_config_commands(CLI::App& app, Session& session) {
  const auto file = std::make_shared<std::string>();
  CLI::App* group = app.add_subcommand("config", "check configurations");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("check", "say what is wrong, with line and column");
  command->add_option("FILE", *file, "the node's configuration")->required();
  command->callback([&session, file] { session.choose([&] { return check(session, *file); }); });
}

} // namespace tenon::tool
