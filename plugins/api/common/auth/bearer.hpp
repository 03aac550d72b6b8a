// How a token stands in a header. Pure; any thread.
#pragma once

#include <string_view>

#include "tenon/core/status.hpp"

namespace tenon::api::auth {

// The token of "Bearer <token>", the word in any case; UNAUTHENTICATED for anything else.
[[nodiscard]] Result<std::string_view> bearer_token(std::string_view authorization);

// Without spaces and tabs around it.
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view left, std::string_view right);

} // namespace tenon::api::auth
