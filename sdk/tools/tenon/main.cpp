// tenon: the one tool for people. Each command group stands in its own file.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>
#include <string_view>

#include "session.hpp"

namespace tenon::tool {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed; 2 wrong command line; 3 no node answers; 4 no or insufficient\n"
    "authority; 5 the ledger rejected the transaction; 6 a proof, block or file does not verify.\n"
    "A failure prints the one next command to run. With --json the last line is the answer.";

// Asked of the bare words, so that a command line that cannot be parsed is refused in JSON too.
bool asks_for_json(std::span<char* const> words) {
  return std::any_of(words.begin(), words.end(),
                     [](const char* word) { return std::string_view(word) == "--json"; });
}

int run(Session& session, int argc, char** argv) {
  CLI::App app("Tenon: starts, asks and checks ledger nodes.", "tenon");
  app.footer(kFooter);
  app.fallthrough(); // the common options may stand after the command's words
  app.require_subcommand(1);
  session.add_options(app);
  add_up_command(app, session);
  add_dev_commands(app, session);
  add_network_commands(app, session);
  add_contract_commands(app, session);
  add_party_commands(app, session);
  add_transaction_commands(app, session);
  add_daml_commands(app, session);
  add_watch_command(app, session);
  add_proof_commands(app, session);
  add_bench_command(app, session);
  add_config_commands(app, session);
  add_database_commands(app, session);
  add_operator_commands(app, session);
  add_plugin_commands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return app.exit(error);
    return static_cast<int>(
        session.report(invalid_argument(error.what()), Exit::kUsage, "tenon --help"));
  }
  return static_cast<int>(session.run());
}

} // namespace
} // namespace tenon::tool

int main(int argc, char** argv) {
  using namespace tenon::tool;
  Session session;
  session.json = asks_for_json({argv, static_cast<std::size_t>(argc)});
  try {
    return run(session, argc, argv);
  } catch (const std::exception& error) {
    return static_cast<int>(
        session.report(tenon::fault(error.what()), Exit::kFailed, "tenon --help"));
  }
}
