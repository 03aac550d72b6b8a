// Where the engine keeps what in its keyspace (docs/spec/daml-engine.md). Pure; any thread.
#pragma once

#include <string>

#include "tenon/core/bytes.hpp"
#include "values/contract_id.hpp"
#include "values/names.hpp"

namespace tenon::daml::engine::keys {

// --- STATE ---------------------------------------------------------------------------------------
inline constexpr BytesView kContracts = "contract/";
inline constexpr BytesView kInfos = "info/";
// A Contract: active.
[[nodiscard]] Bytes contract(const ContractId& id);
// Seen: who may use the contract without a stake in it. No client node gets it.
[[nodiscard]] Bytes seen(const ContractId& id);
// Nothing in it: the id was given, and must not be again. Expires.
[[nodiscard]] Bytes archived(const ContractId& id);
// The id, in bytes, of the active contract under a key.
[[nodiscard]] Bytes contract_key(const Hash& key);
// The payload of a package's archive.
[[nodiscard]] Bytes package(std::string_view package_id);
// PackageInfo
[[nodiscard]] Bytes package_info(std::string_view package_id);

// --- INDEX ---------------------------------------------------------------------------------------
// The active contracts of one stakeholder by template: nothing in them. The place of a contract is
// the hash of its template and its id.
[[nodiscard]] Hash template_hash(std::string_view template_id);
[[nodiscard]] Bytes active(std::string_view party);
[[nodiscard]] Bytes active(std::string_view party, const Hash& template_hash);
[[nodiscard]] Bytes active(std::string_view party, const Hash& template_hash, BytesView id);

} // namespace tenon::daml::engine::keys
