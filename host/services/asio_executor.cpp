#include "services/asio_executor.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>

namespace tenon::host::services {

AsioExecutor::AsioExecutor(std::size_t threads, Log& log) : log_(log), pool_(threads) {}

AsioExecutor::~AsioExecutor() {
  {
    const std::lock_guard lock(mutex_);
    timers_.clear();
  }
  pool_.join();
}

void AsioExecutor::post(Task task) {
  boost::asio::post(pool_, [this, task = std::move(task)] { run(task); });
}

std::uint64_t AsioExecutor::after(std::uint64_t delay_ms, Task task) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_timer_++;
  auto timer = std::make_unique<Timer>(Timer{
      boost::asio::steady_timer(pool_, std::chrono::milliseconds(delay_ms)), std::move(task)});
  timer->clock.async_wait([this, id](const boost::system::error_code& error) {
    if (!error)
      fire(id);
  });
  timers_.emplace(id, std::move(timer));
  return id;
}

bool AsioExecutor::cancel(std::uint64_t timer) {
  const std::lock_guard lock(mutex_);
  // Whoever takes the entry out decides: here it will not run, in fire() it does.
  return timers_.erase(timer) == 1;
}

void AsioExecutor::fire(std::uint64_t id) {
  Task task;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = timers_.find(id);
    if (entry == timers_.end())
      return;
    task = std::move(entry->second->task);
    timers_.erase(entry);
  }
  run(task);
}

void AsioExecutor::run(const Task& task) noexcept {
  try {
    task();
  } catch (const std::exception& error) {
    log_.write(plugin::LogLevel::kError, "executor",
               std::string("an exception left a task: ") + error.what());
  } catch (...) {
    log_.write(plugin::LogLevel::kError, "executor", "an exception left a task");
  }
}

} // namespace tenon::host::services
