// Puts pages of the ledger into the database and takes pruned ones out: one SQLite transaction
// each, so that whenever the process dies the database is that of some moment. Used under the lock
// of its owner, by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "index/database.hpp"
#include "index/indexed_transaction.hpp"
#include "index/names.hpp"
#include "index/pruning_record.hpp"
#include "index/sqlite.hpp"
#include "index/state_source.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::daml_api::index {

class Writer {
public:
  Writer(std::string engine, std::unique_ptr<sqlite::Connection> connection, Names& names,
         StateRow state)
      : engine_(std::move(engine)), connection_(std::move(connection)), names_(names),
        state_(state) {}

  [[nodiscard]] const StateRow& state() const { return state_; }

  // What comes after state().followed_to. Gives the engine's transactions among it, decoded.
  [[nodiscard]] Result<std::vector<std::shared_ptr<const IndexedTransaction>>>
  append(const tenon::v1::TransactionsResponse& page);

  // Forgets everything and begins at a state whose history is not to be had.
  Status begin_anew(StateSource& source);

  // Of the last event up to and with the offset; 0 when there is none any more.
  [[nodiscard]] Result<std::int64_t> ledger_time_us_at(std::uint64_t offset);

  // From now on nobody reads what is up to there. Goes forward only; may be beyond the end while
  // the index is made anew.
  Status set_pruned(const PrunedOffsets& pruned);
  // Frees the room of some of what was pruned; false: nothing is left of it.
  [[nodiscard]] Result<bool> free_some(std::uint64_t transactions);

private:
  // One event of a transaction at its number.
  struct Place {
    std::uint64_t offset;
    std::uint32_t node;
    std::uint64_t sequence;
  };

  Status insert(const tenon::v1::LedgerTransaction& message,
                const IndexedTransaction& transaction, NewNames& names, StateRow& state);
  Status insert_event(Place place, BytesView payload, const std::vector<std::string>& witnesses,
                      NewNames& names);
  Status insert_create(Place place, const engine::Contract& contract, bool transient,
                       NewNames& names);
  Status insert_archive(Place place, const IndexedEvent& event, NewNames& names);
  Status insert_header(const tenon::v1::LedgerTransaction& message, std::uint64_t first_event);
  Status insert_postings(const IndexedTransaction& transaction, NewNames& names);
  Status insert_completion(const IndexedTransaction& transaction, NewNames& names);
  Status insert_state(StateSource& source, NewNames& names, StateRow& state);

  Status remove(std::uint64_t offset);
  Status remove_archived(std::uint64_t offset, const IndexedEvent& event);
  Status remove_postings(const IndexedTransaction& transaction);

  // A statement without result.
  template <typename... Parameters>
  Status execute(std::string_view sql, const Parameters&... parameters) {
    TENON_ASSIGN_OR_RETURN(sqlite::Statement* const statement, connection_->statement(sql));
    return statement->execute(parameters...);
  }
  [[nodiscard]] Result<NameId> known(std::string_view name) const;

  const std::string engine_;
  const std::unique_ptr<sqlite::Connection> connection_;
  Names& names_;
  StateRow state_;
};

} // namespace tenon::daml_api::index
