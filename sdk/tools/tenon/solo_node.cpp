#include "solo_node.hpp"

#include "files.hpp"

namespace tenon::tool {

Result<std::filesystem::path> default_config() {
  for (const auto& candidate : {installation() / "share/tenon/config/solo.json",
                                installation().parent_path().parent_path() / "config/solo.json",
                                std::filesystem::path("config/solo.json")}) {
    if (std::filesystem::exists(candidate))
      return candidate;
  }
  return not_found("config/solo.json was not found beside this installation");
}

Result<SoloNode> start_solo_node(const std::filesystem::path& config,
                                 const std::filesystem::path& data_directory) {
  TENON_ASSIGN_OR_RETURN(const std::string text, read_file(config));
  TENON_ASSIGN_OR_RETURN(const Json document, parse_json(text, config.string()));
  NodeAddresses addresses = addresses_of(document);
  if (addresses.url.empty()) {
    return invalid_argument(config.string() + " names no api plugin \"rest\", which this needs");
  }
  ChildNode::Settings settings;
  settings.program = installation() / "bin" / "tenond";
  settings.arguments = {"--config", config.string(), "--data-dir", data_directory.string()};
  settings.log_file = data_directory / "tenond.log";
  settings.ready_url = addresses.admin_url + "/readyz";
  auto child = ChildNode::start(settings);
  if (!child.ok())
    return child.status();
  return SoloNode{*std::move(child), std::move(addresses), settings.log_file};
}

} // namespace tenon::tool
