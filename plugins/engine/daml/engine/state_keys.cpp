#include "engine/state_keys.hpp"

#include "tenon/crypto/sha256.hpp"

namespace tenon::daml::engine::keys {

namespace {

Bytes joined(BytesView prefix, BytesView rest) {
  Bytes key;
  key.reserve(prefix.size() + rest.size());
  return key.append(prefix).append(rest);
}

} // namespace

Bytes contract(const ContractId& id) {
  return joined(kContracts, id.bytes());
}
Bytes seen(const ContractId& id) {
  return joined("seen/", id.bytes());
}
Bytes archived(const ContractId& id) {
  return joined("archived/", id.bytes());
}
Bytes contract_key(const Hash& key) {
  return joined("key/", key.view());
}
Bytes package(std::string_view package_id) {
  return joined("package/", package_id);
}
Bytes package_info(std::string_view package_id) {
  return joined(kInfos, package_id);
}

Hash template_hash(std::string_view template_id) {
  return crypto::sha256(template_id);
}
Bytes active(std::string_view party) {
  return joined("active/", party).append(1, '\0'); // which no name of a party has
}
Bytes active(std::string_view party, const Hash& template_hash) {
  return active(party).append(template_hash.view());
}
Bytes active(std::string_view party, const Hash& template_hash, BytesView id) {
  return active(party, template_hash).append(id);
}

} // namespace tenon::daml::engine::keys
