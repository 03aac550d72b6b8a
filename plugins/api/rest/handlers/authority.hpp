// What a token lets its bearer do and see: the parties of a command and of a read. Every handler
// asks here before it asks the ledger, whose messages take the API's word for parties. Any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "body_reader.hpp"
#include "problem.hpp"
#include "route.hpp"

namespace tenon::api::rest {

struct ReadScope {
  std::vector<std::string> parties;
  bool all = false; // an operator's view
};

// The parties a read is for: the ones asked for if the token grants them, else all it grants. An
// operator who asks for none sees everything.
[[nodiscard]] std::variant<ReadScope, Problem>
read_scope(const Identity& identity, const std::optional<std::vector<std::string>>& asked);
// The same for the query parameter `party`.
[[nodiscard]] std::variant<ReadScope, Problem> read_scope(const Call& call);

// What is common to every command.
struct CommandFields {
  std::string command_id; // made up here when the client gave none
  std::vector<std::string> act_as;
  std::vector<std::string> read_as;
  std::uint64_t deadline_ms = 0;
  // Whether what fails is refused before it takes a place in a block.
  bool pre_executed = false;
};

// Each fills in the parties that were left out and checks all against the token.
// From the body's members command_id, act_as, read_as and deadline_ms. The last to read the body: a
// member that nobody took is a problem.
[[nodiscard]] std::variant<CommandFields, Problem> read_command_fields(BodyReader& body,
                                                                       const Identity& identity);
// From the query parameters command_id and act_as.
[[nodiscard]] std::variant<CommandFields, Problem> read_command_fields(const Call& call);

} // namespace tenon::api::rest
