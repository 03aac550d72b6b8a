// Finds the route of a target and checks its parameters against the table. Step 1 of a request's
// path. Pure; any thread.
#pragma once

#include <string>
#include <variant>

#include "problem.hpp"
#include "route.hpp"

namespace tenon::api::rest {

// A Call without identity and body, or why there is none. `allow` lists the methods of a 405.
struct Refused {
  Problem problem;
  std::string allow;
};
[[nodiscard]] std::variant<Call, Refused> find_route(std::string_view method,
                                                     std::string_view target);

// What a value of that kind looks like, for messages; and whether this is one.
[[nodiscard]] std::string_view expected_form(ValueKind kind);
[[nodiscard]] bool is_valid(ValueKind kind, std::string_view value);

} // namespace tenon::api::rest
