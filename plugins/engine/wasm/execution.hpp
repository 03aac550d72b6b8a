// One run of contract code: a transaction's, or a query's. Holds what the whole run shares — writes
// so far, events, fuel — and a frame for each contract on the call stack. Lives for one call of the
// engine, on that call's thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime.hpp"
#include "tenon/plugin/engine.hpp"
#include "tenon/wasm/v1/engine.pb.h"

namespace tenon::wasm {

enum class EntryPoint { kInit, kExecute, kQuery, kMigrate, kDescribe };

class Execution;

// An open iterator of a contract: entries read ahead, and where to go on.
struct Scan {
  std::vector<std::pair<Bytes, Bytes>> ahead; // in reverse, so that the next one is at the back
  Bytes next;
  Bytes end;
  bool exhausted = false;
};

// A contract on the call stack.
struct Frame {
  Execution* execution = nullptr;
  Frame* parent = nullptr;
  EntryPoint entry = EntryPoint::kExecute;
  std::string instance;
  std::string caller;
  const Description* description = nullptr;
  Bytes input;
  Bytes reply;
  std::vector<Scan> scans;
  wasmtime_context_t* context = nullptr;
  wasmtime_memory_t memory{};
  wasmtime_global_t stack{}; // units in use by this contract and the ones that called it
};

class Execution {
public:
  Execution(Runtime& runtime, const plugin::StateView& view,
            const plugin::EngineTransaction& transaction, const plugin::EngineContext& context,
            std::uint64_t fuel)
      : runtime_(runtime), view_(view), transaction_(transaction), context_(context), fuel_(fuel) {}

  // Runs one contract function on an instance and returns its encoded result; `ran`, where given,
  // becomes the code that ran.
  [[nodiscard]] Result<Bytes> run(EntryPoint entry, const std::string& instance,
                                  const std::string& function, Bytes input,
                                  std::shared_ptr<const Compiled>* ran = nullptr);
  // The description of a contract that has none yet, told by its own code.
  [[nodiscard]] Result<Bytes> describe(const Compiled& compiled);

  // Reads and writes of the engine's own records and of the contracts' keys, through what the run
  // has written so far.
  [[nodiscard]] Result<std::optional<Bytes>> get(const Bytes& key);
  void put(const Bytes& key, std::optional<Bytes> value, std::vector<std::string> readers);
  [[nodiscard]] Result<v1::InstanceRecord> instance_record(const std::string& instance);
  // The code of a contract in the state, compiled.
  [[nodiscard]] Result<std::shared_ptr<const Compiled>> load(const std::string& contract);

  // The size of what is kept of it.
  [[nodiscard]] Result<std::size_t> add_event(const Frame& frame, std::uint32_t event,
                                              BytesView data,
                                              std::vector<std::string> readers);
  // A contract calls another one.
  [[nodiscard]] Result<Bytes> call(Frame& from, const std::string& instance,
                                   const std::string& function, Bytes input);
  // Fills `scan.ahead` from the state and the run's own writes.
  // The fuel that it takes.
  [[nodiscard]] Result<std::uint64_t> refill(const Frame& frame, Scan& scan);

  [[nodiscard]] std::uint64_t block_time();
  [[nodiscard]] std::uint64_t block_height();
  [[nodiscard]] std::string originator() const;
  // What is left to burn; kept here between the frames of a run.
  [[nodiscard]] std::uint64_t fuel() const { return fuel_; }
  void set_fuel(std::uint64_t fuel) { fuel_ = fuel; }
  [[nodiscard]] std::size_t writes() const { return writes_.size(); }

  // The reason for which host code ended the run; the first one stays.
  void fail(Status status);

  // What the run did, for the engine to hand on.
  [[nodiscard]] plugin::ExecutionResult take_result(Bytes response);

private:
  struct Pending {
    std::optional<Bytes> value;
    std::vector<std::string> readers;
  };

  [[nodiscard]] Result<Bytes> run_frame(Frame& frame, const Compiled& compiled,
                                        std::uint32_t function, bool has_argument);
  [[nodiscard]] Status start(Frame& frame, const Compiled& compiled, wasmtime_instance_t& instance);
  [[nodiscard]] Status continue_stack(Frame& frame, const wasmtime_instance_t& instance);
  [[nodiscard]] Status explain(Frame& frame, const wasmtime_error_t* error,
                               const wasm_trap_t* trap);

  Runtime& runtime_;
  const plugin::StateView& view_;
  const plugin::EngineTransaction& transaction_;
  const plugin::EngineContext& context_;
  std::uint64_t fuel_;
  int depth_ = 0;
  bool time_read_ = false;
  Status failure_;
  std::map<Bytes, Pending, std::less<>> writes_;
  std::vector<plugin::EngineEvent> events_;
};

[[nodiscard]] Bytes code_key(const std::string& contract);
[[nodiscard]] Bytes contract_key(const std::string& contract);
[[nodiscard]] Bytes instance_key(const std::string& instance);
[[nodiscard]] Bytes state_prefix(const std::string& instance);

} // namespace tenon::wasm
