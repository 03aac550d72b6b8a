// What the services of the Ledger API are made of. Owned by the plugin object and alive as long as
// requests are served; every part may be used on any thread.
#pragma once

#include <cstdint>
#include <string>

#include "common/ledger/ledger.hpp"
#include "engine/engine_queries.hpp"
#include "errors/codes.hpp"
#include "index/ledger_index.hpp"
#include "rendering/event_renderer.hpp"
#include "rpc/methods.hpp"
#include "tenon/plugin/host.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

struct ServiceSettings {
  std::string ledger_id;
  std::string participant_id;
  std::uint64_t max_deduplication_us = 0;
  EventFormat event_format = EventFormat::k2_10;
  bool static_time = false;
  std::uint32_t page_items = 1000;
  // Of what is read at once, and of a message of a stream unless one item is larger: clients take
  // messages of up to 4 MiB unless they are told otherwise.
  std::uint64_t page_bytes = 1024 * 1024;
};

struct ServiceParts {
  api::Ledger& ledger;
  index::LedgerIndex& index;
  const EngineQueries& engine;
  const ServiceSettings& settings;
  plugin::Host host;
};

// LEDGER_ID_MISMATCH for that of another ledger; a request may leave it out.
[[nodiscard]] inline Outcome check_ledger_id(const ServiceParts& parts, std::string_view asked) {
  return match_ledger_id(parts.settings.ledger_id, asked);
}

// A failure when nothing more will ever come to the index: readers of its end wait for nothing.
[[nodiscard]] inline Outcome index_halted(const index::LedgerIndex& index) {
  const Status health = index.health();
  if (health.ok() || health.code() == Code::kUnavailable)
    return {};
  return Failure(codes::kServiceNotRunning,
                 "this node does not follow the ledger any more: " + health.message());
}

inline constexpr const char* kApi = "com.daml.ledger.api.v1.";
inline constexpr const char* kAdminApi = "com.daml.ledger.api.v1.admin.";

} // namespace tenon::daml_api
