// The plugin's section of the node's configuration. Values only.
#pragma once

#include <string_view>

#include "bft/core/core.hpp"

namespace tenon::consensus::bft {

struct Config {
  Settings settings;
  std::size_t max_queued_bytes = 256u << 20; // of frames that wait for the core's thread
  bool allow_volatile = false;               // several validators on stores that forget
};

[[nodiscard]] Result<Config> parse_config(std::string_view json);

} // namespace tenon::consensus::bft
