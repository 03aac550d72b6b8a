// Keeps one sentence from filling the log when strangers can cause it: one of each kind per period,
// and the next one says how many were left out. Owned by the network; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tenon::host::network {

class LogLimiter {
public:
  explicit LogLimiter(std::uint64_t period_us) : period_us_(period_us) {}

  // How many of the kind were left out since the last; nothing: leave this one out. Kinds come
  // from a bounded set.
  [[nodiscard]] std::optional<std::uint64_t> admit(const std::string& kind, std::uint64_t now_us) {
    const auto [found, is_new] = kinds_.try_emplace(kind);
    Kind& seen = found->second;
    if (!is_new && now_us < seen.last_us + period_us_) {
      ++seen.left_out;
      return std::nullopt;
    }
    seen.last_us = now_us;
    const std::uint64_t left_out = seen.left_out;
    seen.left_out = 0;
    return left_out;
  }

private:
  struct Kind {
    std::uint64_t last_us = 0;
    std::uint64_t left_out = 0;
  };
  std::uint64_t period_us_;
  std::map<std::string, Kind> kinds_;
};

} // namespace tenon::host::network
