// The callers that wait for the outcome of a command: each is told exactly once. A command
// submitted again while it is under way joins the first submission. Step 2 puts callers in, step 10
// tells them. Owned by the pipeline; any thread. Callbacks run without a lock held, on the caller's
// thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ports/ledger_service.hpp"

namespace tenon::host::pipeline {

class CompletionTable {
public:
  using Done = LedgerService::CompletionCallback;
  enum class Join { kNew, kJoined, kOtherContent, kTooManyCallers, kFull };
  static constexpr std::size_t kMaxCallersPerCommand = 64;

  // One entry of the table: the command may have another one later, and the number is never given
  // twice.
  struct Ticket {
    Hash command;
    std::uint64_t number = 0;
  };

  explicit CompletionTable(std::size_t max_commands) : max_commands_(max_commands) {}

  // `command` is known by its deduplication key, `content` by its hash. kNew: the caller is the
  // first and goes on to submit, with the ticket of its entry; kJoined: it will be told with the
  // first; otherwise it is not taken in.
  [[nodiscard]] Join join(const Hash& command, const Hash& content, Done& done,
                          Ticket& ticket);
  // The functions that take a ticket do nothing when its entry is gone: all were told meanwhile,
  // and what stands under the command now is another caller's.
  // The first caller's command became this transaction; without an outcome by then, it is given up.
  void name(const Ticket& ticket, const Hash& transaction, std::uint64_t give_up_at_us);
  // The first caller is refused and learns it as the result of its call: the others are told. False
  // when it has been told as well.
  [[nodiscard]] bool refuse(const Ticket& ticket, const Status& why);
  void complete_command(const Ticket& ticket, const v1::Completion& completion);
  // False when nobody here waits for the transaction.
  bool complete(const Hash& transaction, const v1::Completion& completion);
  [[nodiscard]] bool awaits(const Hash& transaction) const;
  void fail_all(const Status& why);
  // Tells those whose time is over that their outcome is unknown.
  void give_up(std::uint64_t now_us);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds timeout) const;
  // The same; DEADLINE_EXCEEDED, with the number of those left, when that takes longer.
  [[nodiscard]] Status drain(std::chrono::milliseconds timeout) const;

private:
  struct Entry {
    std::uint64_t number = 0; // of its ticket
    Hash content;
    Hash transaction; // all zeros until named
    std::uint64_t give_up_at_us = UINT64_MAX;
    std::vector<Done> waiting;
  };
  using Entries = std::unordered_map<Hash, Entry, HashHasher>;

  // With the lock held. The end when the ticket's entry is gone.
  Entries::iterator find(const Ticket& ticket);
  // With the lock held. Takes the entry out.
  Entry take(Entries::iterator entry);
  // Without it. Nothing when the entry is gone.
  std::optional<Entry> take(const Ticket& ticket);
  static void tell(const std::vector<Done>& waiting, const v1::Completion& completion,
                   std::size_t first);

  std::size_t max_commands_;
  mutable std::mutex mutex_;
  mutable std::condition_variable emptied_;
  std::uint64_t tickets_ = 0;
  Entries entries_;                                     // by command
  std::unordered_map<Hash, Hash, HashHasher> commands_; // by transaction
};

} // namespace tenon::host::pipeline
