#include "dev_partition.hpp"

#include <signal.h>

#include <set>
#include <sstream>

#include "files.hpp"

namespace tenon::tool {
namespace {

// The group of each node that is in one.
Result<std::map<std::string, std::size_t>> place_nodes(const std::vector<DevNode>& nodes,
                                                       const std::vector<std::string>& groups) {
  std::map<std::string, std::size_t> places;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    std::istringstream words(groups[group]);
    for (std::string word; std::getline(words, word, ',');) {
      TENON_ASSIGN_OR_RETURN(const DevNode node, choose_dev_node(nodes, word));
      if (!places.emplace(node.name, group).second)
        return invalid_argument(node.name + " is named twice: expected each node in one group");
    }
  }
  if (groups.size() != 1)
    return places;
  for (const DevNode& node : nodes)
    places.emplace(node.name, 1);
  return places;
}

Status write_cuts(const DevNode& node, const std::vector<std::string>& cut_off) {
  TENON_ASSIGN_OR_RETURN(const std::string text, read_file(node.config()));
  TENON_ASSIGN_OR_RETURN(Json config, parse_json(text, node.config().string()));
  Json& network = config["network"];
  if (network.value("cut_off", Json::array()) == Json(cut_off))
    return ok_status();
  if (cut_off.empty())
    network.erase("cut_off");
  else
    network["cut_off"] = cut_off;
  TENON_RETURN_IF_ERROR(write_file(node.config(), config.dump(2) + "\n"));
  signal_dev_node(node, SIGHUP);
  return ok_status();
}

} // namespace

Result<Cuts> plan_cuts(const std::vector<DevNode>& nodes, const std::vector<std::string>& groups) {
  TENON_ASSIGN_OR_RETURN(const auto places, place_nodes(nodes, groups));
  std::set<std::size_t> used;
  for (const auto& [name, group] : places)
    used.insert(group);
  if (used.size() < 2) {
    return invalid_argument("nothing is cut: expected two groups of nodes or more, such as "
                            "\"1,2 3,4\", or one of some of the nodes, such as \"4\"");
  }
  Cuts cuts;
  for (const DevNode& node : nodes) {
    const auto own = places.find(node.name);
    for (const DevNode& other : nodes) {
      const auto its = places.find(other.name);
      // Client nodes have no connection with each other.
      if (own != places.end() && its != places.end() && own->second != its->second &&
          !(node.is_client() && other.is_client()))
        cuts[node.name].push_back(other.name);
    }
  }
  return cuts;
}

Status apply_cuts(const std::vector<DevNode>& nodes, const Cuts& cuts) {
  for (const DevNode& node : nodes) {
    const auto own = cuts.find(node.name);
    TENON_RETURN_IF_ERROR(
        write_cuts(node, own == cuts.end() ? std::vector<std::string>() : own->second));
  }
  return ok_status();
}

} // namespace tenon::tool
