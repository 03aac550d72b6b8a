#include "trust.hpp"

#include <algorithm>

#include "files.hpp"
#include "pipeline/genesis.hpp"
#include "render.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/ics23_form.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::tool {

namespace {

// By what they mean: the order of members says nothing, and -1 is not 2^64 - 1, which the library
// would take for the same.
bool same(const Json& left, const Json& right) {
  if (left.is_number_integer() && right.is_number_integer())
    return left.is_number_unsigned() == right.is_number_unsigned() && left == right;
  if (left.is_object() && right.is_object() && left.size() == right.size()) {
    return std::all_of(left.items().begin(), left.items().end(), [&](const auto& member) {
      return right.contains(member.key()) && same(member.value(), right[member.key()]);
    });
  }
  if (left.is_array() && right.is_array())
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
  return left == right;
}

} // namespace

Result<Trust> read_genesis(const std::filesystem::path& file) {
  TENON_ASSIGN_OR_RETURN(const std::string text, read_file(file));
  auto genesis = host::pipeline::parse_genesis(text);
  if (!genesis.ok())
    return genesis.status().with_context(file.string());
  return Trust{genesis->chain, std::move(genesis->validators)};
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

Status check_clear_text(const Json& document, BytesView encoded_proof) {
  v1::LedgerProof proof;
  v1::BlockHeader header;
  v1::ResultHeader result;
  if (!proof.ParseFromArray(encoded_proof.data(), static_cast<int>(encoded_proof.size())) ||
      !header.ParseFromString(proof.header()) || !result.ParseFromString(proof.result_header())) {
    return data_loss("the proof is not an encoded LedgerProof message");
  }
  Json keys = Json::array();
  const bool with_forms = document.contains("/keys/0/ics23"_json_pointer);
  for (const auto& key : proof.keys()) {
    keys.push_back({{"key", to_hex(key.key())},
                    {"present", key.present()},
                    {"value", key.present() ? Json(to_base64(key.value())) : Json(nullptr)}});
    if (!with_forms)
      continue;
    const auto form = wire::ics23_form(key);
    keys.back()["ics23"] = form.ok() ? Json(to_base64(*form)) : Json(nullptr);
  }
  Json said = {{"chain", to_hex(header.chain())},
               {"height", std::to_string(header.height())},
               {"block", to_hex(crypto::sha256(proof.header()).view())},
               {"record_time", rfc3339(header.record_time_us())},
               {"state_root", to_hex(result.state_root())},
               {"keys", std::move(keys)}};
  if (const Json response = Json::parse(proof.query_response(), nullptr, false);
      !response.is_discarded()) {
    said["response"] = response;
  }
  for (const auto& [member, value] : document.items()) {
    if (member != "proof" && (!said.contains(member) || !same(said[member], value))) {
      return data_loss("the proof holds, but \"" + member +
                       "\" in clear beside it is not what it " + "says: expected " +
                       (said.contains(member) ? said[member].dump() : "no such member") +
                       ", found " + value.dump());
    }
  }
  return ok_status();
}

} // namespace tenon::tool
