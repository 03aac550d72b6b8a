// What every tool for people does with its command line: words choose a command, failures become an
// answer with an exit code. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "session.hpp"

namespace tenon::tool {

// `add` gives the app its footer and its commands. The app's name is what people type.
[[nodiscard]] int run_command_line(int argc, char** argv, const char* description, const char* name,
                                   const std::function<void(CLI::App&, Session&)>& add);

} // namespace tenon::tool
