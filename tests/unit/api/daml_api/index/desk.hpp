// An index of a scripted ledger in a folder of the test's own, with what tests ask again and again.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "index/ledger_index.hpp"
#include "index/pruning_record.hpp"
#include "script_ledger.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::daml_api::index::test {

inline constexpr std::uint64_t kForever = UINT64_MAX;

// Keeps in memory what the participant's database would.
struct MemoryRecord final : PruningRecord {
  Result<PrunedOffsets> read() override { return pruned; }
  Status write(const PrunedOffsets& now) override {
    if (refusal.ok())
      pruned = now;
    return refusal;
  }
  PrunedOffsets pruned;
  Status refusal; // of writes
};

class Desk {
public:
  Desk();
  ~Desk();

  // Opens the index; again after close() or copy().
  Status open(StateSource* state = nullptr);
  void open_and_catch_up();
  void close() { index_.reset(); }
  // Until the index has what the ledger has shown so far, or has halted.
  void catch_up(std::uint64_t offset);
  // Until the index has halted or cannot read the ledger.
  void wait_for_trouble();
  // What a process that dies now leaves: the files as they are.
  void copy_files(const std::filesystem::path& to) const;

  [[nodiscard]] LedgerIndex& index() { return *index_; }
  [[nodiscard]] std::vector<std::string> log();
  [[nodiscard]] bool logged(const std::string& text);

  // All pages of one question, each of `items` at most.
  [[nodiscard]] std::vector<std::uint64_t> offsets(const Interest& interest, Shape shape,
                                                   std::uint64_t after, std::uint64_t up_to,
                                                   std::uint64_t items);
  [[nodiscard]] std::vector<std::uint64_t> completion_offsets(const std::string& application,
                                                              const Parties& parties,
                                                              std::uint64_t after,
                                                              std::uint64_t up_to,
                                                              std::uint64_t items);
  // Contract ids in lower hex, in the order given.
  [[nodiscard]] std::vector<std::string> active(const Interest& interest, std::uint64_t at,
                                                std::uint64_t items);
  // Until nothing of what was pruned takes room.
  void wait_until_freed();
  [[nodiscard]] std::int64_t rows(const std::string& table) const;

  testkit::TemporaryFolder folder;
  ScriptLedger ledger;
  IndexSettings settings;
  MemoryRecord record;

private:
  std::mutex log_mutex_;
  std::vector<std::string> log_;
  std::unique_ptr<LedgerIndex> index_;
};

// Of each party everything.
[[nodiscard]] Interest all_of(const Parties& parties);
[[nodiscard]] Interest some_of(const std::string& party, Interest::Templates templates);

} // namespace tenon::daml_api::index::test
