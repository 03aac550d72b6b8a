// What each client node gets to see of a block (docs/spec/streams.md): takes it into the client's
// running hash in the state, one record per affected client and block, and notes it in the index,
// from where stream_service gives it to the client. Step: block_executor, after each transaction
// and at the end. Owned by the execution of one block; one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/block_state.hpp"
#include "pipeline/decoded_block.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/v1/stream.pb.h"
#include "tenon/wire/stream.hpp"

namespace tenon::host::pipeline {

class ClientStreams {
public:
  ClientStreams(BlockState& state, LedgerRecords& records, std::uint64_t height)
      : state_(state), records_(records), height_(height) {}

  // A committed transaction: for those who host one of its submitters or a reader of one of its
  // events, and for the client that signed it.
  [[nodiscard]] Status add(const std::string& signer, const DecodedTransaction& transaction,
                           const v1::TransactionResult& result, std::uint32_t index);
  // A rejected one: for the client that signed it, which waits for the outcome.
  [[nodiscard]] Status add_rejected(const std::string& signer,
                                    const DecodedTransaction& transaction,
                                    const v1::TransactionResult& result, std::uint32_t index);
  // Ends the client's stream of its present hosting epoch with what it saw in this block so far.
  [[nodiscard]] Status end_stream(const std::string& client, const Hash& block_id);
  // Takes in what the block wrote; then writes records and notes, in client order.
  [[nodiscard]] Status finish(const Hash& block_id);

private:
  // What one client sees of one transaction.
  struct Group {
    bool outcome = false;
    std::vector<std::uint32_t> events;
  };
  using Groups = std::map<std::string, Group>;
  // … and of the block: `step` since its hosting epoch began.
  struct Seen {
    wire::StreamStep step;
    v1::StreamNotes notes;
  };

  [[nodiscard]] Status add_groups(const Groups& groups, const DecodedTransaction& transaction,
                                  const v1::TransactionResult& result, std::uint32_t index);
  [[nodiscard]] Status add_writes();
  [[nodiscard]] Status add_write(BytesView key, const std::optional<Bytes>& entry);
  // `place`: as StreamNotes has it.
  [[nodiscard]] Status note_write(const std::string& client, std::uint32_t place,
                                  const Hash& hash);
  [[nodiscard]] Status write(const std::string& client, const wire::StreamStep& step,
                             const Hash& block_id);
  // Null for a client that has no streams, or that the ledger does not have.
  [[nodiscard]] Result<const v1::ClientRecord*> follower(const std::string& client);
  [[nodiscard]] Result<bool> has_followers();
  [[nodiscard]] Status add_hosts(std::string_view party, std::vector<std::string>& clients);
  // Sorted: which followers host one of them. None, for an entry that has no readers.
  [[nodiscard]] Result<std::vector<std::string>> hosts_of(BytesView readers);

  BlockState& state_;
  LedgerRecords& records_;
  std::uint64_t height_;
  std::map<std::string, Seen> seen_; // per client
  v1::ShownWrites shown_;
};

} // namespace tenon::host::pipeline
