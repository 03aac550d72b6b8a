#include "services/index_waiter.hpp"

#include <optional>
#include <utility>

#include "services/service_parts.hpp"

namespace tenon::daml_api {

namespace {

Failure stopped() {
  return Failure(codes::kServerIsShuttingDown,
                 "this node stops before it can tell what the command did; ask another, or later");
}

} // namespace

IndexWaiter::IndexWaiter(index::LedgerIndex& index) : index_(index) {
  subscription_ = index_.subscribe([this] {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    wake_.notify_one();
  });
  thread_ = std::thread([this] { run(); });
}

IndexWaiter::~IndexWaiter() {
  stop();
}

void IndexWaiter::stop() {
  subscription_.reset();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable())
    thread_.join();
  const Waiting left = std::exchange(waiting_, {});
  for (const auto& [offset, reached] : left)
    reached(stopped());
}

void IndexWaiter::when_reached(std::uint64_t offset, Reached reached) {
  std::optional<Failure> refusal;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refusal = stopped();
    } else if (waiting_.size() >= kMaxWaiting) {
      refusal = Failure(codes::kRequestTimeOut,
                        "the ledger accepted the command, but the index of this node is too far "
                        "behind to tell what it did; read its completion later");
    } else {
      waiting_.emplace(offset, std::move(reached));
      woken_ = true;
      wake_.notify_one();
      return;
    }
  }
  reached(*std::move(refusal));
}

void IndexWaiter::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait(lock, [this] { return woken_ || stopping_; });
    woken_ = false;
    lock.unlock();
    // Without the lock, which the index takes when it tells that it has moved.
    const std::uint64_t end = index_.extent().end;
    const Outcome halted = index_halted(index_);
    lock.lock();
    std::vector<Reached> ready = take(waiting_.upper_bound(end));
    std::vector<Reached> hopeless;
    if (!halted.ok())
      hopeless = take(waiting_.end());
    lock.unlock();
    for (const Reached& reached : ready)
      reached(Outcome());
    for (const Reached& reached : hopeless)
      reached(halted);
    ready.clear();
    hopeless.clear();
    lock.lock();
  }
}

std::vector<IndexWaiter::Reached> IndexWaiter::take(Waiting::const_iterator end) {
  std::vector<Reached> taken;
  for (auto entry = waiting_.begin(); entry != end; entry = waiting_.erase(entry))
    taken.push_back(std::move(entry->second));
  return taken;
}

} // namespace tenon::daml_api
