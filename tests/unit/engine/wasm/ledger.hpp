// The wasm engine over a state in memory: what the tests of this folder submit to and ask.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/memory_view.hpp"

namespace tenon::wasm {

inline Bytes read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

class Ledger {
public:
  using Json = nlohmann::json;

  explicit Ledger(const std::filesystem::path& cache = {}) {
    auto runtime = Runtime::create(cache);
    if (!runtime.ok())
      throw std::runtime_error(runtime.status().message());
    engine_.use(*std::move(runtime));
  }

  WasmEngine& engine() { return engine_; }
  testkit::MemoryState& state() { return state_; }
  // Of the last accepted execution.
  const plugin::ExecutionResult& last() const { return last_; }
  std::uint64_t time_us = 1'700'000'000'000'000;

  Result<Bytes> prepare(const std::string& party, const Json& command) {
    const std::vector<std::string> act_as = {party};
    return engine_.prepare(testkit::MemoryView(state_), command.dump(), {{}, {}, act_as, {}});
  }

  Result<plugin::ExecutionResult> run(const std::string& party, BytesView payload) {
    const std::vector<std::string> act_as = {party};
    Bytes number;
    append_be64(number, ++transactions_);
    const plugin::EngineTransaction transaction = {crypto::sha256(number), payload, act_as, {}};
    return engine_.execute(testkit::MemoryView(state_), transaction, {transactions_, time_us});
  }

  // Prepares, executes, applies.
  Result<Json> submit(const std::string& party, const Json& command) {
    TENON_ASSIGN_OR_RETURN(const Bytes payload, prepare(party, command));
    TENON_ASSIGN_OR_RETURN(last_, run(party, payload));
    state_.apply(last_);
    return Json::parse(last_.response);
  }

  Result<Json> ask(const std::string& party, const Json& request) {
    const std::vector<std::string> read_as = {party};
    TENON_ASSIGN_OR_RETURN(const Bytes answer,
                           engine_.query(testkit::MemoryView(state_, read_as), request.dump(),
                                         {{}, {}, {}, read_as}, {transactions_, time_us}));
    return Json::parse(answer);
  }

  Result<Json> upload(const std::string& party, BytesView module) {
    return submit(party, {{"upload", {{"module", to_base64(module)}}}});
  }

  // Uploads a contract and makes an instance; the instance's id.
  std::string deploy(const std::filesystem::path& file, const std::string& party,
                     const Json& arguments = Json::object()) {
    const auto uploaded = upload(party, read_file(file));
    if (!uploaded.ok())
      throw std::runtime_error(uploaded.status().message());
    const auto made = submit(
        party,
        {{"instantiate", {{"contract", (*uploaded)["contract"]}, {"arguments", arguments}}}});
    if (!made.ok())
      throw std::runtime_error(made.status().message());
    return (*made)["instance"].get<std::string>();
  }

  Result<Json> execute(const std::string& party, const std::string& instance,
                       const std::string& function, const Json& arguments = Json::object()) {
    return submit(
        party,
        {{"execute", {{"instance", instance}, {"function", function}, {"arguments", arguments}}}});
  }

  Result<Json> query(const std::string& party, const std::string& instance,
                     const std::string& function, const Json& arguments = Json::object()) {
    TENON_ASSIGN_OR_RETURN(
        const Json answer,
        ask(party, {{"call",
                     {{"instance", instance}, {"function", function}, {"arguments", arguments}}}}));
    return answer["result"];
  }

private:
  WasmEngine engine_;
  testkit::MemoryState state_;
  plugin::ExecutionResult last_;
  std::uint64_t transactions_ = 0;
};

// The stable reason at the beginning of a rejection's message; "OK" where there is none.
template <typename T> std::string reason(const Result<T>& result) {
  if (result.ok())
    return "OK";
  const std::string message = result.status().message();
  return (result.status().fault() ? "FAULT " : "") + message.substr(0, message.find(':'));
}

// For what a test needs to have happened before it begins.
inline void must(const Result<nlohmann::json>& result) {
  if (!result.ok())
    throw std::runtime_error(result.status().message());
}

inline const std::filesystem::path kToken = std::filesystem::path(TENON_CONTRACTS) / "token.wasm";
inline const std::filesystem::path kEscrow = std::filesystem::path(TENON_CONTRACTS) / "escrow.wasm";
inline const std::filesystem::path kHostile =
    std::filesystem::path(TENON_TEST_CONTRACTS) / "hostile.wasm";

inline std::string deploy_token(Ledger& ledger, const std::string& issuer = "issuer") {
  return ledger.deploy(kToken, issuer, {{"name", "Gold"}, {"symbol", "GLD"}, {"decimals", 2}});
}

} // namespace tenon::wasm
