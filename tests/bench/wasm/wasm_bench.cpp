#include "wasm_bench.hpp"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/memory_view.hpp"

namespace tenon::bench {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kTime = 1'700'000'000'000'000;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The engine over one state, acting for "alice".
class Bench {
public:
  Status open() {
    TENON_ASSIGN_OR_RETURN(auto runtime, wasm::Runtime::create({}));
    engine_.use(std::move(runtime));
    return {};
  }

  Result<Bytes> prepare(const Json& command) {
    return engine_.prepare(testkit::MemoryView(state_), command.dump(), {{}, {}, alice_, {}});
  }

  Result<plugin::ExecutionResult> execute(BytesView payload) {
    Bytes number;
    append_be64(number, ++transactions_);
    return engine_.execute(testkit::MemoryView(state_),
                           {crypto::sha256(number), payload, alice_, {}}, {transactions_, kTime});
  }

  Result<Json> submit(const Json& command) {
    TENON_ASSIGN_OR_RETURN(const Bytes payload, prepare(command));
    TENON_ASSIGN_OR_RETURN(const auto result, execute(payload));
    state_.apply(result);
    return Json::parse(result.response);
  }

  Result<std::string> deploy(const std::filesystem::path& file, const Json& arguments) {
    std::ifstream in(file, std::ios::binary);
    const Bytes module(std::istreambuf_iterator<char>(in), {});
    if (module.empty())
      return not_found(file.string() + " is missing or empty");
    TENON_ASSIGN_OR_RETURN(const Json uploaded,
                           submit({{"upload", {{"module", to_base64(module)}}}}));
    TENON_ASSIGN_OR_RETURN(
        const Json made,
        submit({{"instantiate", {{"contract", uploaded["contract"]}, {"arguments", arguments}}}}));
    return made["instance"].get<std::string>();
  }

  Result<Bytes> query(const Json& request) {
    return engine_.query(testkit::MemoryView(state_, alice_), request.dump(), {{}, {}, {}, alice_},
                         {transactions_, kTime});
  }

  testkit::MemoryState& state() { return state_; }

private:
  const std::vector<std::string> alice_ = {"alice"};
  wasm::WasmEngine engine_;
  testkit::MemoryState state_;
  std::uint64_t transactions_ = 0;
};

Json call(const std::string& instance, const char* function, const Json& arguments) {
  return {{"instance", instance}, {"function", function}, {"arguments", arguments}};
}

// Seconds of one of `calls` executions of a prepared payload, their writes applied.
Result<double> time_executions(Bench& bench, const Bytes& payload, std::uint64_t calls) {
  for (std::uint64_t warm = 0; warm < calls / 10; ++warm)
    TENON_RETURN_IF_ERROR(bench.execute(payload).status());
  const auto begin = Clock::now();
  for (std::uint64_t i = 0; i < calls; ++i) {
    TENON_ASSIGN_OR_RETURN(const auto result, bench.execute(payload));
    bench.state().apply(result);
  }
  return seconds_since(begin) / static_cast<double>(calls);
}

// What a transfer must do at least: read two balances, write two, render an event.
double time_native_transfers(std::uint64_t calls) {
  testkit::MemoryState state;
  const Bytes prefix = "state/" + std::string(40, '0') + "/balance/";
  const auto begin = Clock::now();
  for (std::uint64_t i = 0; i < calls; ++i) {
    const testkit::MemoryView view(state);
    plugin::ExecutionResult result;
    for (const char* const owner : {"alice", "bob"}) {
      const Bytes key = prefix + owner;
      const auto before = view.get(key);
      Bytes value = before.ok() && *before ? **before : Bytes(16, '\0');
      value[0] = static_cast<char>(value[0] + 1);
      result.writes.push_back({plugin::KeyClass::kState, key, std::move(value), {owner}, 0});
    }
    const Json event = {{"event", "Transfer"},
                        {"arguments", {{"from", "alice"}, {"to", "bob"}, {"amount", "1"}}}};
    result.events.push_back({event.dump(), {"alice", "bob"}});
    state.apply(result);
  }
  return seconds_since(begin) / static_cast<double>(calls);
}

template <typename F> Result<double> time_of(std::uint64_t calls, F once) {
  const auto begin = Clock::now();
  for (std::uint64_t i = 0; i < calls; ++i)
    TENON_RETURN_IF_ERROR(once());
  return seconds_since(begin) / static_cast<double>(calls);
}

} // namespace

Result<WasmBenchReport> run_wasm_bench(const WasmBenchOptions& options) {
  constexpr double kMicroseconds = 1e6;
  Bench bench;
  TENON_RETURN_IF_ERROR(bench.open());
  TENON_ASSIGN_OR_RETURN(
      const std::string token,
      bench.deploy(options.token, {{"name", "Gold"}, {"symbol", "GLD"}, {"decimals", 0}}));
  TENON_ASSIGN_OR_RETURN(const std::string nothing, bench.deploy(options.nothing, Json::object()));
  const Json minted = {{"to", "alice"}, {"amount", "1000000000000"}};
  TENON_RETURN_IF_ERROR(bench.submit({{"execute", call(token, "mint", minted)}}).status());

  WasmBenchReport report;
  const Json transfer = {{"execute", call(token, "transfer", {{"to", "bob"}, {"amount", "1"}})}};
  TENON_ASSIGN_OR_RETURN(const Bytes payload, bench.prepare(transfer));
  TENON_ASSIGN_OR_RETURN(const double each, time_executions(bench, payload, options.calls));
  report.transfers_per_s = 1 / each;
  report.native_transfers_per_s = 1 / time_native_transfers(options.calls);
  TENON_ASSIGN_OR_RETURN(const Bytes empty,
                         bench.prepare({{"execute", call(nothing, "nothing", Json::object())}}));
  TENON_ASSIGN_OR_RETURN(const double overhead, time_executions(bench, empty, options.calls));
  report.overhead_us = overhead * kMicroseconds;
  const Json balance = {{"call", call(token, "balance", {{"owner", "alice"}})}};
  TENON_ASSIGN_OR_RETURN(const double query,
                         time_of(options.calls, [&] { return bench.query(balance).status(); }));
  report.query_us = query * kMicroseconds;
  TENON_ASSIGN_OR_RETURN(const double prepare,
                         time_of(options.calls, [&] { return bench.prepare(transfer).status(); }));
  report.prepare_us = prepare * kMicroseconds;
  return report;
}

} // namespace tenon::bench
