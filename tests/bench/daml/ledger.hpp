// The daml engine over a state in memory, without a node: commands go in as JSON, as in a node, and
// prepared payloads are executed again and again, each time as another transaction. Owned by the
// benchmark; one thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/interpretation.hpp"
#include "tenon/testkit/memory_view.hpp"

namespace tenon::bench {

// The state as execute and prepare see it. Unlike the testkit's view it does not write down what
// was read, which would be a good part of what is measured.
class PlainView final : public plugin::StateView {
public:
  explicit PlainView(const testkit::MemoryState& state) : state_(state) {}

  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const override;
  [[nodiscard]] Status scan(BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const override;
  [[nodiscard]] Status scan_index(BytesView begin, BytesView end,
                                  plugin::ScanVisitor visit) const override;
  [[nodiscard]] Result<bool> has_party(BytesView party) const override;

private:
  const testkit::MemoryState& state_;
};

// The parties of all commands: "bank" and "alice".
class Ledger {
public:
  Ledger();

  [[nodiscard]] Status upload(BytesView dar);
  [[nodiscard]] Result<Bytes> prepare(const std::string& command);
  // The payload as a new transaction. The state stays as it is.
  [[nodiscard]] Result<plugin::ExecutionResult> execute(BytesView payload);
  // Prepares, executes and changes the state. The engine's answer.
  [[nodiscard]] Result<nlohmann::json> submit(const nlohmann::json& command);

  // The commands of a payload, run without judging or writing what comes out.
  [[nodiscard]] Result<daml::engine::Interpreted> interpret(BytesView payload);

private:
  plugin::EngineTransaction next(BytesView payload);

  const std::vector<std::string> parties_ = {"alice", "bank"};
  testkit::MemoryState state_;
  PlainView view_{state_};
  daml::engine::DamlEngine engine_;
  daml::engine::PackageLibrary library_; // for interpret()
  const daml::engine::Settings settings_;
  std::uint64_t transactions_ = 0;
};

} // namespace tenon::bench
