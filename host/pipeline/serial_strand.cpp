#include "pipeline/serial_strand.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "pipeline/outcome.hpp"

namespace tenon::host::pipeline {

namespace {

// After so many tasks a turn ends and queues behind the executor's other work.
constexpr int kTasksPerTurn = 16;

} // namespace

struct SerialStrand::Core : std::enable_shared_from_this<SerialStrand::Core> {
  Core(Executor& where, Failed to_tell) : executor(where), failed(std::move(to_tell)) {}

  Executor& executor;
  const Failed failed;
  std::mutex mutex;
  std::condition_variable idle;
  std::deque<Task> waiting;
  bool scheduled = false; // a turn is posted or running
  bool running = false;   // a task runs right now
  bool closed = false;

  // A replica that can neither go on nor say so has to end: neither this nor a report may throw.
  void schedule() noexcept {
    executor.post([core = shared_from_this()] { core->turn(); });
  }

  void run(const Task& task) const noexcept {
    const Status status = contained([&]() -> Status {
      task();
      return {};
    });
    if (!status.ok())
      failed(status);
  }

  // Takes the next task, or ends the turn.
  bool next(Task& task) {
    const std::lock_guard lock(mutex);
    running = false;
    if (closed || waiting.empty()) {
      scheduled = false;
      idle.notify_all();
      return false;
    }
    task = std::move(waiting.front());
    waiting.pop_front();
    running = true;
    return true;
  }

  void turn() {
    Task task;
    for (int i = 0; i < kTasksPerTurn; ++i) {
      if (!next(task))
        return;
      run(task);
      task = nullptr;
    }
    {
      const std::lock_guard lock(mutex);
      running = false;
      if (closed || waiting.empty()) {
        scheduled = false;
        idle.notify_all();
        return;
      }
    }
    schedule();
  }
};

SerialStrand::SerialStrand(Executor& executor, Failed failed)
    : core_(std::make_shared<Core>(executor, std::move(failed))) {}

SerialStrand::~SerialStrand() {
  close();
}

void SerialStrand::post(Task task) {
  bool start = false;
  bool run_here = false;
  {
    const std::lock_guard lock(core_->mutex);
    run_here = core_->closed;
    if (!run_here) {
      core_->waiting.push_back(std::move(task));
      start = !core_->scheduled;
      core_->scheduled = true;
    }
  }
  if (start)
    core_->schedule();
  if (run_here)
    core_->run(task);
}

void SerialStrand::close() {
  std::deque<Task> rest;
  {
    std::unique_lock lock(core_->mutex);
    core_->closed = true;
    core_->idle.wait(lock, [this] { return !core_->running; });
    rest.swap(core_->waiting);
  }
  for (const Task& task : rest)
    core_->run(task);
}

} // namespace tenon::host::pipeline
