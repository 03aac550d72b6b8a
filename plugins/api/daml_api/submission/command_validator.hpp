// From the commands of a request to what the engine is asked to do: every check that needs neither
// packages nor the ledger, in the published order and with the published errors. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "com/daml/ledger/api/v1/commands.pb.h"
#include "errors/failure.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"

namespace tenon::daml_api {

struct CommandRules {
  std::string ledger_id;
  std::uint64_t max_deduplication_us = 0;
};

// Commands that are in order.
struct CommandSubmission {
  std::string workflow_id; // may be empty, as the submission id may
  std::string application_id;
  std::string command_id;
  std::string submission_id;
  std::vector<std::string> act_as;  // at least one; sorted, each once
  std::vector<std::string> read_as; // sorted, without those of act_as
  std::uint64_t deduplication_us = 0;
  std::string deduplication_offset; // hexadecimal; empty: the duration is what counts
  daml::engine::v1::CommandRequest request;
  std::string json; // in the engine's own JSON, if not empty: instead of `request`
};

// `now_us` is what a relative minimum of the ledger time is relative to. The application id may
// have been filled in from who asks.
[[nodiscard]] Answer<CommandSubmission>
validate_commands(const com::daml::ledger::api::v1::Commands& commands, const CommandRules& rules,
                  std::uint64_t now_us);

// Everything but the commands themselves and what belongs to their interpretation.
[[nodiscard]] Answer<CommandSubmission>
validate_envelope(const com::daml::ledger::api::v1::Commands& commands, const CommandRules& rules);

} // namespace tenon::daml_api
