#include "index/reading.hpp"

#include <algorithm>

#include "index/active_contracts.hpp"
#include "index/loading.hpp"
#include "index/merged_lists.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index {

namespace {

using sqlite::Blob;

constexpr std::uint64_t kHourUs = 3'600'000'000;
// How many contracts of one key, seen by others only, one call passes over.
constexpr std::uint64_t kKeysLookedAt = 1000;
// Transactions of a list that show nothing after all, in one call.
constexpr std::uint64_t kPassedOver = 1000;

constexpr std::string_view kReadPostings =
    "SELECT offset FROM postings WHERE party = ? AND list = ? AND offset > ? AND offset <= ? "
    "ORDER BY offset LIMIT ?";
constexpr std::string_view kReadCompletions =
    "SELECT offset FROM completions WHERE application = ? AND party = ? AND offset > ? AND "
    "offset <= ? ORDER BY offset LIMIT ?";

struct ContractRow {
  std::uint64_t created = 0; // numbers of events; 0: none
  std::uint64_t archived = 0;
  std::uint64_t archived_at = 0;
};

Result<std::optional<ContractRow>> find_contract(sqlite::Connection& connection, BytesView id) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT created, archived, archived_at FROM contracts WHERE id = ?"));
  sqlite::Rows rows = find->run(Blob{id});
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return std::optional<ContractRow>();
  return std::optional(ContractRow{rows.number(0), rows.number(1), rows.number(2)});
}

Result<std::string> transaction_id_at(sqlite::Connection& connection, std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection.statement("SELECT id FROM transactions WHERE offset = ?"));
  sqlite::Rows rows = find->run(offset);
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  return there ? std::string(rows.bytes(0)) : std::string();
}

// Nothing is left of a contract that was archived before the pruned offset, whether or not its room
// is free already.
Result<ContractEvents> events_of(sqlite::Connection& connection, const Extent& extent,
                                 BytesView contract_id) {
  ContractEvents events;
  TENON_ASSIGN_OR_RETURN(const auto contract, find_contract(connection, contract_id));
  if (!contract || (contract->archived != 0 && contract->archived_at <= extent.pruned_up_to))
    return events;
  const auto arena = std::make_shared<google::protobuf::Arena>();
  if (contract->created != 0) {
    TENON_ASSIGN_OR_RETURN(events.created, load_event(connection, contract->created, arena));
  }
  if (contract->archived != 0) {
    TENON_ASSIGN_OR_RETURN(auto archived, load_event(connection, contract->archived, arena));
    if (!archived)
      return data_loss("the database is damaged: an archive is missing");
    events.archived = std::move(archived->created);
    events.archived_at = contract->archived_at;
    TENON_ASSIGN_OR_RETURN(events.archived_by,
                           transaction_id_at(connection, contract->archived_at));
  }
  return events;
}

// The number of the last event before the place.
Result<std::uint64_t> last_sequence_before(sqlite::Connection& connection, Position place) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT first_event - 1, (SELECT max(sequence) FROM events WHERE "
                           "sequence >= first_event AND sequence < first_event + "
                           "transactions.events AND node < ?) FROM transactions WHERE offset = ?"));
  sqlite::Rows rows = find->run(std::int64_t{place.node}, place.offset);
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (there)
    return rows.number(rows.is_null(1) ? 0 : 1);
  // Its transaction was pruned; creates of it that are left are told apart by their places.
  return last_sequence_at(connection, place.offset);
}

bool is_before(const ActiveContract& contract, std::optional<Position> before) {
  return !before || Position{contract.offset, contract.created.node()} < *before;
}

} // namespace

// A connection in a transaction that only reads.
class Reading::Snapshot {
public:
  static Result<Snapshot> take(ReaderPool& pool) {
    TENON_ASSIGN_OR_RETURN(ReaderPool::Lease lease, pool.take());
    TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                           sqlite::Transaction::begin(*lease, false));
    TENON_ASSIGN_OR_RETURN(const StateRow state, read_state(*lease));
    return Snapshot(std::move(lease), std::move(transaction), state.extent);
  }

  sqlite::Connection& operator*() { return *lease_; }
  [[nodiscard]] const Extent& extent() const { return extent_; }

private:
  Snapshot(ReaderPool::Lease lease, sqlite::Transaction transaction, const Extent& extent)
      : lease_(std::move(lease)), transaction_(std::move(transaction)), extent_(extent) {}

  ReaderPool::Lease lease_;
  sqlite::Transaction transaction_; // ends before the connection is given back
  Extent extent_;
};

