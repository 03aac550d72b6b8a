#include "auth/claims.hpp"

#include "common/auth/jwt.hpp"

namespace tenon::api::rest {

namespace {

constexpr std::size_t kMaxParties = 1000;
constexpr std::size_t kMaxPartyBytes = 255;

Status refuse(std::string message) {
  return {Code::kUnauthenticated, std::move(message)};
}

Status check_audience(const Json& claims, const TokenRules& rules) {
  const auto audience = claims.find("aud");
  if (audience == claims.end() && rules.audience.empty())
    return {};
  const std::string& expected = rules.audience.empty() ? rules.chain_id : rules.audience;
  if (audience != claims.end()) {
    const Json list = audience->is_array() ? *audience : Json::array({*audience});
    for (const Json& one : list) {
      if (one.is_string() && one.get_ref<const std::string&>() == expected)
        return {};
    }
  }
  return refuse("TOKEN_AUDIENCE: the token is for " +
                (audience == claims.end() ? "nobody in particular" : dump(*audience)) +
                "; expected \"" + expected + "\"");
}

Status read_parties(const Json& claims, const char* name, std::vector<std::string>& out) {
  const auto list = claims.find(name);
  if (list == claims.end())
    return {};
  if (!list->is_array() || list->size() > kMaxParties) {
    return refuse(std::string("TOKEN_CLAIMS: '") + name + "' must be a list of at most " +
                  std::to_string(kMaxParties) + " parties");
  }
  for (const Json& party : *list) {
    if (!party.is_string() || party.get_ref<const std::string&>().empty() ||
        party.get_ref<const std::string&>().size() > kMaxPartyBytes) {
      return refuse(std::string("TOKEN_CLAIMS: '") + name +
                    "' must hold party names of 1 to 255 bytes");
    }
    out.push_back(party.get<std::string>());
  }
  return {};
}

} // namespace

Result<Identity> identity_of(const Json& claims, const TokenRules& rules) {
  Identity identity;
  TENON_ASSIGN_OR_RETURN(identity.expires_at_s,
                         auth::check_times(claims, rules.now_s, auth::Expiry::kRequired));
  TENON_RETURN_IF_ERROR(check_audience(claims, rules));
  const auto subject = claims.find("sub");
  if (subject != claims.end() && !subject->is_string())
    return refuse("TOKEN_CLAIMS: 'sub' must be a string");
  if (subject != claims.end())
    identity.subject = subject->get<std::string>();
  const auto admin = claims.find("admin");
  if (admin != claims.end() && !admin->is_boolean())
    return refuse("TOKEN_CLAIMS: 'admin' must be true or false");
  identity.admin = admin != claims.end() && admin->get<bool>();
  TENON_RETURN_IF_ERROR(read_parties(claims, "act_as", identity.act_as));
  TENON_RETURN_IF_ERROR(read_parties(claims, "read_as", identity.read_as));
  return identity;
}

} // namespace tenon::api::rest
