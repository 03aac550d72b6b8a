// Commands between the interpreter and the payload of a transaction. Pure; any thread.
#pragma once

#include <vector>

#include "interpreter/commands.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "values/time.hpp"

namespace tenon::daml::engine {

// What limits a submission; part of the engine's rules.
inline constexpr int kMaxCommands = 1'000;
inline constexpr int kMaxDisclosedContracts = 1'000;

struct Submission {
  std::vector<interpreter::Command> commands;
  std::vector<interpreter::DisclosedContract> disclosed;
  Timestamp submission_time;
  Timestamp ledger_time;
  std::string workflow_id; // a ledger string, or empty
};

[[nodiscard]] Result<v1::Commands> encode_submission(const Submission& submission);
// Any message. INVALID_ARGUMENT "MALFORMED_COMMANDS: …" tells which command and what is wrong.
[[nodiscard]] Result<Submission> decode_submission(const v1::Commands& commands);

} // namespace tenon::daml::engine
