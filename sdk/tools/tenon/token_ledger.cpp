#include "token_ledger.hpp"

#include "files.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::tool {
namespace {

constexpr const char* kLabel = "gold";

Status allocate_party(Session& session, NodeClient& node, const std::string& party) {
  TENON_ASSIGN_OR_RETURN(const List parties,
                         collect_pages(node, "/v1/parties", "parties", {}, Access::kOperator));
  for (const Json& item : parties.items) {
    if (item.value("party", "") == party)
      return ok_status();
  }
  TENON_ASSIGN_OR_RETURN(const Json answer,
                         node.post("/v1/parties", {{"party", party}}, Access::kOperator));
  session.progress("party " + answer.value("party", party) + " allocated");
  return ok_status();
}

Result<std::string> upload_contract(Session& session, NodeClient& node) {
  const auto file = installation() / "share/tenon/contracts/token.wasm";
  TENON_ASSIGN_OR_RETURN(std::string module, read_file(file));
  const std::string id = to_hex(crypto::sha256(module).view());
  auto known = node.get("/v1/contracts/" + id);
  if (known.ok())
    return id;
  if (known.status().code() != Code::kNotFound)
    return known.status();
  TENON_ASSIGN_OR_RETURN(
      const Json answer,
      node.upload("/v1/contracts?name=token", "application/wasm", std::move(module)));
  session.progress("contract token uploaded: " + id);
  return id;
}

Result<std::string> find_instance(NodeClient& node, const std::string& contract) {
  TENON_ASSIGN_OR_RETURN(const List instances,
                         collect_pages(node, "/v1/instances", "instances", {}));
  for (const Json& item : instances.items) {
    if (item.value("contract", "") == contract && item.value("label", "") == kLabel) {
      return item.value("instance", "");
    }
  }
  return std::string();
}

} // namespace

Result<TokenLedger> prepare_token_ledger(Session& session, NodeClient& node) {
  TENON_RETURN_IF_ERROR(allocate_party(session, node, kIssuer));
  TENON_RETURN_IF_ERROR(allocate_party(session, node, kReceiver));
  node.act_as(kIssuer);
  TokenLedger ledger;
  TENON_ASSIGN_OR_RETURN(ledger.contract, upload_contract(session, node));
  TENON_ASSIGN_OR_RETURN(ledger.instance, find_instance(node, ledger.contract));
  if (!ledger.instance.empty())
    return ledger;
  const Json init = {{"name", "Gold"}, {"symbol", "GLD"}, {"decimals", 2}};
  TENON_ASSIGN_OR_RETURN(const Json answer,
                         node.post("/v1/instances", {{"contract", ledger.contract},
                                                     {"label", kLabel},
                                                     {"arguments", init},
                                                     {"readers", {"*"}}}));
  ledger.instance = answer.value("instance", "");
  if (ledger.instance.empty()) {
    return invalid_argument("the node did not name the new instance: " + answer.dump());
  }
  session.progress("token \"" + std::string(kLabel) + "\" instantiated: " + ledger.instance);
  return ledger;
}

Result<Json> execute(NodeClient& node, const TokenLedger& ledger, const std::string& function,
                     const Json& arguments) {
  return node.post("/v1/instances/" + ledger.instance + "/execute",
                   {{"function", function}, {"arguments", arguments}});
}

Result<std::uint64_t> balance(NodeClient& node, const TokenLedger& ledger,
                              const std::string& owner) {
  node.act_as(owner);
  TENON_ASSIGN_OR_RETURN(const Json answer,
                         node.post("/v1/instances/" + ledger.instance + "/query",
                                   {{"function", "balance"}, {"arguments", {{"owner", owner}}}}));
  const auto value = parse_u64(answer.value("result", std::string()));
  if (!value)
    return invalid_argument("the node answered no balance: " + answer.dump());
  return *value;
}

} // namespace tenon::tool
