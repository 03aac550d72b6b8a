// Commands between the interpreter and the payload of a transaction. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
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
  // When disclosed contracts were created, where the submitter says so.
  std::map<ContractId, Timestamp> disclosed_times;
  bool quiet = false; // its execution has no response
  // What was divulged up to then may not be used; nothing: all of it may.
  std::optional<Timestamp> divulged_after;
};

// INVALID_ARGUMENT: commands are somebody's.
[[nodiscard]] Status check_authority(std::span<const std::string> act_as);
// INVALID_ARGUMENT "MALFORMED_COMMANDS: …" for too few or too many of them.
[[nodiscard]] Status check_counts(const v1::Commands& commands);
// FORM_… of what is submitted.
[[nodiscard]] Result<interpreter::Command::Form> read_form(v1::Command::Form form);

// Where a message says it; 0 is nothing.
[[nodiscard]] Result<std::optional<Timestamp>> read_divulged_after(const v1::Commands& commands);

[[nodiscard]] Result<v1::Commands> encode_submission(const Submission& submission);
// Any message. INVALID_ARGUMENT "MALFORMED_COMMANDS: …" tells which command and what is wrong.
[[nodiscard]] Result<Submission> decode_submission(const v1::Commands& commands);

} // namespace tenon::daml::engine
