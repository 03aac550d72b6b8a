#include "com/daml/ledger/api/v1/admin/user_management_service.pb.h"
#include "json/accounts.hpp"
#include "json/members.hpp"
#include "json/service_call.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;
using api::JsonWriter;
namespace admin = com::daml::ledger::api::v1::admin;

using Rights = google::protobuf::RepeatedPtrField<admin::Right>;

constexpr std::int32_t kPageUsers = 1000;

const std::string kUsers = "admin.UserManagementService/";

void write_user(JsonWriter& json, const admin::User& user) {
  json.begin_object();
  if (!user.primary_party().empty())
    json.key("primaryParty").string(user.primary_party());
  json.key("userId").string(user.id());
  json.end_object();
}

void write_right(JsonWriter& json, const char* type, const std::string& party) {
  json.begin_object();
  if (!party.empty())
    json.key("party").string(party);
  json.key("type").string(type);
  json.end_object();
}

std::string rights_text(const Rights& rights) {
  JsonWriter json;
  json.begin_array();
  for (const admin::Right& right : rights) {
    switch (right.kind_case()) {
    case admin::Right::kParticipantAdmin:
      write_right(json, "ParticipantAdmin", {});
      break;
    case admin::Right::kIdentityProviderAdmin:
      write_right(json, "IdentityProviderAdmin", {});
      break;
    case admin::Right::kCanActAs:
      write_right(json, "CanActAs", right.can_act_as().party());
      break;
    case admin::Right::kCanReadAs:
      write_right(json, "CanReadAs", right.can_read_as().party());
      break;
    case admin::Right::KIND_NOT_SET:
      break;
    }
  }
  json.end_array();
  return json.take();
}

Read<admin::Right> read_right(const Json& json) {
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(json, "rights"));
  TENON_ASSIGN_OR_RETURN(const std::string type, members.text("type"));
  admin::Right right;
  if (type == "ParticipantAdmin") {
    right.mutable_participant_admin();
    return right;
  }
  if (type == "IdentityProviderAdmin") {
    right.mutable_identity_provider_admin();
    return right;
  }
  if (type != "CanActAs" && type != "CanReadAs") {
    return bad_request("\"rights.type\": expected CanActAs, CanReadAs, ParticipantAdmin or "
                       "IdentityProviderAdmin, found \"" +
                       type + "\"");
  }
  TENON_ASSIGN_OR_RETURN(const std::string party, members.text("party"));
  if (type == "CanActAs")
    right.mutable_can_act_as()->set_party(party);
  else
    right.mutable_can_read_as()->set_party(party);
  return right;
}

std::optional<Refusal> read_rights(const Json& list, Rights& out) {
  if (!list.is_array())
    return bad_request("\"rights\": expected a list, found " + api::dump(list).substr(0, 64));
  for (const Json& item : list) {
    auto right = read_right(item);
    if (!right.ok())
      return right.status();
    *out.Add() = *std::move(right);
  }
  return std::nullopt;
}

Read<std::string> read_user_id(const Exchange& exchange) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  return members.text("userId");
}

// 401 for tokens of custom claims.
Read<std::string> own_user_id(const Exchange& exchange) {
  if (exchange.bearer->user_id.empty())
    return unauthorized("the token is not that of a user: it names parties by itself");
  return exchange.bearer->user_id;
}

void answer_user(const Parts& parts, const ExchangePtr& exchange, const Read<std::string>& id) {
  if (!id.ok())
    return exchange->refuse(id.status());
  admin::GetUserRequest request;
  request.set_user_id(*id);
  call_for<admin::GetUserResponse>(
      parts, exchange, kUsers + "GetUser", std::move(request),
                                     [exchange](const admin::GetUserResponse& response) {
                                       JsonWriter json;
                                       write_user(json, response.user());
                                       exchange->result(json.take());
                                     });
}

void answer_rights(const Parts& parts, const ExchangePtr& exchange, const Read<std::string>& id) {
  if (!id.ok())
    return exchange->refuse(id.status());
  admin::ListUserRightsRequest request;
  request.set_user_id(*id);
  call_for<admin::ListUserRightsResponse>(
      parts, exchange, kUsers + "ListUserRights", std::move(request),
      [exchange](const admin::ListUserRightsResponse& response) {
        exchange->result(rights_text(response.rights()));
      });
}

