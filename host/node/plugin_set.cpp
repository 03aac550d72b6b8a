#include "node/plugin_set.hpp"

#include <optional>

namespace tenon::host::node {

namespace {

using loader::Checked;
using loader::Inspection;
using loader::Refusal;
using loader::RefusalCode;

using Uses = std::vector<const config::PluginUse*>;

Uses uses_in_order(const config::NodeConfig& config) {
  Uses uses = {&config.store};
  for (const auto& engine : config.engines)
    uses.push_back(&engine);
  if (config.consensus)
    uses.push_back(&*config.consensus);
  for (const auto& api : config.apis)
    uses.push_back(&api);
  return uses;
}

// The first mistake goes into the refusal; the rest are appended to it.
Refusal bad_section(const Inspection& found, const config::ConfigErrors& errors) {
  std::string sentences;
  for (const auto& error : errors)
    sentences += (sentences.empty() ? "" : "; ") + error.sentence();
  return {RefusalCode::kBadConfig,
          found.file.string(),
          "its section of the configuration does not match its schema",
          "",
          sentences,
          "correct the section; `tenon plugin inspect` prints the schema"};
}

// A node without a network has no peers to give.
std::optional<Refusal> check_peers(const config::NodeConfig& config, const Inspection& found) {
  if (config.network || !loader::needs_peers(found.descriptor))
    return std::nullopt;
  return Refusal{RefusalCode::kMissingNeed,
                 found.file.string(),
                 "it needs other nodes to talk to, and this node has none",
                 "a plugin that does without, or the section \"network\"",
                 "\"role\": \"" + config.role + "\"",
                 "name another plugin under \"" + found.descriptor.kind +
                     "\", or make the node a replica"};
}

Checked<Inspection> checked_plugin(const config::NodeConfig& config, const config::PluginUse& use) {
  auto file = loader::find_plugin(config.plugin_path, use.kind, use.plugin);
  if (!file.ok())
    return file.refusal();
  auto found = loader::inspect(*file, {use.kind, use.plugin, use.sha256});
  if (!found.ok()) {
    Refusal refusal = found.refusal();
    if (refusal.code == RefusalCode::kWrongDigest)
      refusal.what += " under \"sha256\"";
    return refusal;
  }
  if (const auto refusal = check_peers(config, *found))
    return *refusal;
  const auto schema = config::Schema::compile(found->descriptor.config_schema);
  if (!schema.ok()) {
    return Refusal{RefusalCode::kBadSchema,
                   file->string(),
                   "the \"config_schema\" of its descriptor cannot be used",
                   "a JSON Schema of draft 7",
                   schema.status().message(),
                   "correct the descriptor and build the plugin again"};
  }
  const auto errors = config::check_section(config, use, *schema);
  if (!errors.empty())
    return bad_section(*found, errors);
  return found;
}

PluginSet load_all(const config::NodeConfig& config, const Uses& uses) {
  PluginSet set;
  std::vector<std::pair<const config::PluginUse*, Inspection>> found;
  for (const config::PluginUse* const use : uses) {
    auto one = checked_plugin(config, *use);
    if (one.ok())
      found.emplace_back(use, *std::move(one));
    else
      set.refusals.push_back(one.refusal());
  }
  if (!set.refusals.empty())
    return set; // no code of any plugin runs while one of them is refused
  for (auto& [use, inspection] : found) {
    auto loaded = loader::load(std::move(inspection));
    if (loaded.ok())
      set.plugins.push_back({use, *std::move(loaded)});
    else
      set.refusals.push_back(loaded.refusal());
  }
  return set;
}

} // namespace

std::vector<Refusal> check_plugins(const config::NodeConfig& config) {
  std::vector<Refusal> refusals;
  for (const config::PluginUse* const use : uses_in_order(config)) {
    if (const auto found = checked_plugin(config, *use); !found.ok())
      refusals.push_back(found.refusal());
  }
  return refusals;
}

PluginSet load_plugins(const config::NodeConfig& config) {
  return load_all(config, uses_in_order(config));
}

PluginSet load_engines(const config::NodeConfig& config) {
  Uses engines;
  for (const auto& engine : config.engines)
    engines.push_back(&engine);
  return load_all(config, engines);
}

} // namespace tenon::host::node
