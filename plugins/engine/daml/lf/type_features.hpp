// What a version must have for a built-in type to stand in its packages: one table for all who read
// types, from archives or from texts. Pure; any thread.
#pragma once

#include <optional>

#include "lf/types.hpp"
#include "lf/version.hpp"

namespace tenon::daml::lf {

// Nothing for a type that every version has.
[[nodiscard]] std::optional<Feature> feature_of(BuiltinType type);

} // namespace tenon::daml::lf
