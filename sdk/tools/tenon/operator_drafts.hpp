// tenon operator add-replica, wedge, …: one subcommand per action of the operators, each writing a
// command file that nobody has signed yet. Main thread.
#pragma once

#include "session.hpp"

namespace tenon::tool {

void add_operator_drafts(CLI::App& group, Session& session);

} // namespace tenon::tool
