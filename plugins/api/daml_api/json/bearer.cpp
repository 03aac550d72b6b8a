#include "json/bearer.hpp"

#include <algorithm>
#include <future>

#include "auth/token_payload.hpp"
#include "com/daml/ledger/api/v1/admin/user_management_service.pb.h"
#include "common/auth/bearer.hpp"
#include "common/auth/jwt.hpp"
#include "common/random_id.hpp"
#include "json/service_call.hpp"

namespace tenon::daml_api::json {

namespace {

namespace admin = com::daml::ledger::api::v1::admin;

constexpr std::string_view kTokenProtocol = "jwt.token.";

// "TOKEN_EXPIRED: the token ended …" without the first word.
std::string sentence_of(const Status& status) {
  const std::string& message = status.message();
  const auto colon = message.find(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

// What the participant knows of a user that nobody has vouched for: only where authorization is
// off.
std::optional<Refusal> add_rights(const Parts& parts, Bearer& bearer) {
  admin::ListUserRightsRequest request;
  request.set_user_id(bearer.user_id);
  rpc::Call call;
  call.claims = bearer.claims;
  call.request_id = api::random_id();
  std::promise<Read<admin::ListUserRightsResponse>> promise;
  auto future = promise.get_future();
  call_service<admin::ListUserRightsResponse>(
      parts.methods, "com.daml.ledger.api.v1.admin.UserManagementService/ListUserRights", call,
      std::move(request), [&promise](Read<admin::ListUserRightsResponse> response) {
        promise.set_value(std::move(response));
      });
  const auto response = future.get();
  if (!response.ok())
    return response.status();
  for (const admin::Right& right : response->rights()) {
    if (right.has_can_act_as())
      bearer.act_as.insert(right.can_act_as().party());
    else if (right.has_can_read_as())
      bearer.read_as.insert(right.can_read_as().party());
  }
  return std::nullopt;
}

} // namespace

std::vector<std::string> Bearer::parties() const {
  std::vector<std::string> all;
  std::set_union(act_as.begin(), act_as.end(), read_as.begin(), read_as.end(),
                 std::back_inserter(all));
  return all;
}

std::optional<Refusal> Bearer::may_ask() const {
  if (user_id.empty() && !ledger_id)
    return unauthorized("the token does not say which ledger it is for: it has no \"ledgerId\"");
  return std::nullopt;
}

std::optional<Refusal> Bearer::may_read() const {
  if (auto refusal = may_ask())
    return refusal;
  if (application_id.empty())
    return unauthorized("the token names no application: it has no \"applicationId\"");
  if (act_as.empty() && read_as.empty())
    return unauthorized("the token names no party: \"actAs\" and \"readAs\" are empty");
  return std::nullopt;
}

std::optional<Refusal> Bearer::may_write() const {
  if (auto refusal = may_read())
    return refusal;
  if (act_as.empty())
    return unauthorized("the token names no party to act as: \"actAs\" is empty");
  return std::nullopt;
}

Read<std::shared_ptr<const Bearer>> read_bearer(const Parts& parts, std::string_view token) {
  auto claims = parts.authenticate("Bearer " + std::string(token));
  if (!claims.ok())
    return claims.failure();
  if (Outcome outcome = (*claims)->require_public(); !outcome.ok())
    return std::move(outcome).failure();
  const auto parsed = api::auth::parse_token(token);
  if (!parsed.ok())
    return unauthorized(sentence_of(parsed.status()));
  const auto payload = read_payload(parsed->claims, {}, parts.now_s());
  if (!payload.ok())
    return unauthorized(sentence_of(payload.status()));
  auto bearer = std::make_shared<Bearer>();
  bearer->claims = std::move(*claims);
  bearer->user_id = payload->user_id.value_or("");
  bearer->application_id = payload->user_id.value_or(payload->application_id);
  bearer->ledger_id = payload->ledger_id;
  if (!bearer->claims->anybody) {
    bearer->act_as = bearer->claims->act_as;
    bearer->read_as = bearer->claims->read_as;
  } else if (payload->user_id) {
    if (auto refusal = add_rights(parts, *bearer))
      return *std::move(refusal);
  } else {
    bearer->act_as = payload->act_as;
    bearer->read_as = payload->read_as;
  }
  return std::shared_ptr<const Bearer>(std::move(bearer));
}

Read<std::string> token_of_header(std::string_view authorization) {
  if (authorization.empty()) {
    return unauthorized("a token is missing: send it in the header \"Authorization: Bearer "
                        "<token>\"");
  }
  const auto token = api::auth::bearer_token(authorization);
  if (!token.ok())
    return unauthorized(sentence_of(token.status()));
  return std::string(*token);
}

Read<std::string> token_of_protocols(std::string_view protocols) {
  std::optional<std::string> token;
  bool named = false;
  while (!protocols.empty()) {
    const auto comma = std::min(protocols.find(','), protocols.size());
    const std::string_view offered = api::auth::trim(protocols.substr(0, comma));
    protocols.remove_prefix(std::min(comma + 1, protocols.size()));
    if (offered == kStreamProtocol)
      named = true;
    else if (offered.starts_with(kTokenProtocol) && !token)
      token = std::string(offered.substr(kTokenProtocol.size()));
  }
  if (!named || !token) {
    return unauthorized("a WebSocket must offer two subprotocols: \"" +
                        std::string(kStreamProtocol) + "\" and \"" + std::string(kTokenProtocol) +
                        "<token>\"");
  }
  return *std::move(token);
}

} // namespace tenon::daml_api::json
