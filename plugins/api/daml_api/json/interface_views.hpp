// Contracts seen through an interface, many at once. Asks the engine; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/engine_queries.hpp"
#include "index/indexed_transaction.hpp"
#include "json/answers.hpp"
#include "json/contract_json.hpp"

namespace tenon::daml_api::json {

// In the order of the contracts, creates all of them; nothing where the view could not be computed.
[[nodiscard]] Read<std::vector<std::optional<InterfaceView>>>
views_of(const EngineQueries& engine, const std::string& interface,
         const std::vector<const index::IndexedEvent*>& contracts);

} // namespace tenon::daml_api::json
