// The route table.
#include "handlers/handlers.hpp"
#include "route.hpp"

namespace tenon::api::rest {

namespace {

using K = ValueKind;

constexpr std::string_view kExampleHash =
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

Parameter limit() {
  return {"limit", K::kLimit, "At most so many items; 50 if not given.", "50"};
}
Parameter party() {
  return {"party", K::kParty, "Only what this party sees; all parties of the token if not given.",
          "alice"};
}
Parameter after_offset() {
  return {"after", K::kOffset, "Begin after this offset: `next` of the page before.", "16777216"};
}
Parameter after_name() {
  return {"after", K::kText, "Begin after this item: `next` of the page before.", kExampleHash};
}
Parameter contract() {
  return {"contract", K::kHash, "SHA-256 of the module.", kExampleHash};
}
Parameter instance() {
  return {"instance", K::kInstance, "Id of the instance.", "5df6e0e2761359d30a8275058e299fcc"};
}

Parameter engine() {
  return {"engine", K::kEngine, "Id of the engine in the node's configuration.", "daml"};
}

const std::vector<unsigned>& command_problems() {
  static const std::vector<unsigned> all = {404, 409, 422, 501, 504};
  return all;
}

void add_node_routes(std::vector<Route>& all) {
  all.push_back({"GET",
                 "/v1/openapi.json",
                 "getOpenApi",
                 "node",
                 "This document",
                 "",
                 Access::kPublic,
                 {},
                 {},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "OpenApi",
                 "The OpenAPI 3.1 document of this node.",
                 {},
                 handlers::get_openapi});
  all.push_back({"GET",
                 "/v1/status",
                 "getStatus",
                 "node",
                 "How the node is",
                 "",
                 Access::kToken,
                 {},
                 {},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "Status",
                 "Head of the ledger, readiness with reasons, warnings.",
                 {},
                 handlers::get_status});
  all.push_back({"GET",
                 "/v1/plugins",
                 "listPlugins",
                 "node",
                 "Plugins loaded and refused",
                 "For operators.",
                 Access::kAdmin,
                 {},
                 {},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "Plugins",
                 "All plugins of the node.",
                 {},
                 handlers::list_plugins});
}

void add_contract_routes(std::vector<Route>& all) {
  all.push_back({"POST",
                 "/v1/contracts",
                 "uploadContract",
                 "contracts",
                 "Upload a contract",
                 "The body is the WebAssembly module itself.",
                 Access::kToken,
                 {},
                 {{"name", K::kText, "A name for people.", "token"},
                  {"act_as", K::kParty, "Needed when the token grants several parties.", "alice"},
                  {"command_id", K::kCommandId, "Makes a repeated request harmless.", "upload-1"}},
                 BodyKind::kWasm,
                 "",
                 "",
                 201,
                 "ContractUploaded",
                 "The contract is on the ledger.",
                 command_problems(),
                 handlers::upload_contract});
  all.push_back({"GET",
                 "/v1/contracts",
                 "listContracts",
                 "contracts",
                 "Contracts on the ledger",
                 "",
                 Access::kToken,
                 {},
                 {after_name(), limit(), party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "ContractList",
                 "A page of contracts.",
                 {404, 422, 501},
                 handlers::list_contracts});
  all.push_back({"GET",
                 "/v1/contracts/{contract}",
                 "getContract",
                 "contracts",
                 "Describe a contract",
                 "Its functions, types and events.",
                 Access::kToken,
                 {contract()},
                 {party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "Contract",
                 "The contract with its description.",
                 {422, 501},
                 handlers::get_contract});
}

void add_instance_routes(std::vector<Route>& all) {
  all.push_back(
      {"POST",
       "/v1/instances",
       "createInstance",
       "instances",
       "Instantiate a contract",
       "",
       Access::kToken,
       {},
       {},
       BodyKind::kJson,
       "CreateInstance",
       R"({"contract":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",)"
       R"("label":"gold","arguments":{"name":"Gold","symbol":"GLD","decimals":2},)"
       R"("readers":["*"],"command_id":"gold-1"})",
       201,
       "InstanceCreated",
       "The contract's init function has run.",
       command_problems(),
       handlers::create_instance});
  all.push_back({"GET",
                 "/v1/instances",
                 "listInstances",
                 "instances",
                 "Active contracts",
                 "",
                 Access::kToken,
                 {},
                 {after_name(), limit(), party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "InstanceList",
                 "A page of instances.",
                 {404, 422, 501},
                 handlers::list_instances});
  all.push_back({"GET",
                 "/v1/instances/{instance}",
                 "getInstance",
                 "instances",
                 "Describe an instance",
                 "",
                 Access::kToken,
                 {instance()},
                 {party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "Instance",
                 "The instance.",
                 {422, 501},
                 handlers::get_instance});
}

void add_call_routes(std::vector<Route>& all) {
  all.push_back({"POST",
                 "/v1/instances/{instance}/execute",
                 "executeInstance",
                 "instances",
                 "Call a function that changes state",
                 "Answers once the transaction is final. Send the same `command_id` again after a "
                 "timeout: it is never applied twice.",
                 Access::kToken,
                 {instance()},
                 {},
                 BodyKind::kJson,
                 "Execute",
                 R"({"function":"transfer","arguments":{"to":"bob","amount":"5"},)"
                 R"("command_id":"pay-1"})",
                 200,
                 "Outcome",
                 "The transaction is committed.",
                 command_problems(),
                 handlers::execute_instance});
  all.push_back({"POST",
                 "/v1/instances/{instance}/query",
                 "queryInstance",
                 "instances",
                 "Call a function that only reads",
                 "",
                 Access::kToken,
                 {instance()},
                 {},
                 BodyKind::kJson,
                 "Query",
                 R"({"function":"balance","arguments":{"owner":"alice"}})",
                 200,
                 "QueryResult",
                 "What the function returned.",
                 {422, 501, 504},
                 handlers::query_instance});
}

void add_engine_routes(std::vector<Route>& all) {
  all.push_back({"POST",
                 "/v1/engines/{engine}/commands",
                 "commandEngine",
                 "engines",
                 "Give an engine a command in its own words",
                 "Answers once the transaction is final, with the members of the engine's answer. "
                 "Send the same `command_id` again after a timeout: it is never applied twice.",
                 Access::kToken,
                 {engine()},
                 {},
                 BodyKind::kJson,
                 "EngineCommand",
                 R"({"command":{"create":{"templateId":"#tenon-iou:Iou:Iou",)"
                 R"("payload":{"issuer":"alice","owner":"alice","number":"1","currency":"EUR",)"
                 R"("amount":"5.0"}}},)"
                 R"("act_as":["alice"],"command_id":"iou-1"})",
                 200,
                 "Outcome",
                 "The transaction is committed.",
                 command_problems(),
                 handlers::command_engine});
  all.push_back({"POST",
                 "/v1/engines/{engine}/query",
                 "queryEngine",
                 "engines",
                 "Ask an engine in its own words",
                 "",
                 Access::kToken,
                 {engine()},
                 {},
                 BodyKind::kJson,
                 "EngineQuery",
                 R"({"request":{"activeContracts":{"limit":10}},"parties":["alice"]})",
                 200,
                 "EngineAnswer",
                 "What the engine answers.",
                 {422, 501, 504},
                 handlers::query_engine});
}

void add_package_routes(std::vector<Route>& all) {
  all.push_back({"POST",
                 "/v1/engines/{engine}/packages",
                 "uploadPackage",
                 "engines",
                 "Upload an archive of packages",
                 "The body is the archive itself: for the engine of Daml, a DAR.",
                 Access::kToken,
                 {engine()},
                 {{"source", K::kText, "Where the packages come from, for people.", "iou.dar"},
                  {"act_as", K::kParty, "Needed when the token grants several parties.", "alice"},
                  {"command_id", K::kCommandId, "Makes a repeated request harmless.", "upload-1"}},
                 BodyKind::kPackage,
                 "",
                 "",
                 201,
                 "PackagesUploaded",
                 "The packages are on the ledger.",
                 command_problems(),
                 handlers::upload_package});
  all.push_back({"GET",
                 "/v1/engines/{engine}/packages",
                 "listPackages",
                 "engines",
                 "Packages on the ledger",
                 "",
                 Access::kToken,
                 {engine()},
                 {after_name(), limit(), party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "PackageList",
                 "A page of packages.",
                 {422, 501},
                 handlers::list_packages});
  all.push_back({"GET",
                 "/v1/engines/{engine}/packages/{package}",
                 "getPackage",
                 "engines",
                 "Describe a package",
                 "Its name, version, origin and what it depends on.",
                 Access::kToken,
                 {engine(), {"package", K::kHash, "Id of the package.", kExampleHash}},
                 {party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "Package",
                 "The package.",
                 {422, 501},
                 handlers::get_package});
}

void add_history_routes(std::vector<Route>& all) {
  all.push_back({"GET",
                 "/v1/transactions",
                 "listTransactions",
                 "transactions",
                 "Transactions the token may see",
                 "",
                 Access::kToken,
                 {},
                 {after_offset(), limit(), party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "TransactionList",
                 "A page of transactions, oldest first.",
                 {},
                 handlers::list_transactions});
  all.push_back({"GET",
                 "/v1/transactions/{transaction}",
                 "getTransaction",
                 "transactions",
                 "One transaction",
                 "",
                 Access::kToken,
                 {{"transaction", K::kHash, "Id of the transaction.", kExampleHash}},
                 {party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "Transaction",
                 "The transaction.",
                 {},
                 handlers::get_transaction});
}

void add_block_routes(std::vector<Route>& all) {
  all.push_back({"GET",
                 "/v1/events",
                 "listEvents",
                 "transactions",
                 "Events the token may see",
                 "Grouped by transaction.",
                 Access::kToken,
                 {},
                 {after_offset(), limit(), party()},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "EventList",
                 "A page of events, oldest first.",
                 {},
                 handlers::list_events});
  all.push_back(
      {"GET",
       "/v1/blocks",
       "listBlocks",
       "blocks",
       "Blocks",
       "",
       Access::kToken,
       {},
       {{"after", K::kHeight, "Begin after this height: `next` of the page before.", "1"},
        {"order", K::kOrder, "Oldest first (asc, the default) or newest first (desc).", "desc"},
        limit()},
       BodyKind::kNone,
       "",
       "",
       200,
       "BlockList",
       "A page of blocks.",
       {},
       handlers::list_blocks});
  all.push_back({"GET",
                 "/v1/blocks/{height}",
                 "getBlock",
                 "blocks",
                 "One block",
                 "Operators also see its outcomes and its body.",
                 Access::kToken,
                 {{"height", K::kHeight, "Height of the block.", "1"}},
                 {},
                 BodyKind::kNone,
                 "",
                 "",
                 200,
                 "Block",
                 "The block.",
                 {},
                 handlers::get_block});
}

void add_party_routes(std::vector<Route>& all) {
  all.push_back(
      {"GET",
       "/v1/parties",
       "listParties",
       "parties",
       "Parties",
       "Those of the token; all of them for operators.",
       Access::kToken,
       {},
       {{"after", K::kText, "Begin after this party: `next` of the page before.", "alice"},
        limit()},
       BodyKind::kNone,
       "",
       "",
       200,
       "PartyList",
       "A page of parties.",
       {},
       handlers::list_parties});
  all.push_back({"POST",
                 "/v1/parties",
                 "allocateParty",
                 "parties",
                 "Allocate a party",
                 "For operators.",
                 Access::kAdmin,
                 {},
                 {},
                 BodyKind::kJson,
                 "AllocateParty",
                 R"({"party":"alice","display_name":"Alice"})",
                 201,
                 "PartyAllocated",
                 "The party can act now.",
                 command_problems(),
                 handlers::allocate_party});
}

void add_authority_routes(std::vector<Route>& all) {
  all.push_back(
      {"POST",
       "/v1/operators/commands",
       "giveOperatorCommand",
       "operators",
       "Give a command of the ledger's operators",
       "An OperatorCommand that enough of them have signed; the ledger checks the signatures. The "
       "node's own operators may send it, whoever signed it.",
       Access::kAdmin,
       {},
       {},
       BodyKind::kJson,
       "OperatorCommand",
       R"({"operator_command":"CitSKQoFZ3Vlc3QSIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2trEAE=",)"
       R"("command_id":"add-guest-1"})",
       200,
       "OperatorCommandAccepted",
       "The command is accepted and stands in the operators' log.",
       command_problems(),
       handlers::give_operator_command});
  all.push_back(
      {"POST",
       "/v1/proofs",
       "createProof",
       "proofs",
       "Prove values",
       "Of given keys, or of all keys a query reads. `proof` is a LedgerProof that can be "
       "verified offline against the genesis document.",
       Access::kToken,
       {},
       {},
       BodyKind::kJson,
       "ProofRequest",
       R"({"query":{"instance":"5df6e0e2761359d30a8275058e299fcc","function":"balance",)"
       R"("arguments":{"owner":"alice"}}})",
       200,
       "Proof",
       "The proof and what it proves.",
       {404, 422, 501, 504},
       handlers::create_proof});
}

void add_stream(std::vector<Route>& all, StreamKind kind, std::string_view path,
                std::string_view name, std::string_view summary) {
  Route route;
  route.method = "GET";
  route.path = path;
  route.name = name;
  route.tag = "streams";
  route.summary = summary;
  route.description =
      "A WebSocket (RFC 6455). Frames are JSON objects with an `offset`; reconnect with `after` "
      "set "
      "to the last one, and nothing is missed or repeated. Browsers may send the token as "
      "`Sec-WebSocket-Protocol: bearer, <token>`.";
  route.query_parameters = {
      {"after", K::kStreamStart,
       "Begin after this offset; `head`: only what comes from now on; not given: the beginning.",
       "16777216"}};
  if (kind != StreamKind::kBlocks)
    route.query_parameters.push_back(party());
  route.success = 101;
  route.success_description = "The connection is a WebSocket now.";
  route.problems = {426};
  route.stream = kind;
  all.push_back(std::move(route));
}

} // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> table = [] {
    std::vector<Route> all;
    add_node_routes(all);
    add_contract_routes(all);
    add_instance_routes(all);
    add_call_routes(all);
    add_engine_routes(all);
    add_package_routes(all);
    add_history_routes(all);
    add_block_routes(all);
    add_party_routes(all);
    add_authority_routes(all);
    add_stream(all, StreamKind::kBlocks, "/v1/streams/blocks", "streamBlocks", "Blocks, live");
    add_stream(all, StreamKind::kTransactions, "/v1/streams/transactions", "streamTransactions",
               "Transactions the token may see, live");
    add_stream(all, StreamKind::kEvents, "/v1/streams/events", "streamEvents",
               "Events the token may see, live");
    return all;
  }();
  return table;
}

} // namespace tenon::api::rest
