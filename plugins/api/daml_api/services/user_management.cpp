#include "services/user_management.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "com/daml/ledger/api/v1/admin/user_management_service.pb.h"
#include "errors/codes.hpp"
#include "services/object_meta.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

namespace admin = com::daml::ledger::api::v1::admin;

constexpr std::array<std::string_view, 6> kFields = {
    "id", "primary_party", "is_deactivated", "metadata.annotations", "metadata.resource_version",
    "identity_provider_id"};

void set_user(admin::User& out, const User& user) {
  out.set_id(user.id);
  out.set_primary_party(user.primary_party);
  out.set_is_deactivated(user.deactivated);
  set_meta(*out.mutable_metadata(), user.version, user.annotations);
  out.set_identity_provider_id(user.identity_provider_id);
}

void add_rights(const std::set<UserRight>& rights,
                google::protobuf::RepeatedPtrField<admin::Right>& out) {
  for (const UserRight& right : rights) {
    admin::Right& added = *out.Add();
    switch (right.kind) {
    case UserRight::Kind::kParticipantAdmin:
      added.mutable_participant_admin();
      break;
    case UserRight::Kind::kIdentityProviderAdmin:
      added.mutable_identity_provider_admin();
      break;
    case UserRight::Kind::kActAs:
      added.mutable_can_act_as()->set_party(right.party);
      break;
    case UserRight::Kind::kReadAs:
      added.mutable_can_read_as()->set_party(right.party);
      break;
    }
  }
}

Answer<UserRight> read_right(const admin::Right& right) {
  switch (right.kind_case()) {
  case admin::Right::kParticipantAdmin:
    return UserRight{UserRight::Kind::kParticipantAdmin, {}};
  case admin::Right::kIdentityProviderAdmin:
    return UserRight{UserRight::Kind::kIdentityProviderAdmin, {}};
  case admin::Right::kCanActAs:
    TENON_RETURN_IF_FAILED(require_party(right.can_act_as().party()));
    return UserRight{UserRight::Kind::kActAs, right.can_act_as().party()};
  case admin::Right::kCanReadAs:
    TENON_RETURN_IF_FAILED(require_party(right.can_read_as().party()));
    return UserRight{UserRight::Kind::kReadAs, right.can_read_as().party()};
  case admin::Right::KIND_NOT_SET:
    break;
  }
  return wrong_argument("rights: unknown kind of right");
}

Answer<std::set<UserRight>>
read_rights(const google::protobuf::RepeatedPtrField<admin::Right>& rights) {
  std::set<UserRight> read;
  for (const admin::Right& right : rights) {
    TENON_ASSIGN_OR_RETURN(UserRight one, read_right(right));
    read.insert(std::move(one));
  }
  return read;
}

Outcome check_provider(const std::string& id) {
  return optional_field(kLedgerStringSyntax, id, "identity_provider_id");
}

// The fields by which most requests name a user.
template <typename Request> Outcome check_user(const Request& request) {
  TENON_RETURN_IF_FAILED(require_field(kUserIdSyntax, request.user_id(), "user_id"));
  return check_provider(request.identity_provider_id());
}

// Rights are about parties that the ledger has; who administers one identity provider alone cannot
// give rights of parties that belong to another.
Outcome require_parties(const ParticipantParts& parts, const Claims& claims,
                        const std::set<UserRight>& rights, const std::string& provider) {
  std::set<std::string> names;
  for (const UserRight& right : rights) {
    if (!right.party.empty())
      names.insert(right.party);
  }
  const std::vector<std::string> asked(names.begin(), names.end());
  TENON_ASSIGN_OR_RETURN(const auto known, known_parties(parts, asked));
  std::set<std::string> allowed;
  for (const v1::PartyInfo& info : known)
    allowed.insert(info.party());
  if (!claims.administers_participant()) {
    TENON_ASSIGN_OR_RETURN(const auto records, parts.store.parties(asked));
    for (const auto& [party, record] : records) {
      if (record.identity_provider_id != provider)
        allowed.erase(party);
    }
  }
  for (const std::string& name : asked) {
    if (!allowed.contains(name)) {
      return wrong_argument("rights: there is no party '" + name +
                            "' in the identity provider \"" + provider + "\"");
    }
  }
  return {};
}

