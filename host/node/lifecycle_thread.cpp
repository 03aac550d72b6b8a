#include "node/lifecycle_thread.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tenon::host::node {

struct LifecycleThread::Worker {
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> call;
  bool busy = false;
  bool ending = false;
  std::thread thread;

  void loop() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return busy || ending; });
      if (!busy)
        return;
      std::function<void()> work = std::move(call);
      lock.unlock();
      work();
      work = nullptr;
      lock.lock();
      busy = false;
      changed.notify_all();
    }
  }

  static std::shared_ptr<Worker> start() {
    auto worker = std::make_shared<Worker>();
    worker->thread = std::thread([worker] { worker->loop(); });
    return worker;
  }
};

LifecycleThread::LifecycleThread() : worker_(Worker::start()) {}

LifecycleThread::~LifecycleThread() {
  {
    const std::lock_guard lock(worker_->mutex);
    worker_->ending = true;
  }
  worker_->changed.notify_all();
  worker_->thread.join();
}

bool LifecycleThread::run(std::function<void()> call, std::uint64_t timeout_ms) {
  std::unique_lock lock(worker_->mutex);
  worker_->call = std::move(call);
  worker_->busy = true;
  worker_->changed.notify_all();
  const auto idle = [this] { return !worker_->busy; };
  if (timeout_ms == 0) {
    worker_->changed.wait(lock, idle);
    return true;
  }
  if (worker_->changed.wait_for(lock, std::chrono::milliseconds(timeout_ms), idle))
    return true;
  worker_->ending = true; // it ends by itself, should the call ever return
  worker_->thread.detach();
  lock.unlock();
  worker_ = Worker::start();
  given_up_ += 1;
  return false;
}

} // namespace tenon::host::node