std::vector<Reading::OffsetList> Reading::lists_of(const Interest& interest, Shape shape) const {
  std::vector<OffsetList> lists;
  for (const auto& [party, templates] : interest.parties) {
    const auto id = names_.find(party);
    if (!id)
      continue; // nothing was ever seen of it
    if (shape == Shape::kTree || templates.empty()) {
      lists.push_back({*id, shape == Shape::kTree ? kAllEvents : kAnyTemplate});
      continue;
    }
    for (const std::string& name : templates) {
      if (const auto type = names_.find(name))
        lists.push_back({*id, *type});
    }
  }
  return lists;
}

namespace {

// Reads pieces of lists of offsets in (after, up_to].
template <typename Lists> auto offset_reader(sqlite::Connection& connection, std::string_view sql,
                                             const Lists& lists, std::uint64_t up_to) {
  return [&connection, sql, &lists, up_to](std::size_t list, std::uint64_t after,
                                           std::uint64_t count)
             -> Result<std::vector<std::uint64_t>> {
    TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find, connection.statement(sql));
    std::vector<std::uint64_t> offsets;
    sqlite::Rows rows = find->run(lists[list].first, lists[list].second, after, up_to, count);
    for (;;) {
      TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
      if (!there)
        return offsets;
      offsets.push_back(rows.number(0));
    }
  };
}

} // namespace

Result<TransactionPage> Reading::transactions(const Interest& interest, Shape shape,
                                              std::uint64_t after, std::uint64_t up_to,
                                              PageLimit limit) {
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, Snapshot::take(pool_));
  TENON_RETURN_IF_ERROR(check_not_pruned(snapshot.extent(), after));
  const std::vector<OffsetList> lists = lists_of(interest, shape);
  MergedLists merged(lists.size(), after);
  auto read = offset_reader(*snapshot, kReadPostings, lists, up_to);
  TransactionPage page;
  page.next_after = after;
  std::uint64_t bytes = 0;
  for (std::uint64_t passed_over = 0; passed_over < kPassedOver;) {
    const std::uint64_t given = page.transactions.size();
    if (given > 0 && (given >= limit.items || bytes >= limit.bytes)) {
      page.more = true;
      return page;
    }
    TENON_ASSIGN_OR_RETURN(const auto offset,
                           merged.next(limit.items > given ? limit.items - given : 1, read));
    if (!offset) {
      page.next_after = std::max(after, up_to);
      return page;
    }
    TENON_ASSIGN_OR_RETURN(auto transaction, load_transaction(*snapshot, names_, *offset));
    if (!transaction)
      return data_loss("the database is damaged: a list names a transaction at offset " +
                       std::to_string(*offset) + ", which is not there");
    page.next_after = *offset;
    if (!is_visible(*transaction, interest, shape)) {
      ++passed_over;
      continue;
    }
    bytes += transaction->bytes;
    page.transactions.push_back(std::move(transaction));
  }
  page.more = true;
  return page;
}

Result<CompletionPage> Reading::completions(const std::string& application_id,
                                            const std::vector<std::string>& parties,
                                            std::uint64_t after, std::uint64_t up_to,
                                            PageLimit limit) {
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, Snapshot::take(pool_));
  TENON_RETURN_IF_ERROR(check_not_pruned(snapshot.extent(), after));
  std::vector<OffsetList> lists;
  if (const auto application = names_.find(application_id)) {
    for (const std::string& party : parties) {
      if (const auto id = names_.find(party))
        lists.push_back({*application, *id});
    }
  }
  MergedLists merged(lists.size(), after);
  auto read = offset_reader(*snapshot, kReadCompletions, lists, up_to);
  CompletionPage page;
  page.next_after = after;
  std::uint64_t bytes = 0;
  for (;;) {
    const std::uint64_t given = page.completions.size();
    if (given > 0 && (given >= limit.items || bytes >= limit.bytes)) {
      page.more = true;
      return page;
    }
    TENON_ASSIGN_OR_RETURN(const auto offset,
                           merged.next(limit.items > given ? limit.items - given : 1, read));
    if (!offset) {
      page.next_after = std::max(after, up_to);
      return page;
    }
    TENON_ASSIGN_OR_RETURN(auto completion, load_completion(*snapshot, *offset));
    if (!completion)
      return data_loss("the database is damaged: a list names a completion at offset " +
                       std::to_string(*offset) + ", which is not there");
    page.next_after = *offset;
    bytes += completion->message.size() + completion->context.ByteSizeLong();
    page.completions.push_back(std::move(completion));
  }
}

