#include "operator_ledger.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "files.hpp"
#include "pipeline/keys.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::tool {

namespace keys = host::pipeline::keys;

void add_genesis_option(CLI::App& command, std::string& file) {
  command.add_option("--genesis", file,
                     "the ledger's genesis document; the data directory's when not given");
}

Result<host::pipeline::Genesis> read_ledger_genesis(const Session& session,
                                                    const std::string& file) {
  const std::string path = file.empty() ? session.data_directory + "/genesis.json" : file;
  TENON_ASSIGN_OR_RETURN(const std::string document, read_file(path));
  auto genesis = host::pipeline::parse_genesis(document);
  if (!genesis.ok())
    return genesis.status().with_context(path);
  return genesis;
}

OperatorLedger::OperatorLedger(Session& session, host::pipeline::Genesis genesis)
    : session_(session), node_(session), genesis_(std::move(genesis)) {}

Result<std::vector<Bytes>> OperatorLedger::values(const std::vector<Bytes>& keys) {
  Json asked = Json::array();
  for (const Bytes& key : keys)
    asked.push_back(to_hex(key));
  TENON_ASSIGN_OR_RETURN(const Json answer,
                         node_.post("/v1/proofs", {{"keys", asked}}, Access::kOperator));
  const auto encoded = from_base64(answer.value("proof", ""));
  v1::LedgerProof proof;
  if (!encoded || !proof.ParseFromString(*encoded))
    return data_loss("the answer to POST /v1/proofs holds no LedgerProof message");
  auto proved = wire::verify_ledger_proof(proof, genesis_.chain, genesis_.validators);
  if (!proved.ok()) {
    return session_.failed(
        data_loss("what the node says of its operators does not hold: " +
                  proved.status().message()),
        Exit::kUnproved, "the same with --genesis FILE, the genesis document of that node's chain");
  }
  std::vector<Bytes> values;
  for (const wire::ProvedKey& one : proved->keys) {
    if (values.size() < keys.size() && one.key == keys[values.size()])
      values.push_back(one.value.value_or(Bytes()));
  }
  if (values.size() != keys.size())
    return data_loss("the proof is of other keys than those that were asked for");
  return values;
}

Result<v1::OperatorSet> OperatorLedger::operators() {
  if (genesis_.operators.operators_size() == 0) {
    return not_found("the genesis document of this ledger names no operators, so nobody can give "
                     "such commands");
  }
  TENON_ASSIGN_OR_RETURN(const Json status, node_.get("/v1/status", Access::kOperator));
  if (status.value("height", "") == "0")
    return genesis_.operators; // nobody certifies block 0, so nothing of it can be proved
  TENON_ASSIGN_OR_RETURN(const auto found, values({Bytes(keys::kOperators)}));
  v1::OperatorSet operators;
  if (found[0].empty() || !operators.ParseFromString(found[0]))
    return data_loss("the ledger's record of its operators is missing or malformed");
  return operators;
}

Result<std::vector<v1::OperatorLogEntry>> OperatorLedger::log(std::uint64_t first,
                                                              std::size_t count) {
  std::vector<Bytes> asked;
  for (std::uint64_t i = 0; i < std::min(count, kMaxEntries); ++i)
    asked.push_back(keys::operator_log(first + i));
  TENON_ASSIGN_OR_RETURN(const auto found, values(asked));
  std::vector<v1::OperatorLogEntry> entries;
  for (const Bytes& encoded : found) {
    v1::OperatorLogEntry entry;
    if (encoded.empty() || !entry.ParseFromString(encoded)) {
      return data_loss("entry " + std::to_string(first + entries.size()) +
                       " of the operators' log is missing or malformed");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

} // namespace tenon::tool
