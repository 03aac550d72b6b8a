// tenon-daml: Daml packages for people, as files and as text; `tenon daml` is this program.
#include "tenon/command_line.hpp"
#include "tool/commands.hpp"

namespace tenon::daml::tool {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed; 2 wrong command line; 6 a package breaks a rule.\n"
    "A failure prints the one next command to run. With --json the last line is the answer.";

void add_commands(CLI::App& app, Session& session) {
  app.footer(kFooter);
  app.add_flag("--json", session.json, "print the answer as one line of JSON");
  add_inspect_command(app, session);
  add_assemble_command(app, session);
  add_disassemble_command(app, session);
  add_validate_command(app, session);
}

} // namespace
} // namespace tenon::daml::tool

int main(int argc, char** argv) {
  return tenon::tool::run_command_line(
      argc, argv, "Daml packages: looks into DARs, and turns them into text and back.",
      "tenon daml", tenon::daml::tool::add_commands);
}