Result<std::shared_ptr<const IndexedTransaction>>
Reading::transaction(std::string_view transaction_id) {
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, Snapshot::take(pool_));
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         (*snapshot).statement("SELECT offset FROM transactions WHERE id = ?"));
  std::uint64_t offset = 0;
  {
    sqlite::Rows rows = find->run(Blob{transaction_id});
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there || rows.number(0) <= snapshot.extent().pruned_up_to)
      return std::shared_ptr<const IndexedTransaction>();
    offset = rows.number(0);
  }
  return load_transaction(*snapshot, names_, offset);
}

Result<std::optional<std::uint64_t>> Reading::record_time_us_of(std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, Snapshot::take(pool_));
  const Extent& extent = snapshot.extent();
  if (offset > extent.end || offset < extent.pruned_up_to)
    return std::optional<std::uint64_t>();
  if (offset == extent.end)
    return std::optional(extent.end_record_time_us);
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      (*snapshot).statement("SELECT record_time FROM transactions WHERE offset <= ? ORDER BY "
                            "offset DESC LIMIT 1"));
  sqlite::Rows rows = find->run(offset);
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (there)
    return std::optional(rows.number(0));
  return extent.pruned_up_to == 0 ? std::optional<std::uint64_t>(0) : std::nullopt;
}

Result<std::shared_ptr<const IndexedCompletion>> Reading::completion(std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, Snapshot::take(pool_));
  if (offset <= snapshot.extent().pruned_up_to)
    return std::shared_ptr<const IndexedCompletion>();
  return load_completion(*snapshot, offset);
}

Result<ContractEvents> Reading::contract_events(std::string_view contract_id) {
  const auto id = from_hex(contract_id);
  if (!id)
    return ContractEvents();
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, Snapshot::take(pool_));
  return events_of(*snapshot, snapshot.extent(), *id);
}

Result<KeyEvents> Reading::key_events(std::string_view key_hash,
                                      const std::vector<std::string>& parties,
                                      std::optional<Position> before) {
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, Snapshot::take(pool_));
  sqlite::Connection& connection = *snapshot;
  KeyEvents found;
  TENON_ASSIGN_OR_RETURN(const std::uint64_t last,
                         before ? last_sequence_before(connection, *before)
                                : last_sequence_at(connection, snapshot.extent().end));
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT sequence FROM key_creates WHERE key_hash = ? AND sequence <= ? "
                           "ORDER BY sequence DESC LIMIT ?"));
  sqlite::Rows rows = find->run(Blob{key_hash}, last, kKeysLookedAt);
  for (std::uint64_t looked_at = 0;; ++looked_at) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there) {
      if (looked_at < kKeysLookedAt)
        found.continue_before.reset(); // that was all
      return found;
    }
    const auto arena = std::make_shared<google::protobuf::Arena>();
    TENON_ASSIGN_OR_RETURN(auto create, load_event(connection, rows.number(0), arena));
    if (!create || !is_before(*create, before))
      continue;
    const bool seen = std::any_of(parties.begin(), parties.end(), [&](const std::string& party) {
      return create->created.has_stakeholder(party);
    });
    TENON_ASSIGN_OR_RETURN(auto events,
                           events_of(connection, snapshot.extent(),
                                     create->created.event->created().contract_id()));
    if (!events.created)
      continue; // pruned
    found.continue_before = Position{create->offset, create->created.node()};
    if (!seen)
      continue;
    found.events = std::move(events);
    return found;
  }
}

Result<std::map<std::string, std::uint64_t>> Reading::metering(std::uint64_t from_us,
                                                               std::uint64_t to_us,
                                                               const std::string& application_id) {
  TENON_ASSIGN_OR_RETURN(Snapshot snapshot, Snapshot::take(pool_));
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      (*snapshot).statement("SELECT application, events FROM metering WHERE hour >= ? AND "
                            "hour < ?"));
  std::map<std::string, std::uint64_t> counts;
  sqlite::Rows rows = find->run(from_us / kHourUs, to_us / kHourUs);
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there)
      return counts;
    TENON_ASSIGN_OR_RETURN(std::string name, names_.name(rows.integer(0)));
    if (application_id.empty() || name == application_id)
      counts[std::move(name)] += rows.number(1);
  }
}

} // namespace tenon::daml_api::index
