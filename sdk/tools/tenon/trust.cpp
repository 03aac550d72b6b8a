#include "trust.hpp"

#include "files.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::tool {
namespace {

std::string printable(BytesView bytes) {
  for (const char c : bytes) {
    if (c < 0x20 || c > 0x7e)
      return "0x" + to_hex(bytes);
  }
  return std::string(bytes);
}

} // namespace

Result<Trust> read_genesis(const std::filesystem::path& file) {
  TENON_ASSIGN_OR_RETURN(const std::string text, read_file(file));
  TENON_ASSIGN_OR_RETURN(const Json document, parse_json(text, file.string()));
  const Status malformed = invalid_argument(
      file.string() + " is not a genesis document: expected an object with \"validators\", a list "
                      "of {\"name\", \"public_key\"}, and \"max_byzantine\"");
  if (!document.is_object() || !document.contains("validators") ||
      !document["validators"].is_array()) {
    return malformed;
  }
  Trust trust;
  trust.chain = crypto::sha256(text);
  trust.validators.set_epoch(document.value("epoch", std::uint64_t{0}));
  trust.validators.set_max_byzantine(document.value("max_byzantine", std::uint32_t{0}));
  for (const Json& item : document["validators"]) {
    const auto key =
        item.is_object() && item.contains("public_key") && item["public_key"].is_string()
            ? from_hex(item["public_key"].get<std::string>())
            : std::nullopt;
    if (!key)
      return malformed;
    v1::Validator* validator = trust.validators.add_validators();
    validator->set_name(item.value("name", std::string()));
    validator->set_public_key(*key);
  }
  return trust;
}

Result<Json> check_proof(BytesView encoded_proof, const Trust& trust) {
  v1::LedgerProof proof;
  if (!proof.ParseFromArray(encoded_proof.data(), static_cast<int>(encoded_proof.size()))) {
    return data_loss("the proof is not an encoded LedgerProof message");
  }
  auto checked = wire::verify_ledger_proof(proof, trust.chain, trust.validators);
  if (!checked.ok())
    return data_loss("the proof does not hold: " + checked.status().message());
  Json keys = Json::array();
  for (const wire::ProvedKey& key : checked->keys) {
    keys.push_back({{"key", printable(key.key)},
                    {"present", key.value.has_value()},
                    {"value_hex", key.value ? Json(to_hex(*key.value)) : Json(nullptr)}});
  }
  Json answer = {{"verified", true},
                 {"chain", to_hex(trust.chain.view())},
                 {"height", std::to_string(checked->height)},
                 {"record_time_us", std::to_string(checked->record_time_us)},
                 {"state_root", to_hex(checked->state_root.view())},
                 {"keys", keys}};
  if (!proof.query_request().empty()) {
    answer["query"] = printable(proof.query_request());
    answer["claimed_response"] = printable(proof.query_response());
  }
  return answer;
}

} // namespace tenon::tool
