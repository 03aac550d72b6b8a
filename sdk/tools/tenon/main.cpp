// tenon: the one tool for people. Each command group stands in its own file.
#include "command_line.hpp"

namespace tenon::tool {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed; 2 wrong command line; 3 no node answers; 4 no or insufficient\n"
    "authority; 5 the ledger rejected the transaction; 6 a proof, block or file does not verify.\n"
    "A failure prints the one next command to run. With --json the last line is the answer.";

void add_commands(CLI::App& app, Session& session) {
  app.footer(kFooter);
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
  add_backup_commands(app, session);
  add_operator_commands(app, session);
  add_plugin_commands(app, session);
}

} // namespace
} // namespace tenon::tool

int main(int argc, char** argv) {
  return tenon::tool::run_command_line(argc, argv, "Tenon: starts, asks and checks ledger nodes.",
                                       "tenon", tenon::tool::add_commands);
}
