// The wasm engine: commands to transactions, transactions to results, requests to answers.
// Owned by the plugin; threads as in abi/engine.h (all [worker], concurrently).
#pragma once

#include <semaphore>

#include "execution.hpp"
#include "runtime.hpp"
#include "tenon/plugin/engine.hpp"

namespace tenon::wasm {

class WasmEngine : public plugin::Engine {
public:
  void use(std::unique_ptr<Runtime> runtime) { runtime_ = std::move(runtime); }

  [[nodiscard]] Result<Hash> fingerprint() const override;
  [[nodiscard]] Result<plugin::ExecutionResult>
  execute(const plugin::StateView& view, const plugin::EngineTransaction& transaction,
          const plugin::EngineContext& context) override;
  [[nodiscard]] Result<Bytes> prepare(const plugin::StateView& view, BytesView command,
                                      const plugin::EngineTransaction& submitter) override;
  [[nodiscard]] Result<Bytes> query(const plugin::StateView& view, BytesView request,
                                    const plugin::EngineTransaction& caller,
                                    const plugin::EngineContext& context) override;

private:
  [[nodiscard]] Result<Bytes> upload(Execution& execution, const v1::Upload& command,
                                     std::uint64_t time_us);
  [[nodiscard]] Result<Bytes> instantiate(Execution& execution, const v1::Instantiate& command,
                                          const Hash& transaction);
  [[nodiscard]] Result<Bytes> call(Execution& execution, const v1::Execute& command);
  [[nodiscard]] Result<Bytes> migrate(Execution& execution, const v1::Migrate& command);

  // More runs at once would find the pool of instances empty.
  static constexpr std::ptrdiff_t kConcurrentRuns = 12;
  std::counting_semaphore<kConcurrentRuns> runs_{kConcurrentRuns};
  std::unique_ptr<Runtime> runtime_;
};

// An application's JSON command as a payload, its arguments checked against the contract.
[[nodiscard]] Result<Bytes> prepare_command(Runtime& runtime, const plugin::StateView& view,
                                            BytesView command,
                                            const plugin::EngineTransaction& submitter);
// Answers a JSON request.
[[nodiscard]] Result<Bytes> answer_query(Runtime& runtime, const plugin::StateView& view,
                                         BytesView request, const plugin::EngineTransaction& caller,
                                         const plugin::EngineContext& context);

[[nodiscard]] bool is_instance_id(std::string_view text);

} // namespace tenon::wasm
