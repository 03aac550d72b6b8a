// What one interpretation may use, and how much it has used. The same on every replica, whatever
// else runs and whatever is cached: counted are instructions and bytes that the program asked for,
// not time and not what the process holds. Owned by one machine; one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace tenon::daml::interpreter {

// The values decide which transactions are refused, so they are part of the engine's fingerprint.
struct Budget {
  std::uint64_t steps = 500'000'000;
  std::uint64_t memory_bytes = std::uint64_t{1} << 30;
};

// Words and frames of the stack. Fixed, not part of the budget: where the stack ends must not
// depend on what was evaluated before.
inline constexpr std::uint32_t kMaxStackWords = std::uint32_t{1} << 26;
inline constexpr std::uint32_t kMaxStackFrames = std::uint32_t{1} << 22;

// Registers of one function: what its instructions can name.
inline constexpr std::uint32_t kMaxRegisters = 0x7000;

class Meter {
public:
  enum class Stop : std::uint8_t { kNone, kSteps, kMemory };

  explicit Meter(std::uint64_t steps) : steps_(bounded(steps)), budget_(steps_) {}

  // False when nothing is left, and from then on.
  [[nodiscard]] bool take_step() { return --steps_ >= 0; }
  // A step that was announced but not made.
  void give_back_step() { ++steps_; }
  // What is left; and back to it, when an instruction stops half-way to be begun again.
  [[nodiscard]] std::int64_t left() const { return steps_; }
  void restore(std::int64_t left) { steps_ = left; }
  // For work by size. False when it must not be done.
  [[nodiscard]] bool charge(std::uint64_t steps) {
    steps_ -= bounded(steps);
    return steps_ >= 0;
  }
  // The machine stops at the next instruction.
  void stop_for_memory() {
    if (stop_ == Stop::kNone) {
      stop_ = Stop::kMemory;
      kept_ = steps_;
    }
    steps_ = 0;
  }

  // Why the machine had to stop.
  [[nodiscard]] Stop stop() const {
    return stop_ == Stop::kNone && steps_ < 0 ? Stop::kSteps : stop_;
  }
  [[nodiscard]] std::uint64_t used() const {
    const std::int64_t left = stop_ == Stop::kMemory ? kept_ : steps_;
    return static_cast<std::uint64_t>(budget_ - std::max<std::int64_t>(left, 0));
  }

private:
  // Far from where subtraction would wrap.
  static std::int64_t bounded(std::uint64_t steps) {
    constexpr auto kMost = std::uint64_t{1} << 60;
    return static_cast<std::int64_t>(std::min(steps, kMost));
  }

  std::int64_t steps_;
  std::int64_t budget_;
  std::int64_t kept_ = 0;
  Stop stop_ = Stop::kNone;
};

} // namespace tenon::daml::interpreter
