// The running hash of what each client node gets to see (docs/spec/wire.md, "Streams"): one record
// per affected client and block, so that a client can prove with one replica that its filtered
// stream is genuine and complete. Step: block_executor, after the last transaction. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/block_state.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

class StreamHashes {
public:
  StreamHashes(BlockState& state, LedgerRecords& records, std::uint64_t height)
      : state_(state), records_(records), height_(height) {}

  // Takes one committed transaction into the streams of all clients that see something of it:
  // those that host one of its submitters, and those that host a reader of one of its events.
  [[nodiscard]] Status add(const v1::Transaction& transaction, const v1::TransactionResult& result,
                           std::uint32_t index);
  // Ends the client's stream of its present hosting epoch with what it saw in this block so far.
  [[nodiscard]] Status end_stream(const std::string& client, const Hash& block_id);
  // Writes the records, in client order.
  [[nodiscard]] Status finish(const Hash& block_id);

private:
  // What one client sees of one transaction.
  struct Group {
    bool outcome = false;
    std::vector<Hash> events;
  };
  using Groups = std::map<std::string, Group>;

  [[nodiscard]] Status write(const std::string& client, const std::vector<Hash>& groups,
                             const Hash& block_id);
  [[nodiscard]] Status add_hosts(const std::string& party, std::vector<std::string>& clients);

  BlockState& state_;
  LedgerRecords& records_;
  std::uint64_t height_;
  std::map<std::string, std::vector<Hash>> groups_; // per client, in order
};

// One step of the running hash; `previous` is all zeros at the start of a hosting epoch.
[[nodiscard]] Hash next_stream_hash(const Hash& previous, std::uint64_t height,
                                    const std::vector<Hash>& groups);
// Of one transaction's group: its offset, its outcome leaf if the client sees it, its event leaves.
[[nodiscard]] Hash stream_group_hash(std::uint64_t offset, const Hash* outcome_leaf,
                                     const std::vector<Hash>& event_leaves);

} // namespace tenon::host::pipeline
