#include "bft/shell/log_writer.hpp"

namespace tenon::consensus::bft {

LogWriter::LogWriter(plugin::Host host, VoteLog log, Written written)
    : host_(host), log_(std::move(log)), written_(std::move(written)) {}

void LogWriter::add(Item item) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(item));
    if (posted_ || stopped_)
      return;
    posted_ = true;
  }
  if (!host_.post([self = shared_from_this()] { self->run(); }).ok())
    run(); // the executor's queue is full: this thread does it
}

void LogWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  const std::lock_guard lock(writing_);
}

void LogWriter::run() {
  for (;;) {
    const std::lock_guard writing(writing_);
    std::vector<Item> waiting;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || waiting_.empty()) {
        posted_ = false;
        return;
      }
      waiting.swap(waiting_);
    }
    const std::uint64_t sequence =
        std::visit([](const auto& item) { return item.sequence; }, waiting.back());
    const Status status = write_all(waiting);
    if (!status.ok()) {
      // What the file holds is not known: nothing is written any more.
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    written_(status.ok() ? Result<std::uint64_t>(sequence) : Result<std::uint64_t>(status));
  }
}

Status LogWriter::write_all(std::vector<Item>& waiting) {
  std::vector<Bytes> records;
  for (auto& item : waiting) {
    if (auto* const persist = std::get_if<Persist>(&item)) {
      records.push_back(std::move(persist->record));
    } else {
      // It replaces what came before it, written or not.
      records.clear();
      TENON_RETURN_IF_ERROR(log_.rewrite(std::get<RewriteLog>(item).records));
    }
  }
  if (records.empty())
    return {};
  TENON_RETURN_IF_ERROR(log_.append(records));
  return log_.sync();
}

} // namespace tenon::consensus::bft
