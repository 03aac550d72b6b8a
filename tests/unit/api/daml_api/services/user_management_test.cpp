// UserManagementService.
#include "participant_kit.hpp"

#include "com/daml/ledger/api/v1/admin/user_management_service.pb.h"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;
namespace admin = com::daml::ledger::api::v1::admin;

namespace {

const std::string kService = kUsers;

Answered<admin::CreateUserResponse> create(ParticipantKit& kit, const std::string& id,
                                           const std::vector<std::string>& act_as = {}) {
  admin::CreateUserRequest request;
  request.mutable_user()->set_id(id);
  for (const std::string& party : act_as)
    request.add_rights()->mutable_can_act_as()->set_party(party);
  return kit.call<admin::CreateUserResponse>(kService + "CreateUser", request);
}

Answered<admin::UpdateUserResponse> update(ParticipantKit& kit,
                                           const admin::UpdateUserRequest& request) {
  return kit.call<admin::UpdateUserResponse>(kService + "UpdateUser", request);
}

std::string get_failure(ParticipantKit& kit, const std::string& id) {
  admin::GetUserRequest request;
  request.set_user_id(id);
  return kit.call<admin::GetUserResponse>(kService + "GetUser", request).failure;
}

} // namespace

TEST_CASE("user management: a user is made, read and deleted", "[daml_api][services]") {
  ParticipantKit kit;
  admin::CreateUserRequest request;
  request.mutable_user()->set_id("alice");
  request.mutable_user()->set_primary_party("p"); // need not be on the ledger
  (*request.mutable_user()->mutable_metadata()->mutable_annotations())["k"] = "v";
  const auto made = kit.call<admin::CreateUserResponse>(kService + "CreateUser", request);
  REQUIRE(made.failure.empty());
  CHECK(made.response.user().metadata().resource_version() == "0");
  admin::GetUserRequest get;
  get.set_user_id("alice");
  const auto read = kit.call<admin::GetUserResponse>(kService + "GetUser", get);
  CHECK(read.response.user().SerializeAsString() == made.response.user().SerializeAsString());
  CHECK(read.response.user().primary_party() == "p");
  CHECK(create(kit, "alice").failure == "USER_ALREADY_EXISTS");
  admin::DeleteUserRequest remove;
  remove.set_user_id("alice");
  CHECK(kit.call<admin::DeleteUserResponse>(kService + "DeleteUser", remove).failure.empty());
  CHECK(kit.call<admin::DeleteUserResponse>(kService + "DeleteUser", remove).failure ==
        "USER_NOT_FOUND");
  CHECK(get_failure(kit, "alice") == "USER_NOT_FOUND");
}

TEST_CASE("user management: bad users are told apart", "[daml_api][services]") {
  ParticipantKit kit;
  CHECK(kit.call<admin::CreateUserResponse>(kService + "CreateUser", admin::CreateUserRequest())
            .failure == "MISSING_FIELD");
  CHECK(create(kit, "").failure == "MISSING_FIELD");
  CHECK(create(kit, "?").failure == "INVALID_FIELD");
  CHECK(create(kit, std::string(129, 'a')).failure == "INVALID_FIELD");
  CHECK(create(kit, std::string(128, 'a')).failure.empty());
  CHECK(create(kit, "bob", {"p!"}).failure == "INVALID_ARGUMENT");
  CHECK(create(kit, "bob", {"unknown"}).failure == "INVALID_ARGUMENT");
  admin::CreateUserRequest request;
  request.mutable_user()->set_id("bob");
  request.add_rights(); // of no kind
  const auto refused = [&] {
    return kit.call<admin::CreateUserResponse>(kService + "CreateUser", request).failure;
  };
  CHECK(refused() == "INVALID_ARGUMENT");
  request.clear_rights();
  request.mutable_user()->set_primary_party("p!");
  CHECK(refused() == "INVALID_ARGUMENT");
  request.mutable_user()->clear_primary_party();
  request.mutable_user()->mutable_metadata()->set_resource_version("0");
  CHECK(refused() == "INVALID_ARGUMENT");
  request.mutable_user()->clear_metadata();
  request.mutable_user()->set_identity_provider_id("nowhere");
  CHECK(refused() == "INVALID_ARGUMENT");
  CHECK(get_failure(kit, "") == "INVALID_ARGUMENT");
}

