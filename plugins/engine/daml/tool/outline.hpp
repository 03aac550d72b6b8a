// What a DAR says, as people read it: the main package in full, the others as a table. Pure.
#pragma once

#include <string>

#include "tool/commands.hpp"

namespace tenon::daml::tool {

// `description` is describe_dar()'s. `all`: every package in full.
std::string outline(const Json& description, bool all);

} // namespace tenon::daml::tool
