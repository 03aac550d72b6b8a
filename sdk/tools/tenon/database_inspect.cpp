#include "database_inspect.hpp"

#include "chain_check.hpp"
#include "pipeline/decoded_block.hpp"
#include "render.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::tool {
namespace {

using plugin::BlockPart;
using plugin::KeyClass;

template <typename Message> bool parse(Message& message, const Bytes& bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

Json hash_or_null(const std::optional<Hash>& hash) {
  return hash ? Json(to_hex(hash->view())) : Json(nullptr);
}

Json described_entry(BytesView encoded) {
  Json json = {{"value_hash", to_hex(merkle::entry_hash(encoded).view())}};
  const auto entry = merkle::decode_entry(encoded);
  if (!entry.ok()) {
    json["bytes"] = "0x" + to_hex(encoded);
    return json;
  }
  const auto readers = merkle::decode_readers(entry->readers);
  json["value"] = "0x" + to_hex(entry->value);
  json["value_bytes"] = entry->value.size();
  json["readers"] = readers ? Json(*readers) : Json(nullptr);
  json["expires_at_us"] = std::to_string(entry->expires_at_us);
  return json;
}

Result<Json> versions_of(const plugin::Store& store, BytesView key) {
  Json versions = Json::array();
  TENON_RETURN_IF_ERROR(store.versions(key, [&](const plugin::StoreVersion& version) {
    Json json = {{"height", std::to_string(version.height)}, {"removed", !version.entry}};
    if (version.entry)
      json.update(described_entry(*version.entry));
    versions.push_back(std::move(json));
    return true;
  }));
  return versions;
}

Json described_header(const v1::BlockHeader& header) {
  return {{"epoch", std::to_string(header.epoch())},
          {"view", std::to_string(header.view())},
          {"parent", to_hex(header.parent())},
          {"record_time_us", std::to_string(header.record_time_us())},
          {"transactions_root", to_hex(header.transactions_root())},
          {"validators", to_hex(header.validators())},
          {"next_validators", to_hex(header.next_validators())},
          {"engines", to_hex(header.engines())}};
}

Json described_result(const v1::ResultHeader& result) {
  return {{"parent_result", to_hex(result.parent_result())},
          {"state_root", to_hex(result.state_root())},
          {"writes_root", to_hex(result.writes_root())},
          {"outcomes_root", to_hex(result.outcomes_root())},
          {"events_root", to_hex(result.events_root())}};
}

Json described_certificate(const Bytes& encoded) {
  v1::Certificate certificate;
  if (encoded.empty() || !parse(certificate, encoded))
    return nullptr; // of genesis, for one
  Json signers = Json::array();
  for (const v1::ValidatorSignature& signature : certificate.signatures())
    signers.push_back(signature.validator());
  return {{"view", std::to_string(certificate.view())},
          {"block_id", to_hex(certificate.block_id())},
          {"result_hash", to_hex(certificate.result_hash())},
          {"validators", std::move(signers)}};
}

Json described_transaction(const host::pipeline::DecodedTransaction& transaction,
                           const std::string& client) {
  Json json = {{"id", to_hex(transaction.id.view())}, {"client", client}};
  if (!transaction.well_formed) {
    json["malformed"] = true;
    return json;
  }
  const v1::Transaction& message = transaction.message;
  json["engine"] = message.engine();
  json["act_as"] = std::vector<std::string>(message.act_as().begin(), message.act_as().end());
  json["command_id"] = message.command_id();
  json["payload_bytes"] = message.payload().size();
  return json;
}

// Outcomes stand in the order of the transactions.
Result<Json> described_transactions(const LoggedBlock& block) {
  v1::BlockResults results;
  if (!parse(results, block.part(BlockPart::kResults)))
    return data_loss("block " + std::to_string(block.height) + ": the results are malformed");
  TENON_ASSIGN_OR_RETURN(const auto decoded,
                         host::pipeline::decode_block(block.part(BlockPart::kHeader),
                                                      block.part(BlockPart::kBody)));
  Json transactions = Json::array();
  for (const auto& batch : decoded->batches) {
    for (const auto& transaction : batch.transactions)
      transactions.push_back(described_transaction(transaction, batch.message.client()));
  }
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    if (static_cast<int>(i) >= results.results_size())
      break;
    const v1::TransactionResult& result = results.results(static_cast<int>(i));
    transactions[i]["code"] = code_name(static_cast<Code>(result.outcome().code()));
    transactions[i]["reason"] = result.outcome().reason();
    transactions[i]["events"] = result.events_size();
  }
  return transactions;
}

Result<Json> described_changes(const plugin::Store& store, std::uint64_t height) {
  Json changes = Json::array();
  const Status status = store.changes(height, [&](const plugin::StoreChange& change) {
    changes.push_back({{"key", change.key.empty() ? Json(nullptr) : Json(printable(change.key))},
                       {"key_hash", to_hex(change.key_hash.view())},
                       {"old_value_hash", hash_or_null(change.old_value_hash)},
                       {"value_hash", hash_or_null(change.value_hash)}});
    return true;
  });
  if (status.code() == Code::kOutOfRange)
    return Json("pruned");
  if (!status.ok())
    return status;
  return changes;
}


} // namespace

Result<Json> inspect_key(const plugin::Store& store, BytesView key) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto entry, view->get(KeyClass::kState, key));
  const std::vector<BytesView> keys = {key};
  TENON_ASSIGN_OR_RETURN(const std::vector<Bytes> proofs, view->prove(keys));
  TENON_ASSIGN_OR_RETURN(const merkle::SparseProof proof, merkle::decode_proof(proofs.at(0)));
  const Hash key_hash = crypto::sha256(key);
  const Status holds = merkle::verify_proof(
      proof, head.state_root, key_hash,
      entry ? std::optional(merkle::entry_hash(*entry)) : std::nullopt);
  if (!holds.ok()) {
    return data_loss("key " + printable(key) + " does not stand under the head's root as the " +
                     "database says: " + holds.message());
  }
  Json json = {{"key", printable(key)},
               {"key_hash", to_hex(key_hash.view())},
               {"height", std::to_string(head.height)},
               {"present", entry.has_value()},
               {"proof", "holds under " + to_hex(head.state_root.view())}};
  if (entry)
    json.update(described_entry(*entry));
  TENON_ASSIGN_OR_RETURN(json["versions"], versions_of(store, key));
  return json;
}

Result<Json> inspect_block(const plugin::Store& store, std::uint64_t height) {
  TENON_ASSIGN_OR_RETURN(const LoggedBlock block, read_block(store, height));
  Json json = {{"height", std::to_string(height)},
               {"block_id", to_hex(block.result.block_id())},
               {"result_hash", to_hex(crypto::sha256(block.part(BlockPart::kResultHeader)).view())},
               {"header", described_header(block.header)},
               {"result", described_result(block.result)},
               {"certificate", described_certificate(block.part(BlockPart::kCertificate))}};
  TENON_ASSIGN_OR_RETURN(json["transactions"], described_transactions(block));
  TENON_ASSIGN_OR_RETURN(json["changes"], described_changes(store, height));
  return json;
}

} // namespace tenon::tool
