#include "pipeline/ledger_records.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"

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

Result<const v1::ClientRecord*> LedgerRecords::client(const std::string& id) {
  return cached<v1::ClientRecord>(state_, clients_, id, keys::client(id));
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
    all_clients_ = std::move(ids);
  }
  return &*all_clients_;
}

bool hosts(const v1::PartyRecord* party, std::string_view client) {
  return party != nullptr && std::find(party->hosted_by().begin(), party->hosted_by().end(),
                                       client) != party->hosted_by().end();
}

} // namespace tenon::host::pipeline
