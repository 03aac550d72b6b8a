// tenon bench slice: what the whole path costs, and its parts beside their peers.
//
// Starts a node of its own (simple consensus, rocksdb, synced log) in a temporary folder, lets 64
// keep-alive REST clients transfer tokens, checks that the ledger holds exactly the transfers that
// were acknowledged, then runs the engine's and the stores' own benchmarks for the parts.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "common/free_port.hpp"
#include "load_generator.hpp"
#include "tenon/files.hpp"
#include "tenon/node_client.hpp"
#include "tenon/solo_node.hpp"
#include "tenon/testkit/temporary_folder.hpp"
#include "tenon/token_ledger.hpp"

namespace tenon::bench {
namespace {

using tool::Access;
using tool::Json;

constexpr std::size_t kClients = 64;
constexpr std::uint64_t kFunds = 1'000'000'000;

// The shipped configuration, on free ports.
Result<std::filesystem::path> write_config(const std::filesystem::path& folder,
                                           std::uint16_t port) {
  TENON_ASSIGN_OR_RETURN(const auto shipped, tool::default_config());
  TENON_ASSIGN_OR_RETURN(const std::string text, tool::read_file(shipped));
  TENON_ASSIGN_OR_RETURN(Json config, tool::parse_json(text, shipped.string()));
  TENON_ASSIGN_OR_RETURN(const std::uint16_t admin, free_port());
  config["plugin_path"] = {(tool::installation() / "lib/tenon/plugins").string()};
  config["store"]["plugin"] = "rocksdb";
  config["admin"]["listen"] = "127.0.0.1:" + std::to_string(admin);
  // REST alone, the first: what the other APIs cost is measured elsewhere.
  config["apis"] = Json::array({config["apis"][0]});
  config["apis"][0]["config"]["listen"] = "127.0.0.1:" + std::to_string(port);
  const auto file = folder / "node.json";
  TENON_RETURN_IF_ERROR(tool::write_file(file, config.dump(2)));
  return file;
}

std::string client_party(std::size_t index) {
  return "client" + std::to_string(index);
}

// Parties with funds; the request that each client repeats.
Result<std::vector<std::string>>
prepare_clients(tool::NodeClient& node, const tool::TokenLedger& ledger, std::uint16_t port) {
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < kClients; ++i) {
    TENON_ASSIGN_OR_RETURN(
        const Json allocated,
        node.post("/v1/parties", {{"party", client_party(i)}}, Access::kOperator));
    node.act_as(tool::kIssuer);
    TENON_ASSIGN_OR_RETURN(const Json minted, tool::execute(node, ledger, "mint",
                                                            {{"to", client_party(i)},
                                                             {"amount", std::to_string(kFunds)}}));
    node.act_as(client_party(i));
    TENON_ASSIGN_OR_RETURN(const std::string token, node.token(Access::kParty));
    const std::string body =
        Json{{"function", "transfer"}, {"arguments", {{"to", tool::kReceiver}, {"amount", "1"}}}}
            .dump();
    requests.push_back("POST /v1/instances/" + ledger.instance +
                       "/execute HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                       "\r\nAuthorization: Bearer " + token +
                       "\r\nContent-Type: application/json\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  return requests;
}

Result<Json> measure_transfers(tool::Session& session) {
  const testkit::TemporaryFolder folder;
  TENON_ASSIGN_OR_RETURN(const std::uint16_t port, free_port());
  TENON_ASSIGN_OR_RETURN(const auto config, write_config(folder.path(), port));
  session.data_directory = (folder.path() / "data").string();
  auto node = tool::start_solo_node(config, session.data_directory);
  if (!node.ok())
    return node.status();
  session.url = node->addresses.url;
  tool::NodeClient client(session);
  TENON_ASSIGN_OR_RETURN(const tool::TokenLedger ledger,
                         tool::prepare_token_ledger(session, client));
  LoadSettings settings;
  settings.port = port;
  TENON_ASSIGN_OR_RETURN(settings.requests, prepare_clients(client, ledger, port));
  session.progress(std::to_string(kClients) + " clients transfer for " +
                   std::to_string(static_cast<int>(settings.warm_up_s + settings.measured_s)) +
                   " s ...");
  TENON_ASSIGN_OR_RETURN(const LoadReport report, generate_load(settings));
  if (report.refused > 0) {
    return Status(Code::kAborted,
                  std::to_string(report.refused) +
                      " transfers were refused, the first with: " + report.first_refusal);
  }
  TENON_ASSIGN_OR_RETURN(const std::uint64_t received,
                         tool::balance(client, ledger, tool::kReceiver));
  if (received != report.accepted) {
    return data_loss(std::to_string(report.accepted) + " transfers were acknowledged, but " +
                     std::to_string(received) + " are on the ledger");
  }
  return Json{{"clients_count", kClients},
              {"transfers_per_s", report.per_second()},
              {"latency_p50_ms", report.percentile_ms(0.50)},
              {"latency_p99_ms", report.percentile_ms(0.99)},
              {"transfers_acknowledged_count", report.accepted},
              {"transfers_on_ledger_count", received}};
}

// The last line of a benchmark program's output, which is one JSON object.
Result<Json> run_part(tool::Session& session, const std::string& name) {
  const auto program = tool::installation() / "bin" / "bench" / name;
  if (!std::filesystem::exists(program)) {
    return not_found(program.string() + " is not built");
  }
  session.progress("running " + name + " ...");
  std::FILE* pipe = popen(("'" + program.string() + "' --json").c_str(), "r");
  if (pipe == nullptr)
    return fault("popen failed");
  std::string output;
  std::array<char, 4096> buffer;
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr)
    output += buffer.data();
  const int status = pclose(pipe);
  if (status != 0)
    return failed_precondition(name + " failed: " + output);
  while (!output.empty() && output.back() == '\n')
    output.pop_back();
  const std::size_t line = output.rfind('\n');
  return tool::parse_json(line == std::string::npos ? output : output.substr(line + 1), name);
}

Status run(tool::Session& session) {
  TENON_ASSIGN_OR_RETURN(Json figures, measure_transfers(session));
  for (const char* part : {"wasm_bench", "store_bench"}) {
    TENON_ASSIGN_OR_RETURN(const Json more, run_part(session, part));
    figures.update(more);
  }
  session.result(figures);
  return ok_status();
}

} // namespace
} // namespace tenon::bench

int main(int argc, char** argv) {
  tenon::tool::Session session;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--json") {
      std::cerr << "unknown option " << argv[i] << "; expected --json or nothing" << std::endl;
      return static_cast<int>(tenon::tool::Exit::kUsage);
    }
    session.json = true;
  }
  session.choose([&] { return tenon::bench::run(session); });
  return static_cast<int>(session.run());
}
