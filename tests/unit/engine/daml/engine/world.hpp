// An engine on a state in memory: submissions go the whole way from JSON to the state, as in a
// node. Owned by a test; one thread.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "tenon/testkit/memory_view.hpp"

namespace tenon::daml::engine::test {

using nlohmann::json;
using Parties = std::vector<std::string>;

// The bytes of a DAR with one sample package, "iou" or "token".
[[nodiscard]] Bytes sample_dar(const std::string& name);
// Of a text of the test's own.
[[nodiscard]] Bytes dar_of(const std::string& text, const std::string& name);

// A transaction as it stands in a block.
struct Ordered {
  Bytes payload;
  Parties act_as;
  Parties read_as;
  Hash id;
  Hash seed;
};

class World {
public:
  World();

  // The engine of a replica that has just started: nothing is in its memory.
  void restart();

  [[nodiscard]] Result<Ordered> prepare(const Parties& act_as, const json& command,
                                        const Parties& read_as = {});
  [[nodiscard]] Result<plugin::ExecutionResult> execute(const Ordered& transaction);
  // Prepares, executes and, when that is accepted, changes the state. The engine's answer.
  [[nodiscard]] Result<json> submit(const Parties& act_as, const json& command,
                                    const Parties& read_as = {});
  // The same, and it must be accepted.
  json accepted(const Parties& act_as, const json& command, const Parties& read_as = {});
  // The reason of a refusal, "CONTRACT_NOT_FOUND"; "" when it is accepted.
  std::string refused(const Parties& act_as, const json& command, const Parties& read_as = {});

  // The same of a command in binary form. The engine's response.
  [[nodiscard]] Result<Ordered> prepare(const Parties& act_as, const v1::CommandRequest& command,
                                        const Parties& read_as = {});
  [[nodiscard]] Result<Bytes> submit(const Parties& act_as, const v1::CommandRequest& command,
                                     const Parties& read_as = {});
  // "CODE REASON", and "" when it is accepted.
  std::string answer_to(const Parties& act_as, const v1::CommandRequest& command,
                        const Parties& read_as = {});
  [[nodiscard]] Result<v1::Response> ask(const v1::Request& request);

  [[nodiscard]] Result<json> query(const Parties& parties, const json& request);
  // The reason of a refusal.
  std::string query_refused(const Parties& parties, const json& request);

  // Puts the package on the ledger; its main package's id.
  std::string upload(const Bytes& dar);

  [[nodiscard]] DamlEngine& engine() { return *engine_; }
  [[nodiscard]] testkit::MemoryState& state() { return state_; }
  // Of the last transaction that was accepted.
  [[nodiscard]] const plugin::ExecutionResult& last() const { return last_; }
  // Its events as JSON.
  [[nodiscard]] std::vector<json> events();

  std::uint64_t now_us = 1'700'000'000'000'000;
  // Of the block; 0: now_us.
  std::uint64_t record_time_us = 0;
  bool client_node = false;

private:
  [[nodiscard]] Result<Ordered> prepare_bytes(const Parties& act_as, BytesView command,
                                              const Parties& read_as);

  std::unique_ptr<DamlEngine> engine_;
  testkit::MemoryState state_;
  plugin::ExecutionResult last_;
  std::uint64_t transactions_ = 0;
};

// "REASON" of "REASON: text".
[[nodiscard]] std::string reason_of(const Status& status);

// "NOT_FOUND CONTRACT_NOT_FOUND"
[[nodiscard]] std::string code_and_reason(const Status& status);

// Commands of the samples.
[[nodiscard]] json create_iou(const std::string& issuer, const std::string& owner, int number,
                              const std::string& amount = "100.0");
[[nodiscard]] json exercise(const std::string& type, const json& contract,
                            const std::string& choice, json argument = json::object());

} // namespace tenon::daml::engine::test
