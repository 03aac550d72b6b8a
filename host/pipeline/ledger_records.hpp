// The host's own records in the state — clients, parties, validators, parameters — read once per
// block and remembered. Step: block_executor. Owned by the block being executed; one thread.
#pragma once

#include <map>
#include <memory>
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

// The clients of the ledger after one block: read when one of their records changes, and handed on
// from block to block as long as none does. Immutable; any thread.
struct KnownClients {
  std::map<std::string, v1::ClientRecord, std::less<>> records; // none that was removed
  std::vector<std::string> followers;                           // who has streams, sorted
};
[[nodiscard]] Result<std::shared_ptr<const KnownClients>> read_clients(const BlockState& state);

class LedgerRecords {
public:
  // `clients`: those in the state as it is now; null: each is looked for when it is asked for.
  explicit LedgerRecords(const BlockState& state,
                         std::shared_ptr<const KnownClients> clients = nullptr)
      : state_(state), known_(std::move(clients)), known_holds_(known_ != nullptr) {}

  // Null when there is none, or it was removed.
  [[nodiscard]] Result<const v1::ClientRecord*> client(const std::string& id);
  [[nodiscard]] Result<const v1::PartyRecord*> party(const std::string& name);
  // Who follows the ledger, sorted. Valid until the next call of forget_client().
  [[nodiscard]] Result<const std::vector<std::string>*> followers();
  // Those given at first, if no record has changed since; otherwise null.
  [[nodiscard]] std::shared_ptr<const KnownClients> unchanged_clients() const {
    return known_holds_ ? known_ : nullptr;
  }
  // After a write to the record.
  void forget_party(const std::string& name) { parties_.erase(name); }
  void forget_client(const std::string& id) {
    clients_.erase(id);
    now_.reset();
    known_holds_ = false;
  }

private:
  const BlockState& state_;
  std::map<std::string, std::optional<v1::ClientRecord>, std::less<>> clients_;
  std::map<std::string, std::optional<v1::PartyRecord>, std::less<>> parties_;
  std::shared_ptr<const KnownClients> known_; // kept, for what client() gave points into it
  bool known_holds_;                          // nothing was written to their records since
  std::shared_ptr<const KnownClients> now_;   // read in place of those
};

// Does the record (null: there is none) say that this client hosts the party?
[[nodiscard]] bool hosts(const v1::PartyRecord* party, std::string_view client);

} // namespace tenon::host::pipeline
