#include "token_tour.hpp"

#include "daml_tour.hpp"
#include "node_client.hpp"
#include "tenon/core/encoding.hpp"
#include "token_ledger.hpp"
#include "trust.hpp"

namespace tenon::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMintAmount = 1000;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
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
  const auto started = Clock::now();
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
Result<Json> prove_balance(Session& session, NodeClient& node, const TokenLedger& ledger,
                           const std::filesystem::path& genesis) {
  node.act_as(kReceiver);
  const Json request = {{"query",
                         {{"instance", ledger.instance},
                          {"function", "balance"},
                          {"arguments", {{"owner", kReceiver}}}}}};
  TENON_ASSIGN_OR_RETURN(const Json answer, node.post("/v1/proofs", request));
  const auto encoded = from_base64(answer.value("proof", ""));
  if (!encoded)
    return data_loss("the node's answer holds no proof in base64");
  TENON_ASSIGN_OR_RETURN(const Trust trust, read_genesis(genesis));
  TENON_ASSIGN_OR_RETURN(const Json proved, check_proof(*encoded, trust));
  session.progress("proof of " + std::string(kReceiver) +
                   "'s balance: " + std::to_string(encoded->size()) + " bytes, " +
                   std::to_string(proved["keys"].size()) +
                   " key(s), verified offline against the genesis document");
  return proved;
}

} // namespace

Result<Json> token_tour(Session& session, Clock::time_point began,
                        const std::filesystem::path& genesis) {
  NodeClient node(session);
  TENON_ASSIGN_OR_RETURN(const TokenLedger ledger, prepare_token_ledger(session, node));
  TENON_ASSIGN_OR_RETURN(const std::string transaction, transfer(session, node, ledger));
  const double first_ms = milliseconds_since(began);
  TENON_ASSIGN_OR_RETURN(const Json proved, prove_balance(session, node, ledger, genesis));
  const double proved_ms = milliseconds_since(began);
  Json balances = Json::object();
  for (const char* owner : {kIssuer, kReceiver}) {
    TENON_ASSIGN_OR_RETURN(const std::uint64_t amount, balance(node, ledger, owner));
    balances[owner] = std::to_string(amount);
    session.progress("balance of " + std::string(owner) + ": " + std::to_string(amount));
  }
  TENON_ASSIGN_OR_RETURN(const Json daml, daml_tour(session, node));
  return Json{{"balances", balances},
              {"daml", daml},
              {"height", proved["height"]},
              {"state_root", proved["state_root"]},
              {"proof_verified", proved["verified"]},
              {"first_tx_ms", static_cast<std::uint64_t>(first_ms)},
              {"first_proved_ms", static_cast<std::uint64_t>(proved_ms)},
              {"contract", ledger.contract},
              {"instance", ledger.instance},
              {"transaction", transaction}};
}

} // namespace tenon::tool
