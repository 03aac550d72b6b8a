#include "pipeline/ledger_records.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

template <typename Record, typename Cache>
Result<const Record*> cached(const BlockState& state, Cache& cache, const std::string& name,
                             const Bytes& key) {
  auto found = cache.find(name);
  if (found == cache.end()) {
    TENON_ASSIGN_OR_RETURN(std::optional<Record> record, read_record<Record>(state, key));
    found = cache.emplace(name, std::move(record)).first;
  }
  return found->second ? &*found->second : nullptr;
}

} // namespace

void put_public_value(BlockState& state, Bytes key, const Bytes& value, BytesView salt_source) {
  const std::string everyone[] = {std::string(merkle::kPublicReader)};
  const Bytes readers = merkle::encode_readers(everyone);
  const Hash salt = wire::derived_salt(salt_source, "state", key);
  state.put(std::move(key), {salt, 0, readers, value});
}

Result<const v1::ClientRecord*> LedgerRecords::client(const std::string& id) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record,
                         cached<v1::ClientRecord>(state_, clients_, id, keys::client(id)));
  return record != nullptr && !record->public_key().empty() ? record : nullptr;
}

Result<const v1::PartyRecord*> LedgerRecords::party(const std::string& name) {
  return cached<v1::PartyRecord>(state_, parties_, name, keys::party(name));
}

Result<const std::vector<std::string>*> LedgerRecords::all_clients() {
  if (!all_clients_) {
    std::vector<std::string> ids;
    TENON_RETURN_IF_ERROR(state_.scan(keys::kClients, prefix_end(keys::kClients),
                                      [&](BytesView key, const merkle::StateEntry&) {
                                        ids.emplace_back(key.substr(keys::kClients.size()));
                                        return true;
                                      }));
    std::vector<std::string> present;
    for (std::string& id : ids) {
      TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, client(id));
      if (record != nullptr)
        present.push_back(std::move(id));
    }
    all_clients_ = std::move(present);
  }
  return &*all_clients_;
}

bool hosts(const v1::PartyRecord* party, std::string_view client) {
  return party != nullptr && std::find(party->hosted_by().begin(), party->hosted_by().end(),
                                       client) != party->hosted_by().end();
}

} // namespace tenon::host::pipeline