TEST_CASE("user management: rights are given and taken", "[daml_api][services]") {
  ParticipantKit kit;
  kit.ledger.add("p", "node");
  kit.ledger.add("q", "elsewhere");
  REQUIRE(create(kit, "alice", {"p"}).failure.empty());
  admin::GrantUserRightsRequest grant;
  grant.set_user_id("alice");
  grant.add_rights()->mutable_can_act_as()->set_party("p");
  grant.add_rights()->mutable_can_read_as()->set_party("q");
  grant.add_rights()->mutable_participant_admin();
  grant.add_rights()->mutable_identity_provider_admin();
  const auto granted =
      kit.call<admin::GrantUserRightsResponse>(kService + "GrantUserRights", grant);
  CHECK(granted.response.newly_granted_rights_size() == 3);
  admin::ListUserRightsRequest list;
  list.set_user_id("alice");
  CHECK(kit.call<admin::ListUserRightsResponse>(kService + "ListUserRights", list)
            .response.rights_size() == 4);
  admin::RevokeUserRightsRequest revoke;
  revoke.set_user_id("alice");
  revoke.add_rights()->mutable_can_act_as()->set_party("p");
  revoke.add_rights()->mutable_can_act_as()->set_party("q");
  const auto revoked =
      kit.call<admin::RevokeUserRightsResponse>(kService + "RevokeUserRights", revoke);
  REQUIRE(revoked.response.newly_revoked_rights_size() == 1);
  CHECK(revoked.response.newly_revoked_rights(0).can_act_as().party() == "p");
  revoke.add_rights()->mutable_can_act_as()->set_party("unknown");
  CHECK(kit.call<admin::RevokeUserRightsResponse>(kService + "RevokeUserRights", revoke)
            .failure == "INVALID_ARGUMENT");
  grant.set_user_id("nobody");
  CHECK(kit.call<admin::GrantUserRightsResponse>(kService + "GrantUserRights", grant).failure ==
        "USER_NOT_FOUND");
}

TEST_CASE("user management: who administers one provider cannot give rights of another's party",
          "[daml_api][services]") {
  ParticipantKit kit;
  REQUIRE(kit.store->create_provider({"idp", false, "issuer", "https://x/k", ""}).ok());
  for (const char* const party : {"own", "other", "plain"})
    kit.ledger.add(party, "node");
  PartyRecord record;
  record.party = "own";
  record.identity_provider_id = "idp";
  REQUIRE(kit.store->create_party(record).ok());
  record.party = "other";
  record.identity_provider_id = "";
  REQUIRE(kit.store->create_party(record).ok());
  auto claims = std::make_shared<Claims>();
  claims->authenticated = claims->identity_provider_admin = true;
  claims->identity_provider_id = "idp";
  const auto make = [&](const std::string& user, const std::string& party) {
    admin::CreateUserRequest request;
    request.mutable_user()->set_id(user);
    request.add_rights()->mutable_can_act_as()->set_party(party);
    return kit.call_as<admin::CreateUserResponse>(claims, kService + "CreateUser", request)
        .failure;
  };
  CHECK(make("a", "own").empty());
  CHECK(make("b", "other") == "INVALID_ARGUMENT");
  CHECK(make("c", "plain").empty());
  CHECK(kit.store->user("a", "idp").ok());
}

TEST_CASE("user management: users are listed page by page", "[daml_api][services]") {
  ParticipantKit kit;
  for (const char* const id : {"a", "b", "c"})
    REQUIRE(create(kit, id).failure.empty());
  admin::ListUsersRequest request;
  const auto page = [&] {
    const auto answered = kit.call<admin::ListUsersResponse>(kService + "ListUsers", request);
    std::string ids;
    for (const auto& user : answered.response.users())
      ids += user.id() + " ";
    request.set_page_token(answered.response.next_page_token());
    return answered.failure.empty() ? ids : answered.failure;
  };
  CHECK(page() == "a b c "); // the server's own size
  CHECK(page() == "participant_admin ");
  CHECK(request.page_token().empty());
  request.set_page_size(2);
  CHECK(page() == "a b ");
  // A page goes on where the last ended, whatever came and went.
  REQUIRE(create(kit, "aa").failure.empty());
  REQUIRE(create(kit, "bb").failure.empty());
  CHECK(page() == "bb c ");
  request.set_page_size(1000);
  request.clear_page_token();
  CHECK(page() == "a aa b ");
  request.set_page_token("no token");
  CHECK(page() == "INVALID_ARGUMENT");
  request.clear_page_token();
  request.set_page_size(-1);
  CHECK(page() == "INVALID_ARGUMENT");
}

