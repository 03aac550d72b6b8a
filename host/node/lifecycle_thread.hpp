// The thread on which plugins' [main] functions run, one at a time, watched: a plugin that hangs in
// drain() or stop() must not keep the node from ending. Owned by the node; calls from main.
#pragma once

#include <functional>
#include <memory>

namespace tenon::host::node {

class LifecycleThread {
public:
  LifecycleThread();
  LifecycleThread(const LifecycleThread&) = delete;
  LifecycleThread& operator=(const LifecycleThread&) = delete;
  ~LifecycleThread();

  // Runs the call and waits for its end. False: it took longer than `timeout_ms`; it goes on in a
  // thread that is given up, and later calls get a new one. What the call touches must therefore be
  // owned by it. Without a timeout (0) it waits for ever.
  bool run(std::function<void()> call, std::uint64_t timeout_ms);
  // Calls that were given up: their threads may still be inside a plugin.
  [[nodiscard]] std::size_t given_up() const { return given_up_; }

private:
  struct Worker;
  std::shared_ptr<Worker> worker_;
  std::size_t given_up_ = 0;
};

} // namespace tenon::host::node
