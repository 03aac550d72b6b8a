#include "index/follower.hpp"

#include <algorithm>
#include <chrono>

namespace tenon::daml_api::index {

namespace {

constexpr std::uint64_t kFreedAtOnce = 200;
constexpr std::chrono::seconds kRetry{1};

bool is_pruned_history(const Status& status) {
  return status.code() == Code::kOutOfRange &&
         status.message().find("HISTORY_PRUNED") != std::string::npos;
}

} // namespace

Follower::Follower(Parts parts, std::unique_ptr<Writer> writer)
    : parts_(std::move(parts)), writer_(std::move(writer)) {}

Follower::~Follower() {
  watch_.reset();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

Status Follower::start() {
  auto watch = parts_.ledger.watch([this](std::uint64_t) {
    {
      const std::lock_guard lock(mutex_);
      awake_ = true;
    }
    wake_.notify_all();
  });
  if (!watch.ok())
    return watch.status().with_context("the index of the Ledger API cannot follow the ledger");
  watch_ = std::move(*watch);
  thread_ = std::thread([this] { run(); });
  return {};
}

Status Follower::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

bool Follower::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_ || halted_;
}

void Follower::set_health(Status health) {
  {
    const std::lock_guard lock(mutex_);
    if (halted_ || (health_.code() == health.code() && health_.message() == health.message()))
      return;
    health_ = health;
  }
  parts_.log(!health.ok(), health.ok() ? "the index follows the ledger again" : health.message());
}

void Follower::halt(const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    if (halted_)
      return;
    halted_ = true;
    health_ = Status::make_fault(
        why.code() == Code::kUnavailable ? Code::kFailedPrecondition : why.code(),
        "INDEX_HALTED: " + why.message() + "; set it right and start the node again");
  }
  if (why.code() == Code::kDataLoss)
    mark_damaged(parts_.settings);
  parts_.log(true, health().message());
  wake_.notify_all();
  parts_.subscribers.call();
}

void Follower::wait_for_work() {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return awake_ || stopping_; };
  if (health_.ok())
    wake_.wait(lock, ready);
  else
    wake_.wait_for(lock, kRetry, ready); // the ledger could not be read: try again
  awake_ = false;
}

void Follower::run() {
  while (!stopping()) {
    wait_for_work();
    if (const Status status = work(); !status.ok())
      halt(status);
  }
}

Status Follower::work() {
  bool following = true;
  bool freeing = true;
  while ((following || freeing) && !stopping()) {
    TENON_ASSIGN_OR_RETURN(following, follow_one_page());
    const std::lock_guard lock(writer_mutex_);
    if (freeing_) {
      TENON_ASSIGN_OR_RETURN(freeing_, writer_->free_some(kFreedAtOnce));
    }
    freeing = freeing_;
  }
  return {};
}

Result<bool> Follower::follow_one_page() {
  tenon::v1::TransactionsRequest request;
  request.set_all(true);
  request.set_limit(parts_.settings.page_transactions);
  request.set_max_bytes(parts_.settings.page_bytes);
  {
    const std::lock_guard lock(writer_mutex_);
    request.set_after_offset(writer_->state().followed_to);
  }
  const auto page = parts_.ledger.transactions(request);
  if (!page.ok() && is_pruned_history(page.status())) {
    TENON_RETURN_IF_ERROR(begin_anew(page.status()));
    return true;
  }
  if (!page.ok()) {
    set_health(Status(Code::kUnavailable,
                      "LEDGER_NOT_READABLE: the ledger cannot be read for the index: " +
                          page.status().message()));
    return false;
  }
  set_health({});
  {
    const std::lock_guard lock(writer_mutex_);
    // A write for nothing but empty blocks is not worth it each time.
    constexpr std::uint64_t kEmptyBlocks = std::uint64_t{256} << 24;
    if (page->transactions().empty() &&
        page->next_offset() < writer_->state().followed_to + kEmptyBlocks)
      return false;
    // An index that is made anew is given what was pruned once more.
    freeing_ = freeing_ || writer_->state().followed_to < writer_->state().extent.pruned_up_to;
    TENON_ASSIGN_OR_RETURN(const auto added, writer_->append(*page));
    parts_.tail.append(added, writer_->state().extent);
  }
  parts_.subscribers.call();
  return page->more();
}

Status Follower::begin_anew(const Status& missing) {
  if (parts_.state == nullptr) {
    return failed_precondition(
        "the ledger does not keep its history from where the index needs it, and the state at its "
        "beginning cannot be had: " +
        missing.message());
  }
  parts_.log(true, "the index begins anew from the ledger's state: " + missing.message());
  {
    const std::lock_guard lock(writer_mutex_);
    TENON_RETURN_IF_ERROR(writer_->begin_anew(*parts_.state));
    parts_.tail.reset(writer_->state().extent);
  }
  parts_.subscribers.call();
  return {};
}

// A failure is not one of this index's database.
Status Follower::record(const PrunedOffsets& pruned) {
  const Status written = parts_.pruning == nullptr ? ok_status() : parts_.pruning->write(pruned);
  if (written.ok())
    return {};
  return Status::make_fault(Code::kUnavailable,
                            "how far is pruned cannot be recorded: " + written.message());
}

Status Follower::prune(std::uint64_t up_to, bool all_divulged) {
  if (stopping())
    return health();
  {
    const std::lock_guard lock(writer_mutex_);
    const Extent& extent = writer_->state().extent;
    if (up_to > extent.end) {
      return out_of_range("OFFSET_OUT_OF_RANGE: up to offset " + std::to_string(up_to) +
                          " was to be pruned, but the ledger ends at offset " +
                          std::to_string(extent.end));
    }
    PrunedOffsets pruned{std::max(extent.pruned_up_to, up_to), extent.divulgence_pruned_up_to,
                         extent.divulgence_pruned_us};
    if (all_divulged && up_to > pruned.divulged_up_to) {
      pruned.divulged_up_to = up_to;
      TENON_ASSIGN_OR_RETURN(const std::int64_t until_us, writer_->ledger_time_us_at(up_to));
      pruned.divulged_until_us = std::max(pruned.divulged_until_us, until_us);
    }
    TENON_RETURN_IF_ERROR(record(pruned)); // first, so that it is never behind the index
    TENON_RETURN_IF_ERROR(writer_->set_pruned(pruned));
    parts_.tail.append({}, writer_->state().extent);
    freeing_ = true;
  }
  {
    const std::lock_guard lock(mutex_);
    awake_ = true;
  }
  wake_.notify_all();
  parts_.subscribers.call();
  return {};
}

} // namespace tenon::daml_api::index
