// The read model of a node: what the Ledger API reads, in an SQLite database in the plugin's data
// directory, made from the node's ledger and always behind it by a moment only. Every answer is a
// page that costs what it holds. Owned by the plugin; any thread. One thread of its own writes;
// readers never wait for it.
//
// Failures: OUT_OF_RANGE with PARTICIPANT_PRUNED_DATA_ACCESSED for what was pruned, or with
// OFFSET_AFTER_LEDGER_END; faults of the database. What is indexed can be read also after the index
// has halted: whoever waits for more asks for health().
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "index/indexed_transaction.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api {
class Ledger;
}

namespace tenon::daml_api::index {

class PruningRecord;
class StateSource;

// How much a page holds at most; the first item is always given, and the last may exceed `bytes`.
struct PageLimit {
  std::uint64_t items = 1000;
  std::uint64_t bytes = 1024 * 1024;
};

// Where the index stands. All offsets are inclusive.
struct Extent {
  std::uint64_t began_at = 0;  // nothing up to here was indexed, but contracts active here; 0: all
  std::uint64_t pruned_up_to = 0;          // 0: nothing was pruned
  std::uint64_t divulgence_pruned_up_to = 0;
  std::uint64_t end = 0;                   // of the last transaction, of whatever engine; 0: none
  std::uint64_t end_record_time_us = 0;
  std::int64_t end_ledger_time_us = 0;     // of the last transaction with events
  // Ledger time of the last transaction up to divulgence_pruned_up_to; 0: none.
  std::int64_t divulgence_pruned_us = 0;
};

struct TransactionPage {
  std::vector<std::shared_ptr<const IndexedTransaction>> transactions;
  std::uint64_t next_after = 0; // go on after this offset; covers what did not match
  bool more = false;            // before `up_to` and the end there may be more
};

struct CompletionPage {
  std::vector<std::shared_ptr<const IndexedCompletion>> completions;
  std::uint64_t next_after = 0;
  bool more = false;
};

// Of one contract; what is missing was pruned, or has not happened.
struct ContractEvents {
  std::optional<ActiveContract> created; // of whichever state
  std::uint64_t archived_at = 0;         // offset; 0: not archived
  std::string archived_by;               // transaction id of the archive
  std::optional<IndexedEvent> archived;
};

struct KeyEvents {
  ContractEvents events;
  // The create's position, or how far was looked without finding one; nothing when there is none
  // any more.
  std::optional<Position> continue_before;
};

// The contracts active at one offset, page by page in the order of creation. The set stays what it
// was however the ledger moves on; pages fail once the offset was pruned. One thread at a time.
class ActiveContracts {
public:
  virtual ~ActiveContracts() = default;
  // No contracts: that was all.
  [[nodiscard]] virtual Result<std::vector<ActiveContract>> next(PageLimit limit) = 0;
};

// Ends when destroyed, waiting for a call under way; so never in its own callback.
class Subscription {
public:
  virtual ~Subscription() = default;
};

class LedgerIndex {
public:
  virtual ~LedgerIndex() = default;

  [[nodiscard]] virtual Extent extent() const = 0;
  // OK, or the sentence that says why the index does not follow the ledger: UNAVAILABLE while the
  // ledger cannot be read, any other code when it has halted and does not go on by itself.
  [[nodiscard]] virtual Status health() const = 0;
  // `moved` is called on any thread after the end or the pruned offset has moved, and when the
  // index halts; it only wakes others.
  [[nodiscard]] virtual std::unique_ptr<Subscription> subscribe(std::function<void()> moved) = 0;

  // Those that are visible (is_visible), after `after` up to and with `up_to`, which may be beyond
  // the end.
  [[nodiscard]] virtual Result<TransactionPage> transactions(const Interest& interest, Shape shape,
                                                             std::uint64_t after,
                                                             std::uint64_t up_to,
                                                             PageLimit limit) = 0;
  // Whoever sees it; null when there is none or it was pruned.
  [[nodiscard]] virtual Result<std::shared_ptr<const IndexedTransaction>>
  transaction(std::string_view transaction_id) = 0;
  // Of the last transaction up to and with the offset, 0 when there is none; nothing when it was
  // pruned or the offset is beyond the end.
  [[nodiscard]] virtual Result<std::optional<std::uint64_t>>
  record_time_us_of(std::uint64_t offset) = 0;

  // The outcome that stands at the offset; null when there is none, or the index does not have it,
  // any more or yet. Whoever submitted it.
  [[nodiscard]] virtual Result<std::shared_ptr<const IndexedCompletion>>
  completion(std::uint64_t offset) = 0;
  // Of commands of the application by some of the parties.
  [[nodiscard]] virtual Result<CompletionPage> completions(const std::string& application_id,
                                                           const std::vector<std::string>& parties,
                                                           std::uint64_t after, std::uint64_t up_to,
                                                           PageLimit limit) = 0;

  // `at`: any offset from the pruned one up to the end.
  [[nodiscard]] virtual Result<std::unique_ptr<ActiveContracts>>
  active_contracts(Interest interest, std::uint64_t at) = 0;

  // `contract_id` in lower hex. Whoever sees it: the caller looks at the stakeholders.
  [[nodiscard]] virtual Result<ContractEvents> contract_events(std::string_view contract_id) = 0;
  // The latest contract with that key (the hash tells the template) before `before` (nothing: the
  // end) of which one of the parties is a stakeholder, and its archive if there is one.
  [[nodiscard]] virtual Result<KeyEvents> key_events(std::string_view key_hash,
                                                     const std::vector<std::string>& parties,
                                                     std::optional<Position> before) = 0;

  // Events of each application's transactions recorded from one hour on until before another;
  // `application_id` empty: of all. Times within an hour count as its beginning.
  [[nodiscard]] virtual Result<std::map<std::string, std::uint64_t>>
  metering(std::uint64_t from_us, std::uint64_t to_us, const std::string& application_id) = 0;

  // Forgets transactions, completions and archived contracts up to and with the offset, at most the
  // end, for good. Nobody reads them any more afterwards; the room is freed in the background.
  // `all_divulged`: and Extent says from when on divulged contracts may be used.
  [[nodiscard]] virtual Status prune(std::uint64_t up_to, bool all_divulged) = 0;
};

struct IndexSettings {
  std::filesystem::path directory; // of the database; made when missing
  std::string engine = "daml";     // whose transactions are indexed
  std::string chain;               // 32 bytes: an index of another chain is refused
  std::uint64_t tail_bytes = 64 * 1024 * 1024; // decoded transactions kept in memory
  std::uint64_t page_transactions = 1000;      // asked of the ledger at once
  std::uint64_t page_bytes = 8 * 1024 * 1024;
  std::uint64_t readers = 8;                   // connections; more readers than that wait
  std::uint64_t cache_bytes = 16 * 1024 * 1024; // of each connection
};

// What the index tells whoever runs it: lines for the log.
using IndexLog = std::function<void(bool warning, const std::string& line)>;

// Opens or makes the database and begins to follow the ledger, which must outlive the index.
// `state` (may be null, must outlive it too) gives the contracts where the ledger does not keep its
// history from the beginning; without it such a ledger halts the index. `pruning` (likewise) knows
// how far was pruned when the index itself has been lost.
[[nodiscard]] Result<std::unique_ptr<LedgerIndex>> open_ledger_index(const IndexSettings& settings,
                                                                     api::Ledger& ledger,
                                                                     StateSource* state,
                                                                     PruningRecord* pruning,
                                                                     IndexLog log);

} // namespace tenon::daml_api::index
