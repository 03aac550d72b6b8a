#include "auth/jwt.hpp"

#include "json_text.hpp"

namespace tenon::api::rest {

namespace {

constexpr std::string_view kUnknownKey = "TOKEN_KEY_UNKNOWN: ";
constexpr std::size_t kMaxParties = 1000;
constexpr std::size_t kMaxPartyBytes = 255;

Status refuse(std::string message) {
  return {Code::kUnauthenticated, std::move(message)};
}

Result<Json> decode_object(std::string_view part, const char* name) {
  std::string text;
  if (!decode_base64url(part, text)) {
    return refuse(std::string("TOKEN_MALFORMED: the token's ") + name +
                  " is not base64url without padding");
  }
  auto value = parse_json(text);
  if (!value.ok() || !value->is_object()) {
    return refuse(std::string("TOKEN_MALFORMED: the token's ") + name + " is not a JSON object");
  }
  return value;
}

Status check_signature(const Json& header, std::string_view message, std::string_view signature,
                       const KeySet& keys) {
  const auto algorithm_name = header.find("alg");
  if (algorithm_name == header.end() || !algorithm_name->is_string() ||
      (*algorithm_name != "RS256" && *algorithm_name != "ES256")) {
    return refuse("TOKEN_ALGORITHM: the token is signed with " +
                  (algorithm_name == header.end() ? "no algorithm" : dump(*algorithm_name)) +
                  "; expected \"RS256\" or \"ES256\"");
  }
  if (header.contains("crit"))
    return refuse(
        "TOKEN_ALGORITHM: the token's header has critical extensions, none is known here");
  const Algorithm algorithm = *algorithm_name == "RS256" ? Algorithm::kRs256 : Algorithm::kEs256;
  const auto key_id = header.find("kid");
  const bool named = key_id != header.end() && key_id->is_string();
  bool tried = false;
  bool known = false;
  for (const VerificationKey& key : keys) {
    // A key without a name of its own may be the one that is meant.
    if (key.algorithm != algorithm || (named && !key.id.empty() && *key_id != key.id))
      continue;
    tried = true;
    known = known || !named || !key.id.empty();
    if (verify_signature(key, message, signature))
      return {};
  }
  if (known)
    return refuse("TOKEN_SIGNATURE: the token's signature is not by a key that is trusted here");
  if (tried) {
    return refuse(std::string(kUnknownKey) + "no configured key is named " + dump(*key_id) +
                  ", and the signature is by none of those without a name");
  }
  return refuse(std::string(kUnknownKey) + "no configured key is for " +
                algorithm_name->get<std::string>() +
                (named ? " and named " + dump(*key_id) : std::string()));
}

// Seconds since the epoch; fractions are allowed by RFC 7519 and rounded down.
bool numeric_date(const Json& value, std::uint64_t& out) {
  if (value.is_number_unsigned()) {
    out = value.get<std::uint64_t>();
    return true;
  }
  if (value.is_number_float() && value.get<double>() >= 0 && value.get<double>() < 1e15) {
    out = static_cast<std::uint64_t>(value.get<double>());
    return true;
  }
  return false;
}

Status check_times(const Json& claims, const TokenRules& rules, Identity& identity) {
  const auto expires = claims.find("exp");
  if (expires == claims.end() || !numeric_date(*expires, identity.expires_at_s))
    return refuse("TOKEN_CLAIMS: 'exp' must say when the token ends, in seconds since 1970");
  if (identity.expires_at_s <= rules.now_s) {
    return refuse("TOKEN_EXPIRED: the token ended " +
                  std::to_string(rules.now_s - identity.expires_at_s) + " s ago");
  }
  const auto begins = claims.find("nbf");
  std::uint64_t begins_at_s = 0;
  if (begins != claims.end() && !numeric_date(*begins, begins_at_s))
    return refuse("TOKEN_CLAIMS: 'nbf' must be a number of seconds since 1970");
  if (begins_at_s > rules.now_s) {
    return refuse("TOKEN_NOT_YET_VALID: the token begins in " +
                  std::to_string(begins_at_s - rules.now_s) + " s");
  }
  return {};
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

Status read_claims(const Json& claims, const TokenRules& rules, Identity& identity) {
  TENON_RETURN_IF_ERROR(check_times(claims, rules, identity));
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
  return read_parties(claims, "read_as", identity.read_as);
}

} // namespace

Result<Identity> verify_token(std::string_view token, const KeySet& keys, const TokenRules& rules) {
  if (token.size() > kMaxTokenBytes) {
    return refuse("TOKEN_MALFORMED: the token has " + std::to_string(token.size()) +
                  " bytes; at most " + std::to_string(kMaxTokenBytes) + " are expected");
  }
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return refuse(
        "TOKEN_MALFORMED: expected three parts with dots between: header.claims.signature");
  TENON_ASSIGN_OR_RETURN(const Json header, decode_object(token.substr(0, first), "header"));
  std::string signature;
  if (!decode_base64url(token.substr(second + 1), signature))
    return refuse("TOKEN_MALFORMED: the token's signature is not base64url without padding");
  TENON_RETURN_IF_ERROR(check_signature(header, token.substr(0, second), signature, keys));
  TENON_ASSIGN_OR_RETURN(const Json claims,
                         decode_object(token.substr(first + 1, second - first - 1), "claims"));
  Identity identity;
  TENON_RETURN_IF_ERROR(read_claims(claims, rules, identity));
  return identity;
}

bool is_unknown_key(const Status& status) {
  return status.message().starts_with(kUnknownKey);
}

} // namespace tenon::api::rest
