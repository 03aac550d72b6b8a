// What a command says beside what it does: ids, parties, how long it is looked for again, contracts
// that it discloses. Pure but for names of types; any thread.
#pragma once

#include "json/exchange.hpp"
#include "submission/command_validator.hpp"

namespace tenon::daml_api::json {

struct CommandEnvelope {
  CommandSubmission submission; // without commands
  api::Json disclosed;          // as the engine takes them; null: none
};

// `body`: the whole request, of which "meta" is a member; what that leaves out comes from the
// token.
[[nodiscard]] Read<CommandEnvelope> read_envelope(const Parts& parts, const Bearer& bearer,
                                                  const api::Json& body);

} // namespace tenon::daml_api::json
