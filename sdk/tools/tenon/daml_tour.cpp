#include "daml_tour.hpp"

#include "files.hpp"
#include "tenon/core/encoding.hpp"
#include "token_ledger.hpp"

namespace tenon::tool {
namespace {

constexpr const char* kEngine = "/v1/engines/daml";
constexpr const char* kIssuerTemplate = "#tenon-token:Token:Issuer";
constexpr const char* kTokenTemplate = "#tenon-token:Token:Token";
constexpr const char* kSymbol = "SLV";
constexpr const char* kMintAmount = "1000";

Result<Json> submit(NodeClient& node, const Json& command) {
  return node.post(std::string(kEngine) + "/commands", {{"command", command}});
}

Result<Json> exercise(NodeClient& node, const char* type, const Json& contract, const char* choice,
                      const Json& argument) {
  return submit(node, {{"exercise",
                        {{"templateId", type},
                         {"contractId", contract},
                         {"choice", choice},
                         {"argument", argument}}}});
}

Result<Json> active(NodeClient& node, const char* type) {
  TENON_ASSIGN_OR_RETURN(
      const Json answer,
      node.post(std::string(kEngine) + "/query",
                {{"request", {{"activeContracts", {{"templateIds", Json::array({type})}}}}}}));
  return answer.value("contracts", Json::array());
}

// Asks for the package first: an upload of what is there already would be a transaction all the
// same.
Result<bool> has_package(NodeClient& node) {
  TENON_ASSIGN_OR_RETURN(
      const List packages,
      collect_pages(node, std::string(kEngine) + "/packages", "packages", {}));
  for (const Json& package : packages.items) {
    if (package.value("name", "") == "tenon-token")
      return true;
  }
  return false;
}

Status upload(Session& session, NodeClient& node) {
  TENON_ASSIGN_OR_RETURN(const bool there, has_package(node));
  if (there)
    return ok_status();
  TENON_ASSIGN_OR_RETURN(std::string dar,
                         read_file(installation() / "share/tenon/daml/token.dar"));
  TENON_RETURN_IF_ERROR(node.upload(std::string(kEngine) + "/packages?source=token.dar",
                                    "application/octet-stream", std::move(dar))
                            .status());
  session.progress("Daml package tenon-token uploaded");
  return ok_status();
}

// A token of the issuer that is worth more than what is transferred.
Result<Json> find_or_mint(Session& session, NodeClient& node) {
  TENON_ASSIGN_OR_RETURN(const Json tokens, active(node, kTokenTemplate));
  for (const Json& token : tokens) {
    const auto amount = parse_u64(token["payload"].value("amount", ""));
    if (token["payload"].value("owner", "") == kIssuer && amount && *amount > kTransferAmount)
      return token["contractId"];
  }
  TENON_ASSIGN_OR_RETURN(const Json issuers, active(node, kIssuerTemplate));
  Json issuer;
  if (!issuers.empty()) {
    issuer = issuers[0]["contractId"];
  } else {
    TENON_ASSIGN_OR_RETURN(
        const Json created,
        submit(node, {{"create",
                       {{"templateId", kIssuerTemplate},
                        {"payload", {{"issuer", kIssuer}, {"symbol", kSymbol}}}}}}));
    issuer = created["result"];
  }
  TENON_ASSIGN_OR_RETURN(const Json minted,
                         exercise(node, kIssuerTemplate, issuer, "Mint",
                                  {{"owner", kIssuer}, {"amount", kMintAmount}}));
  session.progress(std::string("Daml token: minted ") + kMintAmount + " " + kSymbol + " for " +
                   kIssuer);
  return minted["result"];
}

Result<std::string> balance_of(NodeClient& node, const char* owner) {
  node.act_as(owner);
  TENON_ASSIGN_OR_RETURN(const Json tokens, active(node, kTokenTemplate));
  std::uint64_t sum = 0;
  for (const Json& token : tokens) {
    if (token["payload"].value("owner", "") == owner)
      sum += parse_u64(token["payload"].value("amount", "")).value_or(0);
  }
  return std::to_string(sum);
}

} // namespace

Result<Json> daml_tour(Session& session, NodeClient& node) {
  node.act_as(kIssuer);
  const Status uploaded = upload(session, node);
  if (uploaded.code() == Code::kNotFound)
    return Json(); // a network that was made without this engine
  TENON_RETURN_IF_ERROR(uploaded);
  TENON_ASSIGN_OR_RETURN(const Json token, find_or_mint(session, node));
  const std::string amount = std::to_string(kTransferAmount);
  TENON_ASSIGN_OR_RETURN(const Json split,
                         exercise(node, kTokenTemplate, token, "Split", {{"amount", amount}}));
  TENON_ASSIGN_OR_RETURN(const Json moved,
                         exercise(node, kTokenTemplate, split["result"]["part"], "Transfer",
                                  {{"newOwner", kReceiver}}));
  session.progress("Daml token: transferred " + amount + " " + kSymbol + " from " + kIssuer +
                   " to " + kReceiver);
  Json balances = Json::object();
  for (const char* owner : {kIssuer, kReceiver}) {
    TENON_ASSIGN_OR_RETURN(balances[owner], balance_of(node, owner));
  }
  return Json{{"balances", balances},
              {"contract", moved["result"]},
              {"transaction", moved.value("transaction", "")}};
}

} // namespace tenon::tool