struct NewUser {
  User user;
  std::set<UserRight> rights;
};

Answer<NewUser> read_new_user(const admin::CreateUserRequest& request) {
  if (!request.has_user())
    return missing_field("user");
  const admin::User& user = request.user();
  TENON_RETURN_IF_FAILED(require_field(kUserIdSyntax, user.id(), "id"));
  TENON_RETURN_IF_FAILED(require_no_version(user.metadata(), "user.metadata.resource_version"));
  NewUser read;
  TENON_ASSIGN_OR_RETURN(read.user.annotations,
                         read_annotations(user.metadata(), EmptyValues::kRefused,
                                          "user.metadata.annotations"));
  if (!user.primary_party().empty())
    TENON_RETURN_IF_FAILED(require_party(user.primary_party()));
  TENON_ASSIGN_OR_RETURN(read.rights, read_rights(request.rights()));
  TENON_RETURN_IF_FAILED(check_provider(user.identity_provider_id()));
  read.user.id = user.id();
  read.user.primary_party = user.primary_party();
  read.user.deactivated = user.is_deactivated();
  read.user.identity_provider_id = user.identity_provider_id();
  return read;
}

Answer<admin::CreateUserResponse> create_user(const ParticipantParts& parts, const Claims& claims,
                                              const admin::CreateUserRequest& request) {
  TENON_ASSIGN_OR_RETURN(const NewUser read, read_new_user(request));
  const std::string& provider = read.user.identity_provider_id;
  TENON_RETURN_IF_FAILED(require_provider(parts, provider));
  TENON_RETURN_IF_FAILED(require_parties(parts, claims, read.rights, provider));
  TENON_ASSIGN_OR_RETURN(const User created, parts.store.create_user(read.user, read.rights));
  admin::CreateUserResponse response;
  set_user(*response.mutable_user(), created);
  return response;
}

Answer<admin::GetUserResponse> get_user(const ParticipantParts& parts,
                                        const admin::GetUserRequest& request) {
  TENON_RETURN_IF_FAILED(check_user(request));
  TENON_ASSIGN_OR_RETURN(const User user,
                         parts.store.user(request.user_id(), request.identity_provider_id()));
  admin::GetUserResponse response;
  set_user(*response.mutable_user(), user);
  return response;
}

Answer<UserUpdate> read_update(const admin::UpdateUserRequest& request) {
  if (!request.has_user())
    return missing_field("user");
  const admin::User& user = request.user();
  TENON_RETURN_IF_FAILED(require_field(kUserIdSyntax, user.id(), "user.id"));
  if (!request.has_update_mask())
    return missing_field("update_mask");
  if (!user.primary_party().empty())
    TENON_RETURN_IF_FAILED(require_party(user.primary_party()));
  TENON_RETURN_IF_FAILED(check_provider(user.identity_provider_id()));
  UserUpdate update;
  update.id = user.id();
  update.identity_provider_id = user.identity_provider_id();
  TENON_ASSIGN_OR_RETURN(update.expected_version,
                         read_version(user.metadata(), "user.metadata.resource_version"));
  TENON_ASSIGN_OR_RETURN(const Annotations annotations,
                         read_annotations(user.metadata(), EmptyValues::kRemove,
                                          "user.metadata.annotations"));
  TENON_ASSIGN_OR_RETURN(
      const UpdateMask mask,
      UpdateMask::read(request.update_mask(), kFields, [&](const std::string& why) {
        return Failure(codes::kInvalidUserUpdateRequest,
                       "updating the user '" + user.id() + "': " + why)
            .about("USER", user.id());
      }));
  update.annotations = mask.pick("metadata.annotations", annotations, annotations.empty());
  update.primary_party =
      mask.pick("primary_party", user.primary_party(), user.primary_party().empty());
  update.deactivated = mask.pick("is_deactivated", user.is_deactivated(), !user.is_deactivated());
  return update;
}

