// The threads on which handlers run and streams are pulled, because both may block. New calls wait
// in a queue of bounded length; what continues a call that was let in is never refused, and there
// is at most one such task per call. Owned by the server; any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tenon::daml_api::rpc {

class WorkerPool {
public:
  using Task = std::function<void()>;

  explicit WorkerPool(std::size_t max_waiting) : max_waiting_(max_waiting) {}
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void start(std::size_t threads);
  // Runs what was let in, then ends the threads. Not to be called on one of them.
  void stop();

  // False: too many wait already, or the pool was stopped.
  [[nodiscard]] bool admit(Task task);
  // False: the pool was stopped.
  [[nodiscard]] bool resume(Task task);

  [[nodiscard]] std::size_t waiting() const;

private:
  void run();

  const std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> resumed_; // go first: they hold what others wait for
  std::deque<Task> admitted_;
  bool stopping_ = true;
  std::vector<std::thread> threads_;
};

} // namespace tenon::daml_api::rpc
