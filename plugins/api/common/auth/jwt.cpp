#include "common/auth/jwt.hpp"

namespace tenon::api::auth {

namespace {

constexpr std::string_view kUnknownKey = "TOKEN_KEY_UNKNOWN: ";

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

} // namespace

Result<Token> parse_token(std::string_view text) {
  if (text.size() > kMaxTokenBytes) {
    return refuse("TOKEN_MALFORMED: the token has " + std::to_string(text.size()) +
                  " bytes; at most " + std::to_string(kMaxTokenBytes) + " are expected");
  }
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos)
    return refuse(
        "TOKEN_MALFORMED: expected three parts with dots between: header.claims.signature");
  Token token;
  TENON_ASSIGN_OR_RETURN(token.header, decode_object(text.substr(0, first), "header"));
  if (!decode_base64url(text.substr(second + 1), token.signature))
    return refuse("TOKEN_MALFORMED: the token's signature is not base64url without padding");
  TENON_ASSIGN_OR_RETURN(token.claims,
                         decode_object(text.substr(first + 1, second - first - 1), "claims"));
  token.signed_text = std::string(text.substr(0, second));
  return token;
}

Status check_signature(const Token& token, const KeySet& keys) {
  const Json& header = token.header;
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
    if (verify_signature(key, token.signed_text, token.signature))
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

Result<Json> verify_token(std::string_view text, const KeySet& keys) {
  TENON_ASSIGN_OR_RETURN(Token token, parse_token(text));
  TENON_RETURN_IF_ERROR(check_signature(token, keys));
  return std::move(token.claims);
}

bool is_unknown_key(const Status& status) {
  return status.message().starts_with(kUnknownKey);
}

Result<std::uint64_t> check_times(const Json& claims, std::uint64_t now_s, Expiry expiry) {
  const auto expires = claims.find("exp");
  std::uint64_t expires_at_s = 0;
  const bool ends = expires != claims.end() || expiry == Expiry::kRequired;
  if (ends && (expires == claims.end() || !numeric_date(*expires, expires_at_s)))
    return refuse("TOKEN_CLAIMS: 'exp' must say when the token ends, in seconds since 1970");
  if (ends && expires_at_s <= now_s) {
    return refuse("TOKEN_EXPIRED: the token ended " + std::to_string(now_s - expires_at_s) +
                  " s ago");
  }
  const auto begins = claims.find("nbf");
  std::uint64_t begins_at_s = 0;
  if (begins != claims.end() && !numeric_date(*begins, begins_at_s))
    return refuse("TOKEN_CLAIMS: 'nbf' must be a number of seconds since 1970");
  if (begins_at_s > now_s) {
    return refuse("TOKEN_NOT_YET_VALID: the token begins in " +
                  std::to_string(begins_at_s - now_s) + " s");
  }
  return expires_at_s;
}

} // namespace tenon::api::auth
