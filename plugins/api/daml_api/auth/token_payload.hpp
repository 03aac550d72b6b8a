// What the claims of a token mean to the Ledger API. There are two kinds: custom claims, which name
// parties themselves, and the tokens of users, whose rights the participant knows. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/json/json_text.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml_api {

inline constexpr std::string_view kClaimsNamespace = "https://daml.com/ledger-api";
inline constexpr std::string_view kAudiencePrefix = "https://daml.com/jwt/aud/participant/";
inline constexpr std::string_view kLedgerApiScope = "daml_ledger_api";

struct TokenPayload {
  std::optional<std::string> user_id; // nothing: custom claims
  std::optional<std::string> ledger_id;
  std::optional<std::string> participant_id;
  std::string application_id;
  bool admin = false;
  std::set<std::string> act_as;
  std::set<std::string> read_as;
  std::uint64_t expires_at_s = 0; // Unix time; 0: never
};

// `audience`: that the token must name, if not empty; then only tokens of users are taken.
// Failures are UNAUTHENTICATED with a reason in front: "TOKEN_CLAIMS: …".
[[nodiscard]] Result<TokenPayload> read_payload(const api::Json& claims,
                                                const std::string& audience, std::uint64_t now_s);

} // namespace tenon::daml_api
