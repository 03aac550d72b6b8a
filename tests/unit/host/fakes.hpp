// Parts of a node for tests of the host's shell: a log and a view of the node that remember.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "services/asio_executor.hpp"
#include "services/key_store.hpp"
#include "services/plugin_services.hpp"
#include "services/real_time.hpp"

namespace tenon::host::testing {

class MemoryLog final : public Log {
public:
  void write(plugin::LogLevel, std::string_view component, std::string_view message,
             std::string_view) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(component) + ": " + std::string(message));
  }
  [[nodiscard]] plugin::LogLevel lowest_level() const override { return plugin::LogLevel::kTrace; }
  [[nodiscard]] bool contains(std::string_view text) const { return count(text) > 0; }
  // Lines with the text.
  [[nodiscard]] std::size_t count(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    std::size_t found = 0;
    for (const std::string& line : lines_)
      found += line.find(text) != std::string::npos ? 1 : 0;
    return found;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class FixedNodeView final : public services::NodeView {
public:
  [[nodiscard]] std::string name() const override { return "tester"; }
  [[nodiscard]] std::string role() const override { return "solo"; }
  [[nodiscard]] Hash chain() const override { return {}; }
  [[nodiscard]] LedgerService* ledger() const override { return nullptr; }
  [[nodiscard]] std::uint64_t ledger_time_us() const override { return 77; }
  [[nodiscard]] std::optional<bool> store_durable() const override { return true; }
  void complete_status(v1::StatusResponse& status) const override { status.set_node("tester"); }
  void list_plugins(v1::PluginsResponse&) const override {}
};

class ZeroSigner final : public Signer {
public:
  [[nodiscard]] Bytes public_key() const override { return Bytes(32, 'k'); }
  [[nodiscard]] Result<Bytes> sign(BytesView) const override { return Bytes(64, 's'); }
  [[nodiscard]] bool unused() const override { return true; }
};

struct Parts {
  MemoryLog log;
  services::MetricRegistry metrics;
  services::AsioExecutor executor{2, log};
  services::RealClock clock;
  ZeroSigner signer;
  FixedNodeView view;

  services::ServiceParts services() { return {log, metrics, executor, clock, signer, view}; }
};

} // namespace tenon::host::testing