// Page by page, to the last one.
void add_users(const Parts& parts, const ExchangePtr& exchange, const std::string& page_token,
               const std::shared_ptr<JsonWriter>& json) {
  admin::ListUsersRequest request;
  request.set_page_token(page_token);
  request.set_page_size(kPageUsers);
  call_for<admin::ListUsersResponse>(
      parts, exchange, kUsers + "ListUsers", std::move(request),
      [&parts, exchange, json](const admin::ListUsersResponse& response) {
        for (const admin::User& user : response.users())
          write_user(*json, user);
        if (!response.next_page_token().empty())
          return add_users(parts, exchange, response.next_page_token(), json);
        json->end_array();
        exchange->result(json->take());
      });
}

Read<admin::CreateUserRequest> read_create_user(const Exchange& exchange) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  if (auto refusal = members.only({"userId", "primaryParty", "rights"}))
    return *std::move(refusal);
  TENON_ASSIGN_OR_RETURN(const std::string id, members.text("userId"));
  TENON_ASSIGN_OR_RETURN(const auto party, members.optional_text("primaryParty"));
  admin::CreateUserRequest request;
  request.mutable_user()->set_id(id);
  request.mutable_user()->set_primary_party(party.value_or(""));
  if (const Json* const rights = members.find("rights")) {
    if (auto refusal = read_rights(*rights, *request.mutable_rights()))
      return *std::move(refusal);
  }
  return request;
}

// {"userId", "rights"}, of granting and revoking.
template <typename Request> Read<Request> read_rights_of(const Exchange& exchange) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  TENON_ASSIGN_OR_RETURN(const std::string id, members.text("userId"));
  TENON_ASSIGN_OR_RETURN(const Json* const rights, members.required("rights"));
  Request request;
  request.set_user_id(id);
  if (auto refusal = read_rights(*rights, *request.mutable_rights()))
    return *std::move(refusal);
  return request;
}

} // namespace

void get_own_user(const Parts& parts, const ExchangePtr& exchange) {
  answer_user(parts, exchange, own_user_id(*exchange));
}

void get_user(const Parts& parts, const ExchangePtr& exchange) {
  answer_user(parts, exchange, read_user_id(*exchange));
}

void list_users(const Parts& parts, const ExchangePtr& exchange) {
  auto json = std::make_shared<JsonWriter>();
  json->begin_array();
  add_users(parts, exchange, {}, json);
}

void create_user(const Parts& parts, const ExchangePtr& exchange) {
  auto request = read_create_user(*exchange);
  if (!request.ok())
    return exchange->refuse(request.status());
  call_for<admin::CreateUserResponse>(
      parts, exchange, kUsers + "CreateUser", *std::move(request),
      [exchange](const admin::CreateUserResponse&) { exchange->result("{}"); });
}

void delete_user(const Parts& parts, const ExchangePtr& exchange) {
  const auto id = read_user_id(*exchange);
  if (!id.ok())
    return exchange->refuse(id.status());
  admin::DeleteUserRequest request;
  request.set_user_id(*id);
  call_for<admin::DeleteUserResponse>(
      parts, exchange, kUsers + "DeleteUser", std::move(request),
      [exchange](const admin::DeleteUserResponse&) { exchange->result("{}"); });
}

void list_own_rights(const Parts& parts, const ExchangePtr& exchange) {
  answer_rights(parts, exchange, own_user_id(*exchange));
}

void list_rights(const Parts& parts, const ExchangePtr& exchange) {
  answer_rights(parts, exchange, read_user_id(*exchange));
}

void grant_rights(const Parts& parts, const ExchangePtr& exchange) {
  auto request = read_rights_of<admin::GrantUserRightsRequest>(*exchange);
  if (!request.ok())
    return exchange->refuse(request.status());
  call_for<admin::GrantUserRightsResponse>(
      parts, exchange, kUsers + "GrantUserRights", *std::move(request),
      [exchange](const admin::GrantUserRightsResponse& response) {
        exchange->result(rights_text(response.newly_granted_rights()));
      });
}

void revoke_rights(const Parts& parts, const ExchangePtr& exchange) {
  auto request = read_rights_of<admin::RevokeUserRightsRequest>(*exchange);
  if (!request.ok())
    return exchange->refuse(request.status());
  call_for<admin::RevokeUserRightsResponse>(
      parts, exchange, kUsers + "RevokeUserRights", *std::move(request),
      [exchange](const admin::RevokeUserRightsResponse& response) {
        exchange->result(rights_text(response.newly_revoked_rights()));
      });
}

} // namespace tenon::daml_api::json
