// Structured logging as the host's parts see it. Owned by the node; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "tenon/plugin/host.hpp"

namespace tenon::host {

class Log {
public:
  virtual ~Log() = default;
  // `fields_json` is a JSON object or empty.
  virtual void write(plugin::LogLevel level, std::string_view component, std::string_view message,
                     std::string_view fields_json = {}) = 0;
  [[nodiscard]] virtual plugin::LogLevel lowest_level() const = 0;
};

} // namespace tenon::host
