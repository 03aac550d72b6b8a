// What the operator decides about this API, in one value made from the configuration. Immutable;
// any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/key_source.hpp"
#include "tenon/core/endpoint.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api::rest {

struct Limits {
  std::uint64_t header_bytes = 16 * 1024;
  std::uint64_t target_bytes = 4 * 1024;
  std::uint64_t json_body_bytes = 1024 * 1024;
  std::uint64_t module_bytes = 16 * 1024 * 1024;
  std::uint64_t package_bytes = 4 * 1024 * 1024;
  std::uint64_t connections = 1024;
  std::uint64_t streams = 256;
  std::uint64_t header_timeout_ms =
      10'000; // from the first byte of a request to the end of its head
  std::uint64_t body_timeout_ms = 60'000;
  std::uint64_t idle_timeout_ms = 75'000;     // between requests
  std::uint64_t response_timeout_ms = 65'000; // until the ledger has answered
  std::uint64_t write_timeout_ms = 30'000;
  std::uint64_t stream_ping_ms = 15'000;
  std::uint64_t stream_stall_ms = 5'000;  // a frame not taken for so long: the reader is slow
  std::uint64_t stream_grace_ms = 20'000; // time a slow reader has to hear that it was
  std::uint64_t page_items = 1000;        // most items of one page
  std::uint64_t stream_batch_bytes = 256 * 1024;
};

struct Settings {
  std::string listen = "127.0.0.1:8080";
  std::string certificate_file; // both or neither
  std::string key_file;
  std::string contract_engine = "wasm";
  std::string audience;
  unsigned threads = 0; // 0: as many as there are processors, at most 4
  KeySourceSettings keys;
  Limits limits;

  [[nodiscard]] bool tls() const { return !certificate_file.empty(); }
};

inline constexpr std::uint64_t kDefaultPageItems = 50;

// From the plugin's configuration section, which the host has checked against the plugin's schema;
// what a schema cannot say is checked here.
[[nodiscard]] Result<Settings> parse_settings(std::string_view config_json);

// Of `listen`: "127.0.0.1:8080", "[::1]:8080" or "localhost:8080".
[[nodiscard]] Result<Endpoint> parse_address(std::string_view text);

} // namespace tenon::api::rest
