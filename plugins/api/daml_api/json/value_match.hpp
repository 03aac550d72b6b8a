// Compares JSON with values: the query language of contracts (nested partial records, bounds by
// %lt, %lte, %gt, %gte) and the equality of keys. What JSON means depends on the type it is held
// against; here that is told by the value. Pure; any thread.
#pragma once

#include <string>

#include "common/json/json_text.hpp"
#include "tenon/core/status.hpp"
#include "tenon/daml/v1/value.pb.h"

namespace tenon::daml_api::json {

// Whether a record is among those that the query, an object, asks for. INVALID_ARGUMENT for a query
// that no record of this type can be compared with, with the place in it.
[[nodiscard]] Result<bool> matches(const daml::v1::Value& record, const api::Json& query);

// What is wrong with a query whatever it is held against; OK for an object without such flaws.
[[nodiscard]] Status check_query(const api::Json& query);

// Whether the JSON is the encoding of the value; false too where it is that of no value.
[[nodiscard]] bool is_equal(const daml::v1::Value& value, const api::Json& json);

} // namespace tenon::daml_api::json
