// A port for a node of a benchmark. Any thread.
#pragma once

#include <cstdint>

#include "tenon/core/status.hpp"

namespace tenon::bench {

// On 127.0.0.1; nobody listens on it right now.
[[nodiscard]] Result<std::uint16_t> free_port();

} // namespace tenon::bench
