// The node's worker threads and timers. Owned by the node, outlives every other part; any thread.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "ports/executor.hpp"
#include "ports/log.hpp"

namespace tenon::host::services {

class AsioExecutor final : public Executor {
public:
  // An exception that leaves a task is logged: a task has nobody else to tell.
  AsioExecutor(std::size_t threads, Log& log);
  // Timers that have not fired are dropped; tasks already posted run.
  ~AsioExecutor() override;

  void post(Task task) override;
  std::uint64_t after(std::uint64_t delay_ms, Task task) override;
  bool cancel(std::uint64_t timer) override;

private:
  struct Timer {
    boost::asio::steady_timer clock;
    Task task;
  };

  void fire(std::uint64_t id);
  void run(const Task& task) noexcept;

  Log& log_;
  std::mutex mutex_;
  std::uint64_t next_timer_ = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Timer>> timers_;
  boost::asio::thread_pool pool_; // last: its threads end before what they use
};

} // namespace tenon::host::services