Answer<admin::UpdateUserResponse> update_user(const ParticipantParts& parts, const Claims& claims,
                                              const admin::UpdateUserRequest& request) {
  TENON_ASSIGN_OR_RETURN(const UserUpdate update, read_update(request));
  TENON_RETURN_IF_FAILED(require_provider(parts, update.identity_provider_id));
  if (update.deactivated.value_or(false) && !claims.user_id.empty() && claims.user_id == update.id)
    return wrong_argument("is_deactivated: users cannot deactivate themselves");
  TENON_ASSIGN_OR_RETURN(const User updated, parts.store.update_user(update));
  admin::UpdateUserResponse response;
  set_user(*response.mutable_user(), updated);
  return response;
}

Answer<admin::DeleteUserResponse> delete_user(const ParticipantParts& parts,
                                              const admin::DeleteUserRequest& request) {
  TENON_RETURN_IF_FAILED(check_user(request));
  TENON_RETURN_IF_FAILED(
      parts.store.delete_user(request.user_id(), request.identity_provider_id()));
  return admin::DeleteUserResponse();
}

Answer<admin::ListUsersResponse> list_users(const ParticipantParts& parts,
                                            const admin::ListUsersRequest& request) {
  TENON_ASSIGN_OR_RETURN(const std::string after, read_page_token(request.page_token()));
  if (request.page_size() < 0) {
    return wrong_argument("page_size: expected 0 or more, found " +
                          std::to_string(request.page_size()));
  }
  TENON_RETURN_IF_FAILED(check_provider(request.identity_provider_id()));
  const auto asked = static_cast<std::uint32_t>(request.page_size());
  const std::uint32_t limit =
      asked == 0 ? parts.max_users_page : std::min(asked, parts.max_users_page);
  TENON_ASSIGN_OR_RETURN(const std::vector<User> users,
                         parts.store.users(request.identity_provider_id(), after, limit));
  admin::ListUsersResponse response;
  for (const User& user : users)
    set_user(*response.add_users(), user);
  if (users.size() == limit)
    response.set_next_page_token(page_token(users.back().id));
  return response;
}

Answer<admin::GrantUserRightsResponse> grant(const ParticipantParts& parts, const Claims& claims,
                                             const admin::GrantUserRightsRequest& request) {
  TENON_RETURN_IF_FAILED(require_field(kUserIdSyntax, request.user_id(), "user_id"));
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> rights, read_rights(request.rights()));
  const std::string& provider = request.identity_provider_id();
  TENON_RETURN_IF_FAILED(check_provider(provider));
  TENON_RETURN_IF_FAILED(require_parties(parts, claims, rights, provider));
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> granted,
                         parts.store.grant_rights(request.user_id(), provider, rights));
  admin::GrantUserRightsResponse response;
  add_rights(granted, *response.mutable_newly_granted_rights());
  return response;
}

Answer<admin::RevokeUserRightsResponse> revoke(const ParticipantParts& parts, const Claims& claims,
                                               const admin::RevokeUserRightsRequest& request) {
  TENON_RETURN_IF_FAILED(require_field(kUserIdSyntax, request.user_id(), "user_id"));
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> rights, read_rights(request.rights()));
  const std::string& provider = request.identity_provider_id();
  TENON_RETURN_IF_FAILED(check_provider(provider));
  TENON_RETURN_IF_FAILED(require_parties(parts, claims, rights, provider));
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> revoked,
                         parts.store.revoke_rights(request.user_id(), provider, rights));
  admin::RevokeUserRightsResponse response;
  add_rights(revoked, *response.mutable_newly_revoked_rights());
  return response;
}

