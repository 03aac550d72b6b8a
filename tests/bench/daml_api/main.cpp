// tenon bench daml_api [--json] [--seconds S] [--peer]
//
// The Ledger API of a solo node of its own, end to end: commands, streams, snapshots, memory. With
// --peer the same client does the same to the sandbox of Daml 1.13, and the ratios are told.
#include <cstdlib>
#include <iostream>

#include "ledgers.hpp"
#include "tenon/files.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::bench {
namespace {

using tool::Json;

constexpr double kTargetCommandsPerS = 3'000;
constexpr double kTargetContractsPerS = 200'000;
constexpr double kTargetRatio = 5;

Result<Json> measure_node(const MeasureOptions& options) {
  const testkit::TemporaryFolder folder;
  TENON_ASSIGN_OR_RETURN(const NodeUnderTest node, NodeUnderTest::start(folder.path()));
  return measure(node.ledger(), options);
}

Result<Json> measure_peer(const MeasureOptions& options) {
  const testkit::TemporaryFolder folder;
  TENON_ASSIGN_OR_RETURN(const Sandbox sandbox, Sandbox::start(folder.path(), options.progress));
  return measure(sandbox.ledger(), options);
}

double figure(const Json& figures, const std::string& name) {
  return figures.value(name, 0.0);
}

void add_target(Json& figures, const std::string& name, double expected) {
  const double found = figure(figures, name);
  figures["targets"][name] = {{"target", expected}, {"found", found}, {"met", found >= expected}};
}

Status run(tool::Session& session, MeasureOptions options, bool peer) {
  options.dar = tool::installation() / "bin/bench/packages/ledger_api.dar";
  options.progress = [&session](const std::string& sentence) { session.progress(sentence); };
  TENON_ASSIGN_OR_RETURN(Json figures, measure_node(options));
  if (peer) {
    TENON_ASSIGN_OR_RETURN(const Json others, measure_peer(options));
    figures.update(others);
    for (const std::string name :
         {"commands_per_s", "transaction_tree_events_per_s", "creates_per_s",
          "transaction_events_per_s", "active_contracts_per_s", "active_contracts_verbose_per_s"}) {
      figures["daml_api_to_sandbox_" + name + "_ratio"] =
          figure(figures, "daml_api_" + name) / figure(figures, "sandbox_" + name);
    }
  }
  add_target(figures, "daml_api_commands_per_s", kTargetCommandsPerS);
  add_target(figures, "daml_api_active_contracts_per_s", kTargetContractsPerS);
  if (peer)
    add_target(figures, "daml_api_to_sandbox_commands_per_s_ratio", kTargetRatio);
  session.result(figures);
  return ok_status();
}

} // namespace
} // namespace tenon::bench

int main(int argc, char** argv) {
  tenon::tool::Session session;
  tenon::bench::MeasureOptions options;
  bool peer = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      session.json = true;
    } else if (word == "--peer") {
      peer = true;
    } else if (word == "--seconds" && i + 1 < argc) {
      options.seconds = std::strtod(argv[++i], nullptr);
    } else {
      std::cerr << "unknown option " << word << "; expected --json, --peer, --seconds and a number"
                << std::endl;
      return static_cast<int>(tenon::tool::Exit::kUsage);
    }
  }
  if (!(options.seconds > 0 && options.seconds <= 3600)) {
    std::cerr << "--seconds: expected more than 0 and at most 3600" << std::endl;
    return static_cast<int>(tenon::tool::Exit::kUsage);
  }
  session.choose([&] { return tenon::bench::run(session, options, peer); });
  return static_cast<int>(session.run());
}
