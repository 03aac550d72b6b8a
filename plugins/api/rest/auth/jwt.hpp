// Reads and verifies one JSON Web Token (RFC 7519, compact form). Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/identity.hpp"
#include "auth/keys.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api::rest {

struct TokenRules {
  std::string audience;    // must be among the token's, if not empty
  std::string chain_id;    // what "aud" must name where no audience is configured
  std::uint64_t now_s = 0; // Unix time
};

inline constexpr std::size_t kMaxTokenBytes = 8192;

// Failures are UNAUTHENTICATED with a reason in front: "TOKEN_EXPIRED: …".
[[nodiscard]] Result<Identity> verify_token(std::string_view token, const KeySet& keys,
                                            const TokenRules& rules);

// True when a failure means that a key is missing which a newer key set may have.
[[nodiscard]] bool is_unknown_key(const Status& status);

} // namespace tenon::api::rest
