// Lets a plugin instance's calls into the host until its stop() has returned, and waits for those
// under way: afterwards nothing of the host is touched on its behalf and none of its tasks runs.
// Owned by the instance's services; any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace tenon::host::services {

class PluginGate {
public:
  // Held while a call is under way.
  class Pass {
  public:
    explicit Pass(PluginGate* gate) : gate_(gate) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      if (gate_ != nullptr)
        gate_->calls_.fetch_sub(1);
    }
    explicit operator bool() const { return gate_ != nullptr; }

  private:
    PluginGate* gate_;
  };

  // False in the condition: the gate is closed.
  [[nodiscard]] Pass enter() {
    if ((calls_.fetch_add(1) & kClosed) == 0)
      return Pass(this);
    calls_.fetch_sub(1);
    late_calls_.fetch_add(1);
    return Pass(nullptr);
  }

  // False: calls are still under way after the time given.
  bool close(std::uint64_t timeout_ms) {
    calls_.fetch_or(kClosed);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    while (calls_.load() != kClosed) {
      if (std::chrono::steady_clock::now() > deadline)
        return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  // Calls made after close(): the plugin breaks the rules.
  [[nodiscard]] std::uint64_t late_calls() const { return late_calls_.load(); }

private:
  // Beside the number of calls under way, in one word: entering and closing cannot miss each other.
  static constexpr std::uint64_t kClosed = std::uint64_t{1} << 63;
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> late_calls_{0};
};

} // namespace tenon::host::services
