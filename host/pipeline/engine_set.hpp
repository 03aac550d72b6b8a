// The engines of this node by id, and how one is called for a transaction. Owned by the pipeline,
// fixed once made; any thread.
#pragma once

#include <map>
#include <string>

#include "pipeline/genesis.hpp"
#include "pipeline/options.hpp"
#include "pipeline/views.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

class EngineSet {
public:
  // Asks every engine for its fingerprint.
  static Result<EngineSet> make(const std::vector<EngineBinding>& engines);

  struct Entry {
    plugin::Engine* engine;
    Bytes prefix; // of its keys
  };
  // Null for an id that is not configured here.
  [[nodiscard]] const Entry* find(std::string_view id) const;
  // The INDEX entries that follow from one STATE entry, both with their full keys: nothing for
  // those that are no engine's. What is wrong with them is a fault.
  using IndexEntries = std::vector<std::pair<Bytes, Bytes>>;
  [[nodiscard]] Result<IndexEntries> index_of(BytesView key, BytesView value) const;
  using Entries = std::map<std::string, Entry, std::less<>>;
  [[nodiscard]] const Entries& entries() const { return entries_; }
  [[nodiscard]] const Hash& network_fingerprint() const { return network_fingerprint_; }
  [[nodiscard]] const std::vector<EngineFingerprint>& fingerprints() const { return fingerprints_; }
  // "wasm, daml", for messages.
  [[nodiscard]] std::string names() const;

  // Runs one transaction; `reads` may be null. A failure of a read is a fault whatever the engine
  // made of it.
  [[nodiscard]] static Result<plugin::ExecutionResult>
  execute(const Entry& entry, const BlockState& state, const Hash& id,
          const v1::Transaction& transaction, const plugin::EngineContext& context,
          ReadSet* reads = nullptr);

private:
  Entries entries_;
  std::vector<EngineFingerprint> fingerprints_;
  Hash network_fingerprint_;
};

// A party list of a message as engines take it.
template <typename Repeated> std::vector<std::string> party_list(const Repeated& parties) {
  return {parties.begin(), parties.end()};
}

} // namespace tenon::host::pipeline
