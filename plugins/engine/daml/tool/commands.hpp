// The commands of tenon-daml, one file each. They work on files alone: no node is asked. Main
// thread.
#pragma once

#include "tenon/session.hpp"

namespace tenon::daml::tool {

using tenon::tool::Exit;
using tenon::tool::Json;
using tenon::tool::Session;

void add_inspect_command(CLI::App& app, Session& session);
void add_assemble_command(CLI::App& app, Session& session);
void add_disassemble_command(CLI::App& app, Session& session);
void add_validate_command(CLI::App& app, Session& session);

} // namespace tenon::daml::tool
