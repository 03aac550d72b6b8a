#include "auth/token_payload.hpp"

#include <algorithm>
#include <vector>

#include "common/auth/jwt.hpp"

namespace tenon::daml_api {

namespace {

using api::Json;

Status refuse(std::string message) {
  return {Code::kUnauthenticated, "TOKEN_CLAIMS: " + std::move(message)};
}

// The member, or null where it is not there: issuers write both for "nothing".
const Json& member(const Json& object, std::string_view name) {
  static const Json kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

Result<std::optional<std::string>> optional_text(const Json& object, std::string_view name) {
  const Json& value = member(object, name);
  if (value.is_null())
    return std::optional<std::string>();
  if (!value.is_string())
    return refuse("'" + std::string(name) + "' must be a string, found " + api::dump(value));
  return std::optional<std::string>(value.get<std::string>());
}

// A list of texts; where `one_is_enough`, also a text alone.
Result<std::vector<std::string>> texts(const Json& object, std::string_view name,
                                       bool one_is_enough) {
  const Json& value = member(object, name);
  std::vector<std::string> out;
  if (value.is_null())
    return out;
  if (value.is_string() && one_is_enough)
    return std::vector<std::string>{value.get<std::string>()};
  if (!value.is_array())
    return refuse("'" + std::string(name) + "' must be a list of strings");
  for (const Json& one : value) {
    if (!one.is_string())
      return refuse("'" + std::string(name) + "' must hold strings, found " + api::dump(one));
    out.push_back(one.get<std::string>());
  }
  return out;
}

Result<std::uint64_t> expiry(const Json& claims, std::uint64_t now_s) {
  if (const auto found = claims.find("exp"); found != claims.end() && found->is_null()) {
    Json without = claims;
    without.erase("exp");
    return api::auth::check_times(without, now_s, api::auth::Expiry::kOptional);
  }
  return api::auth::check_times(claims, now_s, api::auth::Expiry::kOptional);
}

Status read_user(const Json& claims, TokenPayload& payload) {
  TENON_ASSIGN_OR_RETURN(payload.user_id, optional_text(claims, "sub"));
  if (!payload.user_id.has_value())
    return refuse("'sub' must name the user");
  return {};
}

bool has_scope(const Json& claims) {
  const Json& scope = member(claims, "scope");
  if (!scope.is_string())
    return false;
  const std::string text = " " + scope.get<std::string>() + " ";
  return text.find(" " + std::string(kLedgerApiScope) + " ") != std::string::npos;
}

Status read_custom(const Json& claims, TokenPayload& payload) {
  const auto found = claims.find(kClaimsNamespace);
  if (found != claims.end() && !found->is_object())
    return refuse("'" + std::string(kClaimsNamespace) + "' must be an object");
  // Tokens older than the namespace have the same members outside.
  const Json& source = found == claims.end() ? claims : *found;
  TENON_ASSIGN_OR_RETURN(payload.ledger_id, optional_text(source, "ledgerId"));
  TENON_ASSIGN_OR_RETURN(payload.participant_id, optional_text(source, "participantId"));
  TENON_ASSIGN_OR_RETURN(auto application, optional_text(source, "applicationId"));
  payload.application_id = application.value_or("");
  const Json& admin = member(source, "admin");
  if (!admin.is_null() && !admin.is_boolean())
    return refuse("'admin' must be true or false, found " + api::dump(admin));
  payload.admin = admin.is_boolean() && admin.get<bool>();
  TENON_ASSIGN_OR_RETURN(const auto act_as, texts(source, "actAs", false));
  TENON_ASSIGN_OR_RETURN(const auto read_as, texts(source, "readAs", false));
  payload.act_as.insert(act_as.begin(), act_as.end());
  payload.read_as.insert(read_as.begin(), read_as.end());
  if (found == claims.end()) {
    TENON_ASSIGN_OR_RETURN(auto party, optional_text(source, "party"));
    if (party.has_value())
      payload.act_as.insert(*std::move(party));
  }
  return {};
}

// For a user on one participant, by its place in the audience.
Status read_participant_user(const Json& claims, const std::vector<std::string>& audiences,
                             TokenPayload& payload) {
  for (const std::string& one : audiences) {
    if (!one.starts_with(kAudiencePrefix) || one.size() == kAudiencePrefix.size())
      continue;
    if (payload.participant_id.has_value())
      return refuse("'aud' must name one participant, found several");
    payload.participant_id = one.substr(kAudiencePrefix.size());
  }
  if (!payload.participant_id.has_value())
    return refuse("'aud' must name a participant after \"" + std::string(kAudiencePrefix) + "\"");
  return read_user(claims, payload);
}

} // namespace

Result<TokenPayload> read_payload(const Json& claims, const std::string& audience,
                                  std::uint64_t now_s) {
  TokenPayload payload;
  TENON_ASSIGN_OR_RETURN(payload.expires_at_s, expiry(claims, now_s));
  TENON_ASSIGN_OR_RETURN(const auto audiences, texts(claims, "aud", true));
  if (!audience.empty()) {
    if (std::find(audiences.begin(), audiences.end(), audience) == audiences.end())
      return refuse("'aud' must name \"" + audience + "\"");
    TENON_RETURN_IF_ERROR(read_user(claims, payload));
    return payload;
  }
  const bool for_participant =
      std::any_of(audiences.begin(), audiences.end(),
                  [](const std::string& one) { return one.starts_with(kAudiencePrefix); });
  if (for_participant) {
    TENON_RETURN_IF_ERROR(read_participant_user(claims, audiences, payload));
  } else if (has_scope(claims)) {
    if (audiences.size() > 1)
      return refuse("'aud' must name at most one participant beside the scope \"" +
                    std::string(kLedgerApiScope) + "\"");
    if (!audiences.empty())
      payload.participant_id = audiences.front();
    TENON_RETURN_IF_ERROR(read_user(claims, payload));
  } else {
    TENON_RETURN_IF_ERROR(read_custom(claims, payload));
  }
  return payload;
}

} // namespace tenon::daml_api
