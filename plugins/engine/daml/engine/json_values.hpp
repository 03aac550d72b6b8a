// Values as JSON, in the encoding that Daml's JSON API publishes: records are objects, Int64 and
// Numeric strings, an optional value is null or the value itself, variants are {tag, value}, text
// maps objects, generic maps lists of pairs. Pure; any thread.
#pragma once

#include <nlohmann/json.hpp>

#include "interpreter/store.hpp"
#include "values/value.hpp"

namespace tenon::daml::engine {

// Of a value with names. Fields without a label are called _1, _2 …
[[nodiscard]] nlohmann::json value_to_json(const Value& value);
// A value of the type. INVALID_ARGUMENT tells where, what was expected and found. Numbers are
// accepted for Int64 and Numeric, lists for records, and fields that are optional may be missing.
[[nodiscard]] Result<Value> value_from_json(interpreter::PackageStore& store,
                                            const interpreter::RuntimeType& type,
                                            const nlohmann::json& json);

} // namespace tenon::daml::engine
