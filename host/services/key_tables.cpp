// The keystore and signatures tables of a plugin instance.
#include <algorithm>

#include "services/plugin_services_state.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/crypto/signature_memo.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::services {

namespace {

constexpr BytesView kNodeKey = "node";

Status require_node_key(const PluginGate::Pass& pass, tenon_bytes key_id) {
  if (!pass)
    return failed_precondition(kLateCall);
  if (from_abi(key_id) != kNodeKey)
    return not_found("the host holds no key of that id; known here: node");
  return {};
}

std::int32_t keystore_public_key(void* self, tenon_bytes key_id, std::uint8_t out[32],
                                 tenon_status* status) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    TENON_RETURN_IF_ERROR(require_node_key(pass, key_id));
    const Bytes key = state.parts.signer.public_key();
    if (key.size() != crypto::kPublicKeySize)
      return fault("the node's public key has the wrong size");
    std::copy(key.begin(), key.end(), out);
    return {};
  });
}

std::int32_t keystore_sign(void* self, tenon_bytes key_id, tenon_bytes message,
                           std::uint8_t out[64], tenon_status* status) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    TENON_RETURN_IF_ERROR(require_node_key(pass, key_id));
    TENON_ASSIGN_OR_RETURN(const Bytes signature, state.parts.signer.sign(from_abi(message)));
    if (signature.size() != crypto::kSignatureSize)
      return fault("the signature has the wrong size");
    // It comes back in certificates.
    crypto::SignatureMemo::shared().remember(state.parts.signer.public_key(), from_abi(message),
                                             signature);
    std::copy(signature.begin(), signature.end(), out);
    return {};
  });
}

std::int32_t signatures_verify(void*, tenon_bytes public_key, tenon_bytes message,
                               tenon_bytes signature) noexcept {
  bool right = false;
  plugin::guarded_void([&] {
    right = crypto::SignatureMemo::shared().verify(from_abi(public_key), from_abi(message),
                                                   from_abi(signature));
  });
  return right ? 1 : 0;
}

} // namespace

void fill_key_tables(tenon_host_keystore& keystore, tenon_host_signatures& signatures,
                     void* self) {
  keystore = {sizeof(tenon_host_keystore), 0, self, keystore_public_key, keystore_sign};
  signatures = {sizeof(tenon_host_signatures), 0, self, signatures_verify};
}

} // namespace tenon::host::services
