// What the operator decides about this API, in one value made from the configuration. Immutable;
// any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/auth/key_source.hpp"
#include "common/http/settings.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api::rest {

// Beyond those of the server.
struct Limits {
  std::uint64_t target_bytes = 4 * 1024;
  std::uint64_t json_body_bytes = 1024 * 1024;
  std::uint64_t module_bytes = 16 * 1024 * 1024;
  std::uint64_t package_bytes = 4 * 1024 * 1024;
  std::uint64_t page_items = 1000; // most items of one page
  std::uint64_t stream_batch_bytes = 256 * 1024;
};

struct Settings {
  http::ServerSettings server;
  std::string contract_engine = "wasm";
  std::string audience;
  auth::KeySourceSettings keys;
  Limits limits;
};

inline constexpr std::uint64_t kDefaultPageItems = 50;

// From the plugin's configuration section, which the host has checked against the plugin's schema;
// what a schema cannot say is checked here.
[[nodiscard]] Result<Settings> parse_settings(std::string_view config_json);

} // namespace tenon::api::rest
