#include "rpc/worker_pool.hpp"

#include <pthread.h>
#include <utility>

namespace tenon::daml_api::rpc {

void WorkerPool::start(std::size_t threads) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = false;
  }
  for (std::size_t at = 0; at < threads; ++at) {
    threads_.emplace_back([this] { run(); });
    pthread_setname_np(threads_.back().native_handle(), "daml-api-worker");
  }
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_)
    thread.join();
  threads_.clear();
}

bool WorkerPool::admit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || admitted_.size() >= max_waiting_)
      return false;
    admitted_.push_back(std::move(task));
  }
  ready_.notify_one();
  return true;
}

bool WorkerPool::resume(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_)
      return false;
    resumed_.push_back(std::move(task));
  }
  ready_.notify_one();
  return true;
}

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return admitted_.size() + resumed_.size();
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ready_.wait(lock, [this] { return stopping_ || !resumed_.empty() || !admitted_.empty(); });
    if (resumed_.empty() && admitted_.empty())
      return;
    std::deque<Task>& queue = resumed_.empty() ? admitted_ : resumed_;
    Task task = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    task();
    task = nullptr; // whatever it holds goes outside the lock
    lock.lock();
  }
}

} // namespace tenon::daml_api::rpc
