// Where work runs. The node owns a thread pool; tests and the simulator run tasks by hand, in an
// order they choose. Any thread.
#pragma once

#include <cstdint>
#include <functional>

#include "tenon/core/status.hpp"

namespace tenon::host {

using Task = std::function<void()>;

class Executor {
public:
  virtual ~Executor() = default;
  // Runs the task soon, on some worker. Never refuses: bounds are kept by those who post.
  virtual void post(Task task) = 0;
  // Runs the task after the delay; the result names it for cancel().
  virtual std::uint64_t after(std::uint64_t delay_ms, Task task) = 0;
  // True: it will not run.
  virtual bool cancel(std::uint64_t timer) = 0;
};

// Runs its tasks one at a time, in order, on an executor's workers.
class Strand {
public:
  virtual ~Strand() = default;
  virtual void post(Task task) = 0;
};

} // namespace tenon::host
