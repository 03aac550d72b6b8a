// What the JSON API is made of: it has no state of its own beside open streams. Owned by the plugin
// object and alive as long as requests are served; any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "auth/claims.hpp"
#include "common/ledger/ledger.hpp"
#include "engine/engine_queries.hpp"
#include "index/ledger_index.hpp"
#include "rpc/methods.hpp"
#include "services/index_waiter.hpp"
#include "submission/submitter.hpp"

namespace tenon::daml_api::json {

struct Parts {
  api::Ledger& ledger;
  index::LedgerIndex& index;
  const EngineQueries& engine;
  Submitter& submitter;
  IndexWaiter& waiter;
  const rpc::Methods& methods;
  std::string ledger_id;
  std::uint64_t max_deduplication_us = 0;
  // Who asks, by the value of a header "Authorization: Bearer …".
  std::function<Answer<std::shared_ptr<const Claims>>(std::string_view authorization)> authenticate;
  // Of an open stream: whether it may go on.
  std::function<Outcome(const Claims& claims)> still_valid;
  // Whether the node can do its work; the sentence that says why not.
  std::function<Status()> ready;
  std::function<std::uint64_t()> now_s; // Unix time
};

struct JsonLimits {
  std::uint64_t body_bytes = 4 * 1024 * 1024;
  std::uint64_t package_bytes = 64 * 1024 * 1024;
  std::uint64_t result_bytes = 256 * 1024 * 1024; // of a query
  std::uint64_t target_bytes = 4 * 1024;
  std::uint64_t heartbeat_ms = 5'000; // a stream says at least so often where it is
  std::uint64_t frame_contracts = 100; // most of one message of a stream
};

} // namespace tenon::daml_api::json
