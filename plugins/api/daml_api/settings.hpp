// What the operator decides about this API, in one value made from the configuration. Immutable;
// any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/auth/key_source.hpp"
#include "json/listener.hpp"
#include "rendering/event_renderer.hpp"
#include "rpc/settings.hpp"

namespace tenon::daml_api {

struct Settings {
  std::string engine = "daml"; // its id on the ledger
  std::string ledger_id;       // empty: the chain's, in hexadecimal
  std::string participant_id;  // empty: the node's name
  EventFormat event_format = EventFormat::k2_10;
  std::uint64_t max_deduplication_us = 1'800'000'000;
  std::uint64_t max_commands_in_flight = 16'384;
  std::uint64_t tail_bytes = 64 * 1024 * 1024; // of recent transactions, kept in memory

  bool auth_required = true;
  std::string audience;
  api::auth::KeySourceSettings keys;
  bool has_keys = false; // or only identity providers sign tokens

  rpc::ServerSettings grpc;
  std::optional<json::ListenerSettings> json; // nothing: no JSON API
};

// From the plugin's configuration section, which the host has checked against the plugin's schema;
// what a schema cannot say is checked here.
[[nodiscard]] Result<Settings> parse_settings(std::string_view config_json);

} // namespace tenon::daml_api
