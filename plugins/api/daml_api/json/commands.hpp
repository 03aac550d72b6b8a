// /v1/create, /v1/exercise and /v1/create-and-exercise: commands in JSON go to the ledger as the
// engine's own, which knows the types; what came of them is read from the index. Any thread.
#pragma once

#include "json/exchange.hpp"

namespace tenon::daml_api::json {

// `parts` outlives the answer.
void create(const Parts& parts, const ExchangePtr& exchange);
void exercise(const Parts& parts, const ExchangePtr& exchange);
void create_and_exercise(const Parts& parts, const ExchangePtr& exchange);

} // namespace tenon::daml_api::json
