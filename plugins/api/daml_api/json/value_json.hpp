// Values of contracts and results in the published JSON encoding: Int64 and Numeric as strings,
// records by the names of their fields. Values of events tell these names themselves, so no package
// is asked. Pure; any thread.
#pragma once

#include "common/json/json_text.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/daml/v1/value.pb.h"

namespace tenon::daml_api::json {

void write_value(api::JsonWriter& json, const daml::v1::Value& value);

// A value as it stands in an event. A fault for what is none.
[[nodiscard]] Result<daml::v1::Value> parse_value(BytesView engine_value);
[[nodiscard]] Status write_value(api::JsonWriter& json, BytesView engine_value);

} // namespace tenon::daml_api::json
