// What an operator sets of the engine. All replicas of a network need the same: it is part of the
// engine's fingerprint. A value; any thread.
#pragma once

#include <string_view>

#include "interpreter/budget.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::engine {

struct Settings {
  // How far the times of a submission may be from the record time of its block, either way.
  std::uint64_t max_skew_us = 30'000'000;
  interpreter::Budget budget{100'000'000, std::uint64_t{256} << 20};

  // From the plugin's configuration; its JSON schema stands in plugin.json.
  static Result<Settings> parse(std::string_view json);
  [[nodiscard]] Hash fingerprint() const;
};

} // namespace tenon::daml::engine
