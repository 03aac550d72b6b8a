// A command of the ledger's operators as a file, which they pass around until enough of them have
// signed it (docs/spec/operators.md). What it does stands in it once, as the bytes that are signed:
// whatever people read is made from those. One thread.
#pragma once

#include <filesystem>

#include "session.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::tool {

struct CommandFile {
  Hash chain;
  v1::OperatorCommand command;
};

// Refuses a path at which something stands: it may have signatures already.
[[nodiscard]] Status make_command_file(const std::filesystem::path& path, const CommandFile& file);
[[nodiscard]] Status replace_command_file(const std::filesystem::path& path,
                                          const CommandFile& file);
[[nodiscard]] Result<CommandFile> read_command_file(const std::filesystem::path& path);

[[nodiscard]] Result<v1::OperatorAction> action_of(const v1::OperatorCommand& command);
// "action", named as the subcommand that orders it, and its members.
[[nodiscard]] Json describe(const v1::OperatorAction& action);
// The names of those who signed.
[[nodiscard]] Json signers_of(const v1::OperatorCommand& command);

} // namespace tenon::tool
