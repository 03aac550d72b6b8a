// Reads one JSON Web Token (RFC 7519, compact form) and checks its signature and its times; what
// its claims mean is for each API to say. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/auth/keys.hpp"
#include "common/json/json_text.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api::auth {

inline constexpr std::size_t kMaxTokenBytes = 8192;

// A token as it stands there, signed by anybody. Its claims may be looked at to find the keys that
// it must be signed with, and for nothing else until check_signature() has said yes.
struct Token {
  Json header; // objects, both
  Json claims;
  std::string signed_text;
  std::string signature;
};

// Failures, here and below, are UNAUTHENTICATED with a reason in front: "TOKEN_EXPIRED: …".
[[nodiscard]] Result<Token> parse_token(std::string_view text);
[[nodiscard]] Status check_signature(const Token& token, const KeySet& keys);
// Both: the claims of a token that one of the keys has signed.
[[nodiscard]] Result<Json> verify_token(std::string_view text, const KeySet& keys);

// True when a failure means that a key is missing which a newer key set may have.
[[nodiscard]] bool is_unknown_key(const Status& status);

// Whether a token without "exp" is taken: one that never ends.
enum class Expiry { kRequired, kOptional };
// When the token ends (Unix time; 0: never), if it is in force at `now_s`: by "exp" and "nbf".
[[nodiscard]] Result<std::uint64_t> check_times(const Json& claims, std::uint64_t now_s,
                                                Expiry expiry);

} // namespace tenon::api::auth
