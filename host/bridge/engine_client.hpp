// An engine plugin's C table as the C++ interface that the pipeline uses. Owned by the node, lives
// between the plugin's create and destroy; thread rules are those of abi/engine.h.
#pragma once

#include "tenon/abi/plugin.h"
#include "tenon/plugin/engine.hpp"

namespace tenon::host::bridge {

class EngineClient final : public plugin::Engine {
public:
  // Fails when the instance has no engine table of the expected size.
  static Result<std::unique_ptr<EngineClient>> make(const tenon_plugin& plugin,
                                                    tenon_instance* instance);

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
  EngineClient(tenon_instance* instance, const tenon_engine* table)
      : instance_(instance), table_(table) {}

  tenon_instance* instance_;
  const tenon_engine* table_;
};

} // namespace tenon::host::bridge
