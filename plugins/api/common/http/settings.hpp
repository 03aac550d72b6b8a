// What the operator decides about an HTTP server. Immutable; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "common/json/json_text.hpp"
#include "tenon/core/endpoint.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api::http {

struct ServerLimits {
  std::uint64_t header_bytes = 16 * 1024;
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
};

enum class TlsVersion { k12, k13 };

struct ServerSettings {
  std::string listen = "127.0.0.1:8080";
  std::string certificate_file; // both or neither
  std::string key_file;
  TlsVersion minimum_tls = TlsVersion::k13;
  unsigned threads = 0; // 0: as many as there are processors, at most 4
  ServerLimits limits;

  [[nodiscard]] bool tls() const { return !certificate_file.empty(); }
};

// `listen`, `threads`, `tls` and `limits` of an object of the configuration, which the host has
// checked against the plugin's schema.
void read_server(const Json& object, ServerSettings& settings);
// What a schema cannot say. `where` is put before the names of members in messages.
[[nodiscard]] Status check_server(const ServerSettings& settings, const std::string& where = {});

// Of `listen`: "127.0.0.1:8080", "[::1]:8080" or "localhost:8080".
[[nodiscard]] Result<Endpoint> parse_address(std::string_view text);

} // namespace tenon::api::http
