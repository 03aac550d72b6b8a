// The index's database file: its tables, where it stands, and the connections that read it. What is
// damaged or of another format is set aside and made anew from the ledger.
//
// Events are numbered in the order of the ledger. A contract's create stands in `events` for as
// long as the contract is active, also when its transaction was pruned.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "index/ledger_index.hpp"
#include "index/sqlite.hpp"

namespace tenon::daml_api::index {

// Lists of offsets in `postings`; others are templates' name ids.
inline constexpr std::int64_t kAnyTemplate = 0; // flat
inline constexpr std::int64_t kAllEvents = -1;  // tree

// The one row of table `state`.
struct StateRow {
  Extent extent;
  std::uint64_t followed_to = 0;  // the ledger is asked for what comes after it
  std::uint64_t next_sequence = 1; // of events
};

[[nodiscard]] Result<StateRow> read_state(sqlite::Connection& connection);
Status write_state(sqlite::Connection& connection, const StateRow& state);

// The connection of the writer.
[[nodiscard]] Result<std::unique_ptr<sqlite::Connection>>
open_database(const IndexSettings& settings, const IndexLog& log);

[[nodiscard]] std::filesystem::path database_file(const IndexSettings& settings);
// Has the next start make the database anew.
void mark_damaged(const IndexSettings& settings);

// Connections that only read. Any thread.
class ReaderPool {
public:
  // A connection of the caller's own, given back when destroyed.
  class Lease {
  public:
    Lease(ReaderPool& pool, std::unique_ptr<sqlite::Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    sqlite::Connection& operator*() { return *connection_; }
    sqlite::Connection* operator->() { return connection_.get(); }

  private:
    ReaderPool* pool_;
    std::unique_ptr<sqlite::Connection> connection_;
  };

  explicit ReaderPool(const IndexSettings& settings) : settings_(settings) {}
  // Waits while all connections are in use.
  [[nodiscard]] Result<Lease> take();

private:
  const IndexSettings settings_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<sqlite::Connection>> idle_;
  std::uint64_t taken_ = 0;
};

} // namespace tenon::daml_api::index
