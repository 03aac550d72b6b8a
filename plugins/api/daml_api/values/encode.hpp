// From the values of requests to those of the engine, with every check that needs no package: what
// is missing, names, numbers, bounds of times, how deep they are nested. Pure; any thread.
#pragma once

#include "com/daml/ledger/api/v1/value.pb.h"
#include "errors/failure.hpp"
#include "tenon/daml/v1/value.pb.h"

namespace tenon::daml_api {

// A value may be nested in this many others.
inline constexpr int kMaxValueNesting = 100;

[[nodiscard]] Answer<daml::v1::Value>
encode_value(const com::daml::ledger::api::v1::Value& value);
// Arguments of contracts, which are records and stand in requests as such.
[[nodiscard]] Answer<daml::v1::Value>
encode_record(const com::daml::ledger::api::v1::Record& record);

} // namespace tenon::daml_api
