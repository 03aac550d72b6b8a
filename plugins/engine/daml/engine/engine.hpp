// The daml engine: commands to transactions, transactions to results, requests to answers. Owned by
// the plugin; threads as in abi/engine.h (all [worker], concurrently).
#pragma once

#include <functional>
#include <memory>

#include "engine/interpretation.hpp"
#include "engine/package_library.hpp"
#include "engine/settings.hpp"
#include "tenon/plugin/engine.hpp"
#include "tenon/plugin/host.hpp"
#include "values/time.hpp"

namespace tenon::daml::engine {

// What operators watch; without a host nothing is counted.
struct Metrics {
  plugin::Metric interpretations;
  plugin::Metric refusals; // of these
  plugin::Metric steps;
  plugin::Metric packages;
};

class DamlEngine : public plugin::Engine {
public:
  struct Options {
    Settings settings;
    // The time of a submission. Only prepare() asks.
    std::function<std::uint64_t()> now_us;
    // Of client nodes: what the state lacks may exist all the same, and commands are interpreted
    // before they are sent, as far as what is here goes.
    bool client_node = false;
    Metrics metrics;
  };

  explicit DamlEngine(Options options);

  [[nodiscard]] Result<Hash> fingerprint() const override;
  [[nodiscard]] Result<plugin::ExecutionResult>
  execute(const plugin::StateView& view, const plugin::EngineTransaction& transaction,
          const plugin::EngineContext& context) override;
  [[nodiscard]] Result<Bytes> prepare(const plugin::StateView& view, BytesView command,
                                      const plugin::EngineTransaction& submitter) override;
  [[nodiscard]] Result<Bytes> query(const plugin::StateView& view, BytesView request,
                                    const plugin::EngineTransaction& caller,
                                    const plugin::EngineContext& context) override;
  [[nodiscard]] Result<std::vector<plugin::EngineWrite>> index_of(BytesView key,
                                                                  BytesView value) override;
  [[nodiscard]] Result<Bytes> event_json(BytesView payload) override;

private:
  [[nodiscard]] Result<v1::Payload> prepare_binary(const plugin::StateView& view,
                                                   BytesView message,
                                                   const plugin::EngineTransaction& submitter);
  [[nodiscard]] Result<v1::Payload> prepare_json(const plugin::StateView& view, BytesView text,
                                                 const plugin::EngineTransaction& submitter);
  // Commands that are typed: interprets them on client nodes.
  [[nodiscard]] Result<v1::Payload> finish_commands(const plugin::StateView& view,
                                                    const Submission& submission,
                                                    const plugin::EngineTransaction& submitter);
  [[nodiscard]] Result<Timestamp> now() const;
  [[nodiscard]] Result<Interpreted> run(const InterpretationParts& parts,
                                        const plugin::EngineTransaction& transaction,
                                        const Submission& submission) const;

  Options options_;
  PackageLibrary library_;
};

} // namespace tenon::daml::engine
