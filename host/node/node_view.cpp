// What the node tells about itself: to plugins, to the admin listener and to main.
#include <nlohmann/json.hpp>

#include "node/node.hpp"
#include "services/version.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::node {

namespace {

void describe(const PluginInstance& instance, v1::PluginInfo& info) {
  const loader::LoadedPlugin& plugin = instance.plugin();
  info.set_name(plugin.descriptor.name);
  info.set_kind(plugin.descriptor.kind);
  info.set_version(plugin.descriptor.version);
  info.set_file(plugin.file.string());
  info.set_sha256(to_hex(plugin.digest.view()));
  info.set_abi(std::to_string(plugin.abi_major) + "." + std::to_string(plugin.abi_minor));
  info.set_state(std::string(state_name(instance.state())));
  info.set_descriptor_json(plugin.descriptor.text);
}

} // namespace

Hash Node::chain() const {
  const std::lock_guard lock(mutex_);
  return chain_;
}

std::uint64_t Node::ledger_time_us() const {
  if (ledger_.load() == nullptr)
    return 0;
  return client_ledger_ ? client_ledger_->ledger_time_us() : pipeline_->ledger_time_us();
}

std::optional<bool> Node::store_durable() const {
  return store_durable_.load();
}

void Node::complete_status(v1::StatusResponse& status) const {
  status.set_node(config_.name);
  status.set_role(config_.role);
  status.set_version(services::kVersion);
  status.set_uptime_ms((clock_.monotonic_us() - started_us_) / 1000);
  const std::lock_guard lock(mutex_);
  status.set_chain(chain_.str());
  if (!phase_.empty())
    status.add_reasons("the node is " + phase_);
  if (network_) {
    const std::string peers = network_->describe();
    if (membership_)
      membership_->show(peers, status);
    status.set_network_json(peers);
  }
  status.set_ready(status.reasons_size() == 0);
}

void Node::list_plugins(v1::PluginsResponse& plugins) const {
  const std::lock_guard lock(mutex_);
  for (const Instances* const group : groups()) {
    for (std::size_t i = 0; i < group->size(); ++i) {
      v1::PluginInfo& info = *plugins.add_plugins();
      describe(*(*group)[i], info);
      if (group == &apis_ && i < api_clients_.size()) {
        if (auto endpoints = api_clients_[i]->endpoints(); endpoints.ok())
          info.set_endpoints_json(*endpoints);
      }
    }
  }
  for (const loader::Refusal& refusal : refusals_) {
    v1::PluginRefusal& entry = *plugins.add_refusals();
    entry.set_code(std::string(loader::refusal_name(refusal.code)));
    entry.set_file(refusal.file);
    entry.set_what(refusal.what);
    entry.set_expected(refusal.expected);
    entry.set_found(refusal.found);
    entry.set_how_to_fix(refusal.how_to_fix);
  }
}

admin::Readiness Node::readiness() const {
  v1::StatusResponse status;
  if (LedgerService* const ledger = ledger_.load(); ledger != nullptr)
    ledger->fill_status(status);
  complete_status(status);
  return {status.ready(), {status.reasons().begin(), status.reasons().end()}};
}

std::vector<std::string> Node::endpoints() const {
  std::vector<std::string> result;
  const std::lock_guard lock(mutex_);
  for (const auto& api : api_clients_) {
    if (auto endpoints = api->endpoints(); endpoints.ok())
      result.push_back(*std::move(endpoints));
  }
  return result;
}

std::string Node::admin_address() const {
  return Endpoint{config_.admin.host, admin_->port()}.to_string();
}

std::string Node::network_address() const {
  const std::lock_guard lock(mutex_);
  return network_ && config_.network->listen
             ? Endpoint{config_.network->listen->host, network_->port()}.to_string()
             : std::string();
}

void Node::note(const std::string& message, const std::string& fields_json) {
  log_.write(plugin::LogLevel::kInfo, "node", message, fields_json);
}

} // namespace tenon::host::node
