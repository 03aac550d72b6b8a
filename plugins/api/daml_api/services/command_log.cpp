#include "services/command_log.hpp"

#include <algorithm>

#include "services/timestamps.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;
namespace admin = com::daml::ledger::api::v1::admin;

std::uint64_t CommandLog::started(const lapi::Commands& commands, std::uint64_t now_us) {
  Entry entry;
  entry.bytes = commands.ByteSizeLong();
  set_timestamp(*entry.status.mutable_started(), static_cast<std::int64_t>(now_us));
  entry.status.set_state(admin::STATE_PENDING);
  entry.status.mutable_completion()->set_command_id(commands.command_id());
  entry.status.mutable_completion()->set_application_id(commands.application_id());
  entry.status.mutable_completion()->set_submission_id(commands.submission_id());
  entry.status.mutable_request_statistics()->set_request_size(
      static_cast<std::uint32_t>(entry.bytes));
  if (entry.bytes <= kMaxBytesOfOne)
    *entry.status.mutable_commands() = commands.commands();
  else
    entry.bytes = 0; // one that large is told of without what it says
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = next_++;
  entry.number = number;
  bytes_ += entry.bytes;
  entries_.push_back(std::move(entry));
  while (entries_.size() > kMaxCommands || bytes_ > kMaxBytes) {
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
  }
  return number;
}

void CommandLog::completed(std::uint64_t number, lapi::Completion completion,
                           std::uint64_t now_us) {
  const std::lock_guard lock(mutex_);
  const auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), number,
                       [](const Entry& left, std::uint64_t right) { return left.number < right; });
  if (entry == entries_.end() || entry->number != number)
    return;
  set_timestamp(*entry->status.mutable_completed(), static_cast<std::int64_t>(now_us));
  entry->status.set_state(completion.status().code() == 0 ? admin::STATE_SUCCEEDED
                                                          : admin::STATE_FAILED);
  *entry->status.mutable_completion() = std::move(completion);
}

std::vector<CommandLog::Status> CommandLog::find(const std::string& command_id_prefix,
                                                 admin::CommandState state,
                                                 std::size_t limit) const {
  std::vector<Status> found;
  const std::lock_guard lock(mutex_);
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && found.size() < limit; ++entry) {
    const bool wanted = state == admin::STATE_UNSPECIFIED || state == entry->status.state();
    if (wanted && entry->status.completion().command_id().starts_with(command_id_prefix))
      found.push_back(entry->status);
  }
  return found;
}

} // namespace tenon::daml_api
