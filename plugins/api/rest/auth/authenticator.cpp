#include "auth/authenticator.hpp"

#include "auth/claims.hpp"
#include "common/auth/bearer.hpp"
#include "problem.hpp"

namespace tenon::api::rest {

namespace {

constexpr std::string_view kMissing = "TOKEN_MISSING: ";

Result<std::string_view> token_of(const RequestHead& head) {
  if (!head.authorization.empty())
    return auth::bearer_token(head.authorization);
  const std::string_view offered = auth::trim(head.websocket_protocol);
  const auto comma = offered.find(',');
  if (comma != std::string_view::npos &&
      auth::equals_ignoring_case(auth::trim(offered.substr(0, comma)), "bearer"))
    return auth::trim(offered.substr(comma + 1));
  return Status(Code::kUnauthenticated,
                std::string(kMissing) +
                    "send a token in the header \"Authorization: Bearer <token>\"");
}

} // namespace

Authenticator::Authenticator(auth::KeySource& keys, std::string audience, std::string chain_id,
                             WallClock now_s)
    : audience_(std::move(audience)), chain_id_(std::move(chain_id)), now_s_(std::move(now_s)),
      verifier_(keys) {}

Result<std::shared_ptr<const Identity>> Authenticator::authenticate(const RequestHead& head) {
  TENON_ASSIGN_OR_RETURN(const std::string_view token, token_of(head));
  const std::uint64_t now_s = now_s_();
  return verifier_.verify(token, now_s, [&](const Json& claims) {
    return identity_of(claims, {audience_, chain_id_, now_s});
  });
}

Response unauthorized(const Status& status, std::string_view instance) {
  const Problem problem = problem_of(status);
  Response response = to_response(problem, instance);
  std::string challenge = "Bearer realm=\"tenon\"";
  if (!status.message().starts_with(kMissing)) {
    // A quoted string of the header grammar: what it cannot hold is left out.
    std::string description;
    for (const char c : problem.detail) {
      if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
        description += c;
    }
    challenge += ", error=\"invalid_token\", error_description=\"" + description + "\"";
  }
  response.headers.emplace_back("WWW-Authenticate", std::move(challenge));
  return response;
}

} // namespace tenon::api::rest
