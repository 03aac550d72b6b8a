// The ends of every handler: problems, JSON answers, and commands on their way to the ledger and
// back. Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "handlers/authority.hpp"
#include "common/json/json_text.hpp"
#include "problem.hpp"
#include "route.hpp"

namespace tenon::api::rest {

// What the system's own commands are sent to; operators' routes only.
inline constexpr const char* kSystemEngine = "sys";

void respond_problem(const Responder& respond, const Call& call, const Problem& problem);
void respond_json(const Responder& respond, unsigned status, std::string body);

// True when it is one JSON document; engines' bytes are looked at before they are embedded.
[[nodiscard]] bool is_json(std::string_view text);
[[nodiscard]] bool is_json_object(std::string_view text);

// Sends the command; answers with the outcome: transaction, offset, height, command_id, duplicate,
// and the members of the engine's response. `extra` may write further members.
void submit_command(const Context& context, const Call& call, const CommandFields& fields,
                    std::string engine, std::string command, Responder respond,
                    std::function<void(JsonWriter&)> extra = {});

// Asks the engine; answers with its response and the height it is of.
void answer_query(const Context& context, const Call& call, const ReadScope& scope,
                  const std::string& engine, std::string request, std::uint64_t height,
                  const Responder& respond);

} // namespace tenon::api::rest
