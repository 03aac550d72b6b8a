// The latest commands of this node and what became of them, for operators who look into a problem.
// Bounded, in memory only. Owned by the plugin object; any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "com/daml/ledger/api/v1/admin/command_inspection_service.pb.h"
#include "com/daml/ledger/api/v1/commands.pb.h"
#include "com/daml/ledger/api/v1/completion.pb.h"

namespace tenon::daml_api {

class CommandLog {
public:
  using Status = com::daml::ledger::api::v1::admin::GetCommandStatusResponse::CommandStatus;
  static constexpr std::size_t kMaxCommands = 1000;
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024; // of the commands themselves
  static constexpr std::size_t kMaxBytesOfOne = 256 * 1024;

  // The number by which completed() knows it.
  [[nodiscard]] std::uint64_t started(const com::daml::ledger::api::v1::Commands& commands,
                                      std::uint64_t now_us);
  // Does nothing when the command is gone already.
  void completed(std::uint64_t number, com::daml::ledger::api::v1::Completion completion,
                 std::uint64_t now_us);
  // The latest first, at most `limit`.
  [[nodiscard]] std::vector<Status>
  find(const std::string& command_id_prefix,
       com::daml::ledger::api::v1::admin::CommandState state, std::size_t limit) const;

private:
  struct Entry {
    std::uint64_t number = 0;
    std::size_t bytes = 0;
    Status status;
  };
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::size_t bytes_ = 0;
  std::deque<Entry> entries_; // by number
};

} // namespace tenon::daml_api
