// What of a configuration that was read again the running node takes over.
#include <set>

#include "node/node.hpp"

namespace tenon::host::node {

namespace {

using nlohmann::json;

constexpr const char* kReloaded[] = {"peers", "cut_off"}; // of "network"

json without_reloaded(json document) {
  if (const auto network = document.find("network"); network != document.end()) {
    for (const char* const name : kReloaded)
      network->erase(name);
  }
  return document;
}

// The sections in which two configurations differ otherwise.
std::string other_differences(const config::NodeConfig& before, const config::NodeConfig& fresh) {
  const json patch = json::diff(without_reloaded(before.document.json()),
                                without_reloaded(fresh.document.json()));
  std::set<std::string> places;
  for (const json& change : patch)
    places.insert(config::readable_path(json::json_pointer(change["path"].get<std::string>())));
  std::string all;
  for (const std::string& place : places)
    all += (all.empty() ? "" : ", ") + place;
  return all;
}

} // namespace

void Node::reload(const config::NodeConfig& fresh) {
  if (const std::string others = other_differences(config_, fresh); !others.empty()) {
    log_.write(plugin::LogLevel::kWarn, "node",
               "the configuration was read again; what differs in " + others +
                   " counts from the next start on");
  }
  if (!membership_ || !fresh.network)
    return note("the configuration was read again: a node without a network takes nothing over");
  config::Network section = *config_.network;
  section.peers = fresh.network->peers;
  section.cut_off = fresh.network->cut_off;
  membership_->use(std::move(section));
  note("the configuration was read again: network.peers, network.cut_off and the keys of the "
       "channels count from now on");
}

} // namespace tenon::host::node
