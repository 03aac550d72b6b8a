// tenon-daml: Daml packages for people, as files and as text; `tenon daml` is this program.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>
#include <string_view>

#include "tool/commands.hpp"

namespace tenon::daml::tool {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed; 2 wrong command line; 6 a package breaks a rule.\n"
    "A failure prints the one next command to run. With --json the last line is the answer.";

// Asked of the bare words, so that a command line that cannot be parsed is refused in JSON too.
bool asks_for_json(std::span<char* const> words) {
  return std::any_of(words.begin(), words.end(),
                     [](const char* word) { return std::string_view(word) == "--json"; });
}

int run(Session& session, int argc, char** argv) {
  CLI::App app("Daml packages: looks into DARs, and turns them into text and back.", "tenon daml");
  app.footer(kFooter);
  app.fallthrough(); // the common options may stand after the command's words
  app.require_subcommand(1);
  app.add_flag("--json", session.json, "print the answer as one line of JSON");
  add_inspect_command(app, session);
  add_assemble_command(app, session);
  add_disassemble_command(app, session);
  add_validate_command(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return app.exit(error);
    return static_cast<int>(
        session.report(invalid_argument(error.what()), Exit::kUsage, "tenon daml --help"));
  }
  return static_cast<int>(session.run());
}

} // namespace
} // namespace tenon::daml::tool

int main(int argc, char** argv) {
  using namespace tenon::daml::tool;
  Session session;
  session.json = asks_for_json({argv, static_cast<std::size_t>(argc)});
  try {
    return run(session, argc, argv);
  } catch (const std::exception& error) {
    return static_cast<int>(
        session.report(tenon::fault(error.what()), Exit::kFailed, "tenon daml --help"));
  }
}
