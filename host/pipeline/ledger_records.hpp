// The host's own records in the state — clients, parties, validators, parameters — read once per
// block and remembered. Step: block_executor. Owned by the block being executed; one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/block_state.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

// Reads one record: nothing when absent, a fault when it is malformed.
template <typename Record>
Result<std::optional<Record>> read_record(const BlockState& state, BytesView key) {
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> value, state.value(key));
  if (!value)
    return std::optional<Record>();
  Record record;
  if (!record.ParseFromString(*value))
    return data_loss("the record under " + std::string(key) + " is malformed");
  return std::optional<Record>(std::move(record));
}

// A record that every ledger has from its genesis on.
template <typename Record>
Result<Record> read_required_record(const BlockState& state, BytesView key) {
  TENON_ASSIGN_OR_RETURN(std::optional<Record> record, read_record<Record>(state, key));
  if (!record)
    return data_loss("the ledger has no record under " + std::string(key));
  return std::move(*record);
}

// Writes a record that everybody may read, with the salt that follows from `salt_source`.
void put_public_value(BlockState& state, Bytes key, const Bytes& value, BytesView salt_source);
template <typename Record>
void put_public_record(BlockState& state, Bytes key, const Record& record, BytesView salt_source) {
  put_public_value(state, std::move(key), record.SerializeAsString(), salt_source);
}

class LedgerRecords {
public:
  explicit LedgerRecords(const BlockState& state) : state_(state) {}

  // Null when there is none, or it was removed.
  [[nodiscard]] Result<const v1::ClientRecord*> client(const std::string& id);
  [[nodiscard]] Result<const v1::PartyRecord*> party(const std::string& name);
  [[nodiscard]] Result<const std::vector<std::string>*> all_clients();
  // After a write to the record.
  void forget_party(const std::string& name) { parties_.erase(name); }
  void forget_client(const std::string& id) {
    clients_.erase(id);
    all_clients_.reset();
  }

private:
  const BlockState& state_;
  std::map<std::string, std::optional<v1::ClientRecord>, std::less<>> clients_;
  std::map<std::string, std::optional<v1::PartyRecord>, std::less<>> parties_;
  std::optional<std::vector<std::string>> all_clients_;
};

// Does the record (null: there is none) say that this client hosts the party?
[[nodiscard]] bool hosts(const v1::PartyRecord* party, std::string_view client);

} // namespace tenon::host::pipeline
