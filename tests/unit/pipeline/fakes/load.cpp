#include "unit/pipeline/fakes/load.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tenon::test {

namespace {

// A counting semaphore; the library's own can lose a wake-up in gcc 12.
class Room {
public:
  explicit Room(std::size_t free) : free_(free) {}
  void acquire() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return free_ > 0; });
    --free_;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    ++free_;
    changed_.notify_one();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t free_;
};

} // namespace

LoadResult run_load(World& world, const Load& load) {
  std::atomic<std::uint64_t> committed{0};
  std::atomic<std::uint64_t> other{0};
  const auto call = [&](std::size_t caller) {
    Room room(load.in_flight_per_caller);
    const std::string party = "p" + std::to_string(caller);
    for (std::size_t i = 0; i < load.commands_per_caller; ++i) {
      room.acquire();
      v1::Submission submission =
          World::submission(party + "-" + std::to_string(i), {party}, "mint " + party + " 1");
      submission.set_mode(load.mode);
      const Status status =
          world.pipeline().submit(submission, [&](const v1::Completion& completion) {
            ++(completion.code() == 0 ? committed : other);
            room.release();
          });
      if (!status.ok()) {
        ++other;
        room.release();
      }
    }
    for (std::size_t i = 0; i < load.in_flight_per_caller; ++i)
      room.acquire();
  };
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < load.callers; ++i)
    callers.emplace_back(call, i);
  for (std::thread& caller : callers)
    caller.join();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return {committed, other, seconds.count()};
}

} // namespace tenon::test