TEST_CASE("user management: an update changes what its mask names", "[daml_api][services]") {
  ParticipantKit kit;
  REQUIRE(create(kit, "alice").failure.empty());
  admin::UpdateUserRequest request;
  request.mutable_user()->set_id("alice");
  request.mutable_user()->set_primary_party("p");
  request.mutable_user()->set_is_deactivated(true);
  CHECK(update(kit, request).failure == "MISSING_FIELD");
  request.mutable_update_mask();
  CHECK(update(kit, request).failure == "INVALID_USER_UPDATE_REQUEST");
  request.mutable_update_mask()->add_paths("primary_party");
  const auto changed = update(kit, request);
  CHECK(changed.response.user().primary_party() == "p");
  CHECK_FALSE(changed.response.user().is_deactivated());
  CHECK(changed.response.user().metadata().resource_version() == "1");
  request.mutable_user()->mutable_metadata()->set_resource_version("0");
  CHECK(update(kit, request).failure == "CONCURRENT_USER_UPDATE_DETECTED");
  request.mutable_user()->clear_metadata();
  request.mutable_user()->clear_primary_party();
  CHECK(update(kit, request).response.user().primary_party().empty());
  request.mutable_user()->set_id("nobody");
  CHECK(update(kit, request).failure == "USER_NOT_FOUND");
  request.mutable_update_mask()->add_paths("primary_party");
  CHECK(update(kit, request).failure == "INVALID_USER_UPDATE_REQUEST");
}

TEST_CASE("user management: users cannot deactivate themselves", "[daml_api][services]") {
  ParticipantKit kit;
  auto claims = std::make_shared<Claims>();
  claims->authenticated = claims->participant_admin = true;
  claims->user_id = claims->application_id = "participant_admin";
  admin::UpdateUserRequest request;
  request.mutable_user()->set_id("participant_admin");
  request.mutable_user()->set_is_deactivated(true);
  request.mutable_update_mask()->add_paths("is_deactivated");
  CHECK(kit.call_as<admin::UpdateUserResponse>(claims, kService + "UpdateUser", request)
            .failure == "INVALID_ARGUMENT");
  // Somebody else may.
  CHECK(update(kit, request).failure.empty());
}

TEST_CASE("user management: without a user id the user is the one who asks",
          "[daml_api][services]") {
  ParticipantKit kit;
  REQUIRE(create(kit, "alice").failure.empty());
  auto claims = std::make_shared<Claims>();
  claims->authenticated = true;
  claims->user_id = claims->application_id = "alice";
  const auto own = kit.call_as<admin::GetUserResponse>(claims, kService + "GetUser",
                                                       admin::GetUserRequest());
  CHECK(own.response.user().id() == "alice");
  CHECK(kit.call_as<admin::ListUserRightsResponse>(claims, kService + "ListUserRights",
                                                   admin::ListUserRightsRequest())
            .failure.empty());
}

TEST_CASE("user management: a user is given to another identity provider",
          "[daml_api][services]") {
  ParticipantKit kit;
  REQUIRE(kit.store->create_provider({"idp", false, "issuer", "https://x/k", ""}).ok());
  REQUIRE(create(kit, "alice").failure.empty());
  admin::UpdateUserIdentityProviderRequest request;
  request.set_user_id("alice");
  request.set_target_identity_provider_id("nowhere");
  const auto move = [&] {
    return kit
        .call<admin::UpdateUserIdentityProviderResponse>(
            kService + "UpdateUserIdentityProviderId", request)
        .failure;
  };
  CHECK(move() == "INVALID_ARGUMENT");
  request.set_target_identity_provider_id("idp");
  CHECK(move().empty());
  CHECK(move() == "PERMISSION_DENIED"); // it is not there any more
  CHECK(kit.store->user("alice", "idp").ok());
}
