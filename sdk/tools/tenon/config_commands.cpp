// tenon config check: what is wrong with a node's configuration, before anything is started. The
// checks are those of `tenond --check`.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "files.hpp"
#include "node/config/node_config.hpp"
#include "node/plugin_set.hpp"
#include "session.hpp"

namespace tenon::tool {
namespace {

namespace config = host::config;
namespace loader = host::loader;

Json to_json(const config::ConfigError& error) {
  return {{"file", error.file},
          {"line", error.position.line},
          {"column", error.position.column},
          {"path", error.path},
          {"what", error.what},
          {"expected", error.expected},
          {"found", error.found},
          {"did_you_mean", error.suggestion}};
}

Json to_json(const loader::Refusal& refusal) {
  return {{"file", refusal.file},
          {"code", std::string(loader::refusal_name(refusal.code))},
          {"what", refusal.what},
          {"expected", refusal.expected},
          {"found", refusal.found},
          {"how_to_fix", refusal.how_to_fix}};
}

// All that was found, a line each; with --json also as a list on the error stream.
template <typename Finding>
Status refuse(Session& session, const std::string& file, const std::vector<Finding>& findings) {
  if (session.json) {
    Json list = Json::array();
    for (const Finding& finding : findings)
      list.push_back(to_json(finding));
    session.progress(list.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return session.failed(to_status(findings), Exit::kFailed,
                        "mend what is named, then: tenon config check " + file);
}

Status check(Session& session, const std::string& file) {
  auto loaded = config::load_config(file, {{}, installation() / "lib" / "tenon" / "plugins"});
  if (const auto* errors = std::get_if<config::ConfigErrors>(&loaded))
    return refuse(session, file, *errors);
  const auto& node = std::get<config::NodeConfig>(loaded);
  if (const auto refusals = host::node::check_plugins(node); !refusals.empty())
    return refuse(session, file, refusals);
  Json plugins = Json::array();
  const auto name = [&](const config::PluginUse& use) {
    plugins.push_back({{"kind", use.kind}, {"plugin", use.plugin}});
  };
  name(node.store);
  std::for_each(node.engines.begin(), node.engines.end(), name);
  if (node.consensus)
    name(*node.consensus);
  std::for_each(node.apis.begin(), node.apis.end(), name);
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
