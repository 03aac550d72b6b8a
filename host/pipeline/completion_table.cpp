#include "pipeline/completion_table.hpp"

#include "pipeline/outcome.hpp"

namespace tenon::host::pipeline {

CompletionTable::Join CompletionTable::join(const Hash& command, const Hash& content, Done& done,
                                            Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(command);
  if (found != entries_.end()) {
    if (found->second.content != content)
      return Join::kOtherContent;
    if (found->second.waiting.size() >= kMaxCallersPerCommand)
      return Join::kTooManyCallers;
    found->second.waiting.push_back(std::move(done));
    return Join::kJoined;
  }
  if (entries_.size() >= max_commands_)
    return Join::kFull;
  Entry& entry = entries_[command];
  ticket = {command, ++tickets_};
  entry.number = ticket.number;
  entry.content = content;
  entry.waiting.push_back(std::move(done));
  return Join::kNew;
}

CompletionTable::Entries::iterator CompletionTable::find(const Ticket& ticket) {
  const auto found = entries_.find(ticket.command);
  return found != entries_.end() && found->second.number == ticket.number ? found : entries_.end();
}

void CompletionTable::name(const Ticket& ticket, const Hash& transaction,
                           std::uint64_t give_up_at_us) {
  const std::lock_guard lock(mutex_);
  const auto found = find(ticket);
  if (found == entries_.end())
    return; // failed meanwhile, with all others
  found->second.transaction = transaction;
  found->second.give_up_at_us = give_up_at_us;
  commands_.emplace(transaction, ticket.command);
}

CompletionTable::Entry CompletionTable::take(Entries::iterator entry) {
  Entry taken = std::move(entry->second);
  commands_.erase(taken.transaction);
  entries_.erase(entry);
  if (entries_.empty())
    emptied_.notify_all();
  return taken;
}

void CompletionTable::tell(const std::vector<Done>& waiting, const v1::Completion& completion,
                           std::size_t first) {
  for (std::size_t i = first; i < waiting.size(); ++i) {
    if (i == 0) {
      waiting[i](completion);
    } else {
      v1::Completion repeated = completion;
      repeated.set_duplicate(true);
      waiting[i](repeated);
    }
  }
}

std::optional<CompletionTable::Entry> CompletionTable::take(const Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  const auto found = find(ticket);
  if (found == entries_.end())
    return std::nullopt;
  return take(found);
}

bool CompletionTable::refuse(const Ticket& ticket, const Status& why) {
  const auto entry = take(ticket);
  if (entry)
    tell(entry->waiting, failed_completion(why), 1);
  return entry.has_value();
}

void CompletionTable::complete_command(const Ticket& ticket, const v1::Completion& completion) {
  if (const auto entry = take(ticket))
    tell(entry->waiting, completion, 0);
}

bool CompletionTable::complete(const Hash& transaction, const v1::Completion& completion) {
  Entry entry;
  {
    const std::lock_guard lock(mutex_);
    const auto command = commands_.find(transaction);
    if (command == commands_.end())
      return false;
    entry = take(entries_.find(command->second));
  }
  tell(entry.waiting, completion, 0);
  return true;
}

bool CompletionTable::awaits(const Hash& transaction) const {
  const std::lock_guard lock(mutex_);
  return commands_.contains(transaction);
}

void CompletionTable::fail_all(const Status& why) {
  Entries all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(entries_);
    commands_.clear();
    emptied_.notify_all();
  }
  const v1::Completion completion = failed_completion(why);
  for (const auto& [command, entry] : all)
    tell(entry.waiting, completion, 0);
}

void CompletionTable::give_up(std::uint64_t now_us) {
  std::vector<Entry> late;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end();) {
      const auto next = std::next(it);
      if (it->second.give_up_at_us <= now_us)
        late.push_back(take(it));
      it = next;
    }
  }
  const v1::Completion completion = failed_completion(
      {Code::kDeadlineExceeded,
       std::string(reasons::kOutcomeUnknown) +
           ": no outcome by the deadline; submit the same command id again to learn it"});
  for (const Entry& entry : late)
    tell(entry.waiting, completion, 0);
}

std::size_t CompletionTable::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

bool CompletionTable::wait_until_empty(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, timeout, [this] { return entries_.empty(); });
}

Status CompletionTable::drain(std::chrono::milliseconds timeout) const {
  if (wait_until_empty(timeout))
    return {};
  return {Code::kDeadlineExceeded, std::to_string(size()) +
                                       " accepted commands have no outcome yet after " +
                                       std::to_string(timeout.count()) +
                                       " ms; give the node more time to drain"};
}

} // namespace tenon::host::pipeline
