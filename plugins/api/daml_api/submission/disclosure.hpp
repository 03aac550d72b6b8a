// Contracts that a command discloses, in both forms: with arguments and metadata, and as a blob of
// a created event. Pure; any thread.
#pragma once

#include "com/daml/ledger/api/v1/commands.pb.h"
#include "errors/failure.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"

namespace tenon::daml_api {

[[nodiscard]] Answer<daml::engine::v1::DisclosedContract>
validate_disclosed(const com::daml::ledger::api::v1::DisclosedContract& contract);

} // namespace tenon::daml_api
