// /v1/fetch and /v1/query: active contracts, from the index. Any thread.
#pragma once

#include <optional>

#include "json/exchange.hpp"

namespace tenon::daml_api::json {

// `parts` and `limits` outlive the answer, which comes before these return.
void fetch(const Parts& parts, const ExchangePtr& exchange);
void query(const Parts& parts, const JsonLimits& limits, const ExchangePtr& exchange);
// All contracts that the token's parties see.
void query_all(const Parts& parts, const JsonLimits& limits, const ExchangePtr& exchange);

// Nothing when it is not active, or none of the parties has a stake in it.
[[nodiscard]] Read<std::optional<index::ActiveContract>>
find_contract(index::LedgerIndex& index, const std::string& contract_id,
              const std::vector<std::string>& parties);

// The id of the contract under a key, as JSON has it; nothing when the parties see none. Asks the
// engine, which knows the type of the key.
[[nodiscard]] Read<std::optional<std::string>> find_by_key(const Parts& parts,
                                                           const std::string& template_id,
                                                           const api::Json& key,
                                                           const std::vector<std::string>& parties);

// Whose contracts are asked for: "readers", which the token must allow, else all of the token's.
class Members;
[[nodiscard]] Read<std::vector<std::string>> read_readers(const Members& members,
                                                          const Bearer& bearer);

// What everybody of the parties sees of some templates.
[[nodiscard]] index::Interest interest_in(const std::vector<std::string>& parties,
                                          const index::Interest::Templates& templates);

} // namespace tenon::daml_api::json
