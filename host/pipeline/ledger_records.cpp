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

Result<std::shared_ptr<const KnownClients>> read_clients(const BlockState& state) {
  auto clients = std::make_shared<KnownClients>();
  Status status;
  const auto add = [&](BytesView key, const merkle::StateEntry& entry) {
    v1::ClientRecord record;
    if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size()))) {
      status = data_loss("the record under " + std::string(key) + " is malformed");
      return false;
    }
    if (record.public_key().empty())
      return true;
    std::string id(key.substr(keys::kClients.size()));
    if (record.streams())
      clients->followers.push_back(id);
    clients->records.emplace(std::move(id), std::move(record));
    return true;
  };
  TENON_RETURN_IF_ERROR(state.scan(keys::kClients, prefix_end(keys::kClients), add));
  TENON_RETURN_IF_ERROR(status);
  return std::shared_ptr<const KnownClients>(std::move(clients));
}

Result<const v1::ClientRecord*> LedgerRecords::client(const std::string& id) {
  if (known_holds_) {
    const auto found = known_->records.find(id);
    return found == known_->records.end() ? nullptr : &found->second;
  }
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record,
                         cached<v1::ClientRecord>(state_, clients_, id, keys::client(id)));
  return record != nullptr && !record->public_key().empty() ? record : nullptr;
}

Result<const v1::PartyRecord*> LedgerRecords::party(const std::string& name) {
  return cached<v1::PartyRecord>(state_, parties_, name, keys::party(name));
}

Result<const std::vector<std::string>*> LedgerRecords::followers() {
  if (known_holds_)
    return &known_->followers;
  if (now_ == nullptr) {
    TENON_ASSIGN_OR_RETURN(now_, read_clients(state_));
  }
  return &now_->followers;
}

bool hosts(const v1::PartyRecord* party, std::string_view client) {
  return party != nullptr && std::find(party->hosted_by().begin(), party->hosted_by().end(),
                                       client) != party->hosted_by().end();
}

} // namespace tenon::host::pipeline