Answer<admin::ListUserRightsResponse> list_rights(const ParticipantParts& parts,
                                                  const admin::ListUserRightsRequest& request) {
  TENON_RETURN_IF_FAILED(check_user(request));
  TENON_ASSIGN_OR_RETURN(const std::set<UserRight> rights,
                         parts.store.rights(request.user_id(), request.identity_provider_id()));
  admin::ListUserRightsResponse response;
  add_rights(rights, *response.mutable_rights());
  return response;
}

Answer<admin::UpdateUserIdentityProviderResponse>
move_user(const ParticipantParts& parts, const admin::UpdateUserIdentityProviderRequest& request) {
  const std::string& from = request.source_identity_provider_id();
  const std::string& to = request.target_identity_provider_id();
  TENON_RETURN_IF_FAILED(require_field(kUserIdSyntax, request.user_id(), "user_id"));
  TENON_RETURN_IF_FAILED(optional_field(kLedgerStringSyntax, from, "source_identity_provider_id"));
  TENON_RETURN_IF_FAILED(optional_field(kLedgerStringSyntax, to, "target_identity_provider_id"));
  TENON_RETURN_IF_FAILED(require_provider(parts, from));
  TENON_RETURN_IF_FAILED(require_provider(parts, to));
  TENON_RETURN_IF_FAILED(parts.store.move_user(request.user_id(), from, to));
  return admin::UpdateUserIdentityProviderResponse();
}

void add_rights_methods(rpc::Methods& methods, const std::string& service,
                        const ParticipantParts& parts) {
  methods.unary<admin::GrantUserRightsRequest, admin::GrantUserRightsResponse>(
      service + "GrantUserRights",
      [&parts](const rpc::Call& call, const auto& request, auto reply) {
        reply(grant(parts, *call.claims, request));
      });
  methods.unary<admin::RevokeUserRightsRequest, admin::RevokeUserRightsResponse>(
      service + "RevokeUserRights",
      [&parts](const rpc::Call& call, const auto& request, auto reply) {
        reply(revoke(parts, *call.claims, request));
      });
  methods.unary<admin::ListUserRightsRequest, admin::ListUserRightsResponse>(
      service + "ListUserRights", [&parts](const rpc::Call&, const auto& request, auto reply) {
        reply(list_rights(parts, request));
      });
}

} // namespace

void add_user_management(rpc::Methods& methods, const ParticipantParts& parts) {
  const std::string service = "com.daml.ledger.api.v1.admin.UserManagementService/";
  methods.unary<admin::CreateUserRequest, admin::CreateUserResponse>(
      service + "CreateUser", [&parts](const rpc::Call& call, const auto& request, auto reply) {
        reply(create_user(parts, *call.claims, request));
      });
  methods.unary<admin::GetUserRequest, admin::GetUserResponse>(
      service + "GetUser", [&parts](const rpc::Call&, const auto& request, auto reply) {
        reply(get_user(parts, request));
      });
  methods.unary<admin::UpdateUserRequest, admin::UpdateUserResponse>(
      service + "UpdateUser", [&parts](const rpc::Call& call, const auto& request, auto reply) {
        reply(update_user(parts, *call.claims, request));
      });
  methods.unary<admin::DeleteUserRequest, admin::DeleteUserResponse>(
      service + "DeleteUser", [&parts](const rpc::Call&, const auto& request, auto reply) {
        reply(delete_user(parts, request));
      });
  methods.unary<admin::ListUsersRequest, admin::ListUsersResponse>(
      service + "ListUsers", [&parts](const rpc::Call&, const auto& request, auto reply) {
        reply(list_users(parts, request));
      });
  methods.unary<admin::UpdateUserIdentityProviderRequest,
                admin::UpdateUserIdentityProviderResponse>(
      service + "UpdateUserIdentityProviderId",
      [&parts](const rpc::Call&, const auto& request, auto reply) {
        reply(move_user(parts, request));
      });
  add_rights_methods(methods, service, parts);
}

} // namespace tenon::daml_api
