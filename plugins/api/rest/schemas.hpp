// The JSON Schemas of bodies and answers, by name. They are the "components" of the OpenAPI
// document and what the tests hold every answer against. Immutable; any thread.
#pragma once

#include "common/json/json_text.hpp"
#include "route.hpp"

namespace tenon::api::rest {

// {"Execute": {…}, …}
[[nodiscard]] Json component_schemas();
// Of a path or query parameter.
[[nodiscard]] Json schema_of(ValueKind kind);

} // namespace tenon::api::rest
