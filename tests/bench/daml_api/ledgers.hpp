// The ledgers that are measured, each as a process of its own with its files in a folder that is
// there already. They end with the objects. Main thread.
#pragma once

#include <filesystem>
#include <functional>

#include "measurements.hpp"
#include "tenon/child_node.hpp"

namespace tenon::bench {

// A solo node as config/solo-open.json makes it (simple, rocksdb, synced log), on free ports.
class NodeUnderTest {
public:
  [[nodiscard]] static Result<NodeUnderTest> start(const std::filesystem::path& folder);
  [[nodiscard]] LedgerUnderTest ledger() const { return {"daml_api", port_, node_.process()}; }

private:
  NodeUnderTest(tool::ChildNode node, std::uint16_t port) : node_(std::move(node)), port_(port) {}

  tool::ChildNode node_;
  std::uint16_t port_;
};

// The sandbox of Daml 1.13, whose ledger is in memory. Fetched by Maven, once, into its own cache.
class Sandbox {
public:
  using Progress = std::function<void(const std::string& sentence)>;
  [[nodiscard]] static Result<Sandbox> start(const std::filesystem::path& folder,
                                             const Progress& progress);
  Sandbox(Sandbox&& other) noexcept : process_(other.process_), port_(other.port_) {
    other.process_ = 0;
  }
  Sandbox& operator=(Sandbox&&) = delete;
  ~Sandbox();
  [[nodiscard]] LedgerUnderTest ledger() const { return {"sandbox", port_, process_}; }

private:
  Sandbox(pid_t process, std::uint16_t port) : process_(process), port_(port) {}

  pid_t process_;
  std::uint16_t port_;
};

} // namespace tenon::bench
