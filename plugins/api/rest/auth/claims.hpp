// How this API reads the claims of a token whose signature has been checked. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "auth/identity.hpp"
#include "common/json/json_text.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api::rest {

struct TokenRules {
  std::string audience;    // must be among the token's, if not empty
  std::string chain_id;    // what "aud" must name where no audience is configured
  std::uint64_t now_s = 0; // Unix time
};

// Failures are UNAUTHENTICATED with a reason in front: "TOKEN_EXPIRED: …".
[[nodiscard]] Result<Identity> identity_of(const Json& claims, const TokenRules& rules);

} // namespace tenon::api::rest
