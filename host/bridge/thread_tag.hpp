// The exclusive thread tags of the ABI headers, [main], [sequencer] and [committer], as assertions:
// of the functions of one plugin instance that carry the same one, no two run at the same time.
// Which thread it is says nothing, for strands move between workers. Asserted in debug builds,
// where TENON_ASSERT_THREADS is defined, and free in the others. Owned by the clients beside it;
// any thread.
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace tenon::host::bridge {

#ifdef TENON_ASSERT_THREADS
inline constexpr bool kThreadTagsAsserted = true;
#else
inline constexpr bool kThreadTagsAsserted = false;
#endif

// One tag of one plugin instance.
class ThreadTag {
public:
  // Names, here and below, are literals.
  explicit ThreadTag(const char* name) : name_(name) {}

  // Null: `function` has been entered, and leave() follows. Otherwise the one that runs already.
  [[nodiscard]] const char* enter(const char* function) {
    const char* running = nullptr;
    running_.compare_exchange_strong(running, function, std::memory_order_relaxed);
    return running;
  }
  void leave() { running_.store(nullptr, std::memory_order_relaxed); }
  [[nodiscard]] const char* name() const { return name_; }

private:
  const char* name_;
  // Relaxed: whoever may follow a call is ordered after it by other means, and an order made here
  // would hide from ThreadSanitizer that those are missing.
  std::atomic<const char*> running_{nullptr};
};

// Held for the length of a call.
class ThreadTagScope {
public:
  ThreadTagScope(ThreadTag& tag, const char* function) : tag_(tag) {
    if constexpr (kThreadTagsAsserted) {
      if (const char* const running = tag_.enter(function); running != nullptr) {
        std::fprintf(stderr,
                     "tenon: %s() was called while %s() of the same plugin instance runs; both are "
                     "tagged [%s], one at a time\n",
                     function, running, tag_.name());
        std::abort();
      }
    }
  }
  ThreadTagScope(const ThreadTagScope&) = delete;
  ThreadTagScope& operator=(const ThreadTagScope&) = delete;
  ~ThreadTagScope() {
    if constexpr (kThreadTagsAsserted)
      tag_.leave();
  }

private:
  ThreadTag& tag_;
};

} // namespace tenon::host::bridge
