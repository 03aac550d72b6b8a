// tenon up: a node, a token, a transfer, a proof checked offline; then stays until Ctrl-C.
#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>

#include "node_client.hpp"
#include "solo_node.hpp"
#include "tenon/core/encoding.hpp"
#include "token_ledger.hpp"
#include "trust.hpp"

namespace tenon::tool {
namespace {

constexpr std::uint64_t kMintAmount = 1000;
volatile bool interrupted = false;

struct Arguments {
  std::string config;
  bool once = false;
};

void interrupt(int) {
  interrupted = true;
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// One transfer from the issuer, who mints first when too little is left.
Result<std::string> transfer(Session& session, NodeClient& node, const TokenLedger& ledger) {
  TENON_ASSIGN_OR_RETURN(const std::uint64_t left, balance(node, ledger, kIssuer));
  if (left < kTransferAmount) {
    TENON_ASSIGN_OR_RETURN(
        const Json minted,
        execute(node, ledger, "mint", {{"to", kIssuer}, {"amount", std::to_string(kMintAmount)}}));
    session.progress("minted " + std::to_string(kMintAmount) + " for " + kIssuer);
  }
  const auto started = std::chrono::steady_clock::now();
  TENON_ASSIGN_OR_RETURN(const Json answer,
                         execute(node, ledger, "transfer",
                                 {{"to", kReceiver}, {"amount", std::to_string(kTransferAmount)}}));
  std::string milliseconds = std::to_string(milliseconds_since(started));
  milliseconds.resize(milliseconds.find('.') + 2);
  session.progress("transferred " + std::to_string(kTransferAmount) + " from " + kIssuer + " to " +
                   kReceiver + ", committed in " + milliseconds + " ms");
  return answer.value("transaction", std::string());
}

// Fetches a proof of the receiver's balance and checks it as an outsider would.
Result<Json> prove_balance(Session& session, NodeClient& node, const TokenLedger& ledger) {
  node.act_as(kReceiver);
  const Json request = {{"query",
                         {{"instance", ledger.instance},
                          {"function", "balance"},
                          {"arguments", {{"owner", kReceiver}}}}}};
  TENON_ASSIGN_OR_RETURN(const Json answer, node.post("/v1/proofs", request));
  const auto encoded = from_base64(answer.value("proof", ""));
  if (!encoded)
    return data_loss("the node's answer holds no proof in base64");
  TENON_ASSIGN_OR_RETURN(const Trust trust, read_genesis(session.data_directory + "/genesis.json"));
  TENON_ASSIGN_OR_RETURN(const Json proved, check_proof(*encoded, trust));
  session.progress("proof of " + std::string(kReceiver) +
                   "'s balance: " + std::to_string(encoded->size()) + " bytes, " +
                   std::to_string(proved["keys"].size()) +
                   " key(s), verified offline against the genesis document");
  return proved;
}

Result<Json> tour(Session& session, std::chrono::steady_clock::time_point started) {
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const TokenLedger ledger, prepare_token_ledger(session, node));
  TENON_ASSIGN_OR_RETURN(const std::string transaction, transfer(session, node, ledger));
  const double first_ms = milliseconds_since(started);
  Json balances = Json::object();
  for (const char* owner : {kIssuer, kReceiver}) {
    TENON_ASSIGN_OR_RETURN(const std::uint64_t amount, balance(node, ledger, owner));
    balances[owner] = std::to_string(amount);
    session.progress("balance of " + std::string(owner) + ": " + std::to_string(amount));
  }
  TENON_ASSIGN_OR_RETURN(const Json proved, prove_balance(session, node, ledger));
  return Json{{"balances", balances},
              {"height", proved["height"]},
              {"state_root", proved["state_root"]},
              {"proof_verified", proved["verified"]},
              {"first_tx_ms", static_cast<std::uint64_t>(first_ms)},
              {"replicas", 1},
              {"tls", session.url.starts_with("https://")},
              {"contract", ledger.contract},
              {"instance", ledger.instance},
              {"transaction", transaction}};
}

void say_what_next(Session& session, const SoloNode& node, const Json& summary) {
  const std::string instance = summary["instance"].get<std::string>();
  std::cout << "\nREST and WebSocket  " << node.url << "/v1   (OpenAPI: /v1/openapi.json)\n"
            << "health, metrics     " << node.admin_url << "/readyz, /metrics\n"
            << "log                 " << node.log_file.string() << "\n"
            << "data, keys          " << session.data_directory << "\n\ntry, in another terminal:\n"
            << "  ./tenon query " << instance << " balance '{\"owner\":\"alice\"}'\n"
            << "  ./tenon tx submit " << instance
            << " transfer '{\"to\":\"bob\",\"amount\":\"5\"}'\n"
            << "  ./tenon watch events --as bob\n"
            << "  ./tenon party token alice      # for curl: Authorization: Bearer ...\n\n"
            << "Ctrl-C ends the node." << std::endl;
}

Status up(Session& session, const Arguments& arguments) {
  const auto started = std::chrono::steady_clock::now();
  std::filesystem::path config = arguments.config;
  if (config.empty()) {
    TENON_ASSIGN_OR_RETURN(config, default_config());
  }
  session.progress("starting a node: " + std::filesystem::proximate(config).string() +
                   ", data in " + session.data_directory);
  auto node = start_solo_node(config, session.data_directory);
  if (!node.ok()) {
    return session.failed(node.status(), Exit::kFailed, "tenon config check " + config.string());
  }
  session.url = node->url;
  session.token.clear(); // a token from the environment belongs to some other node
  auto summary = tour(session, started);
  if (!summary.ok()) {
    return session.failed(summary.status(), Exit::kFailed, "less " + node->log_file.string());
  }
  if (session.json) {
    session.result(*summary);
  } else {
    std::cout << "height " << (*summary)["height"].get<std::string>() << ", state root "
              << (*summary)["state_root"].get<std::string>() << ", proof verified\n";
    if (!arguments.once)
      say_what_next(session, *node, *summary);
  }
  if (arguments.once)
    return ok_status();
  if (node->child.wait(interrupted)) {
    return session.failed(unavailable("the node ended by itself"), Exit::kFailed,
                          "less " + node->log_file.string());
  }
  session.progress("ending the node ...");
  const int code = node->child.stop();
  return code == 0 ? ok_status() : fault("the node ended with exit code " + std::to_string(code));
}

} // namespace

void add_up_command(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("up", "start a solo node with a token, make a transfer, verify a proof");
  command->add_option("--config", arguments->config, "the node's configuration; solo.json");
  command->add_flag("--once", arguments->once, "end after the proof");
  command->callback([&session, arguments] {
    session.choose([&] {
      std::signal(SIGINT, interrupt);
      std::signal(SIGTERM, interrupt);
      return up(session, *arguments);
    });
  });
}

} // namespace tenon::tool
