// Proofs from the database of a stopped node; see database_inspect.hpp.
#include <algorithm>
#include <map>

#include "chain_check.hpp"
#include "database_inspect.hpp"
#include "pipeline/key_proofs.hpp"
#include "render.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/multi_proof.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/ics23_form.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::tool {
namespace {

// The state after a block, and what is certified to be its root.
struct ProvedState {
  std::uint64_t height = 0;
  Hash root;
  std::unique_ptr<plugin::StoreSnapshot> view;
};

Result<ProvedState> state_after(const plugin::Store& store, std::uint64_t height) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  ProvedState state;
  state.height = height == plugin::kHeadHeight ? head.height : height;
  TENON_ASSIGN_OR_RETURN(state.view, store.snapshot(state.height));
  state.root = head.state_root;
  if (state.height != head.height) {
    TENON_ASSIGN_OR_RETURN(const LoggedBlock block, read_block(store, state.height));
    state.root = Hash::from_view_or_zero(block.result.state_root());
  }
  return state;
}

Status unproved(const Status& why) {
  return data_loss("the proof does not lead to the root that was certified: " + why.message());
}

std::optional<Hash> value_hash_of(const v1::KeyProof& key) {
  if (!key.present())
    return std::nullopt;
  return merkle::entry_hash(Hash::from_view_or_zero(key.salt()),
                            Hash::from_view_or_zero(key.access_hash()), key.expires_at_us(),
                            key.value());
}

Json described(const v1::KeyProof& key) {
  const auto value_hash = value_hash_of(key);
  return {{"key", printable(key.key())},
          {"present", key.present()},
          {"value_hash", value_hash ? Json(to_hex(value_hash->view())) : Json(nullptr)}};
}

Result<Json> proved_alone(const v1::KeyProof& key, const Hash& root, ProofFormat format) {
  if (const auto holds = wire::verify_key_proof(key, root); !holds.ok())
    return unproved(holds.status());
  Json json = described(key);
  if (format == ProofFormat::kMulti)
    return json;
  Bytes proof = key.path();
  if (format == ProofFormat::kIcs23) {
    const auto form = wire::ics23_form(key);
    if (!form.ok())
      return form.status().with_context("key " + printable(key.key()));
    proof = *form;
  }
  json["proof"] = to_base64(proof);
  return json;
}

Result<Bytes> proved_together(const ProvedState& state, const std::vector<v1::KeyProof>& proofs) {
  std::map<Hash, std::optional<Hash>> sorted;
  std::vector<BytesView> keys;
  for (const v1::KeyProof& key : proofs) {
    sorted[crypto::sha256(key.key())] = value_hash_of(key);
    keys.push_back(key.key());
  }
  std::vector<merkle::KeyClaim> claims;
  for (const auto& [key_hash, value_hash] : sorted)
    claims.push_back({key_hash, value_hash});
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, state.view->prove_many(keys));
  TENON_ASSIGN_OR_RETURN(const merkle::MultiProof proof, merkle::decode_multi_proof(encoded));
  if (const Status holds = merkle::verify_multi_proof(proof, state.root, claims); !holds.ok())
    return unproved(holds);
  return encoded;
}

} // namespace

Result<Json> prove_keys(const plugin::Store& store, std::span<const Bytes> keys,
                        std::uint64_t height, ProofFormat format) {
  TENON_ASSIGN_OR_RETURN(const ProvedState state, state_after(store, height));
  TENON_ASSIGN_OR_RETURN(
      const std::vector<v1::KeyProof> proofs,
      host::pipeline::key_proofs(*state.view, keys, [](BytesView) { return true; }));
  Json json = {{"height", std::to_string(state.height)},
               {"state_root", to_hex(state.root.view())},
               {"keys", Json::array()}};
  for (const v1::KeyProof& key : proofs) {
    TENON_ASSIGN_OR_RETURN(Json proved, proved_alone(key, state.root, format));
    json["keys"].push_back(std::move(proved));
  }
  if (format == ProofFormat::kMulti) {
    TENON_ASSIGN_OR_RETURN(const Bytes proof, proved_together(state, proofs));
    json["proof"] = to_base64(proof);
  }
  return json;
}

} // namespace tenon::tool
