// tenon: the one tool for people. Each command group stands in its own file.
#include <CLI/CLI.hpp>
#include <iostream>

#include "session.hpp"

namespace tenon::tool {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed; 2 wrong command line; 3 no node answers; 4 no or insufficient\n"
    "authority; 5 the ledger rejected the transaction; 6 a proof, block or file does not verify.\n"
    "A failure prints the one next command to run. With --json the last line is the answer.";

int run(int argc, char** argv) {
  CLI::App app("Tenon: starts, asks and checks ledger nodes.", "tenon");
  app.footer(kFooter);
  app.fallthrough(); // the common options may stand after the command's words
  app.require_subcommand(1);
  Session session;
  session.add_options(app);
  add_up_command(app, session);
  add_contract_commands(app, session);
  add_party_commands(app, session);
  add_transaction_commands(app, session);
  add_watch_command(app, session);
  add_proof_commands(app, session);
  add_bench_command(app, session);
  add_config_commands(app, session);
  add_database_commands(app, session);
  add_plugin_commands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return app.exit(error);
    std::cerr << "tenon: " << error.what() << "\nnext:  tenon --help" << std::endl;
    return static_cast<int>(Exit::kUsage);
  }
  return static_cast<int>(session.run());
}

} // namespace
} // namespace tenon::tool

int main(int argc, char** argv) {
  try {
    return tenon::tool::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "tenon: " << error.what() << "\nnext:  tenon --help" << std::endl;
    return static_cast<int>(tenon::tool::Exit::kFailed);
  }
}
