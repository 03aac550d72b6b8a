#include "network/send_queue.hpp"

#include <utility>

namespace tenon::host::network {

namespace {

// An empty frame takes memory too.
constexpr std::size_t kItemBytes = 64;

std::size_t bytes_of(const SendQueue::Item& item) {
  return kItemBytes + item.frame->size();
}

} // namespace

SendQueue::Push SendQueue::push(Item item) {
  const std::lock_guard lock(mutex_);
  if (!open_)
    return Push::kClosed;
  const std::size_t added = bytes_of(item);
  if (added > limit_bytes_ - bytes_)
    return Push::kFull;
  bytes_ += added;
  items_.push_back(std::move(item));
  return std::exchange(idle_, false) ? Push::kTakenWake : Push::kTaken;
}

std::optional<SendQueue::Item> SendQueue::pop() {
  const std::lock_guard lock(mutex_);
  if (items_.empty()) {
    idle_ = true;
    return std::nullopt;
  }
  Item item = std::move(items_.front());
  items_.pop_front();
  bytes_ -= bytes_of(item);
  return item;
}

void SendQueue::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  idle_ = true;
}

void SendQueue::close() {
  std::deque<Item> dropped; // freed without the lock
  const std::lock_guard lock(mutex_);
  open_ = false;
  dropped.swap(items_);
  bytes_ = 0;
}

std::size_t SendQueue::queued_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

} // namespace tenon::host::network
