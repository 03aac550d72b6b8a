// PartyManagementService over a ledger with parties of this node and of others.
#include "participant_kit.hpp"

#include "com/daml/ledger/api/v1/admin/party_management_service.pb.h"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;
namespace admin = com::daml::ledger::api::v1::admin;

namespace {

const std::string kService = kParties;

Answered<admin::AllocatePartyResponse> allocate(ParticipantKit& kit, const std::string& hint,
                                                const std::string& display_name = {}) {
  admin::AllocatePartyRequest request;
  request.set_party_id_hint(hint);
  request.set_display_name(display_name);
  return kit.call<admin::AllocatePartyResponse>(kService + "AllocateParty", request);
}

Answered<admin::UpdatePartyDetailsResponse>
update(ParticipantKit& kit, const admin::UpdatePartyDetailsRequest& request) {
  return kit.call<admin::UpdatePartyDetailsResponse>(kService + "UpdatePartyDetails", request);
}

admin::UpdatePartyDetailsRequest update_of(const std::string& party,
                                           const std::vector<std::string>& paths) {
  admin::UpdatePartyDetailsRequest request;
  request.mutable_party_details()->set_party(party);
  for (const std::string& path : paths)
    request.mutable_update_mask()->add_paths(path);
  return request;
}

std::shared_ptr<const Claims> provider_admin(const std::string& provider) {
  auto claims = std::make_shared<Claims>();
  claims->authenticated = claims->identity_provider_admin = true;
  claims->identity_provider_id = provider;
  claims->user_id = claims->application_id = "admin-of-" + provider;
  return claims;
}

} // namespace

TEST_CASE("party management: the participant says its id", "[daml_api][services]") {
  ParticipantKit kit;
  CHECK(kit.call<admin::GetParticipantIdResponse>(kService + "GetParticipantId",
                                                  admin::GetParticipantIdRequest())
            .response.participant_id() == "participant");
}

TEST_CASE("party management: a party gets the name that was asked for, on the ledger too",
          "[daml_api][services]") {
  ParticipantKit kit;
  admin::AllocatePartyRequest request;
  request.set_party_id_hint("alice");
  request.set_display_name("Alice");
  (*request.mutable_local_metadata()->mutable_annotations())["k"] = "v";
  const auto answered =
      kit.call<admin::AllocatePartyResponse>(kService + "AllocateParty", request);
  REQUIRE(answered.failure.empty());
  const admin::PartyDetails& details = answered.response.party_details();
  CHECK(details.party() == "alice");
  CHECK(details.display_name() == "Alice");
  CHECK(details.is_local());
  CHECK(details.local_metadata().resource_version() == "0");
  CHECK(details.local_metadata().annotations().at("k") == "v");
  CHECK(kit.ledger.submissions.front().engine() == "sys");
  CHECK(kit.ledger.known.at("alice").display_name() == "Alice");
  CHECK(allocate(kit, "alice").failure == "INVALID_ARGUMENT");
}

TEST_CASE("party management: without a hint every party gets a name of its own",
          "[daml_api][services]") {
  ParticipantKit kit;
  const auto first = allocate(kit, "").response.party_details().party();
  const auto second = allocate(kit, "").response.party_details().party();
  CHECK(first.starts_with("party-"));
  CHECK(first != second);
}

TEST_CASE("party management: a bad request for a party does not reach the ledger",
          "[daml_api][services]") {
  ParticipantKit kit;
  CHECK(allocate(kit, "a!").failure == "INVALID_ARGUMENT");
  CHECK(allocate(kit, std::string(256, 'a')).failure == "INVALID_ARGUMENT");
  admin::AllocatePartyRequest request;
  request.mutable_local_metadata()->set_resource_version("1");
  const auto refused = [&] {
    return kit.call<admin::AllocatePartyResponse>(kService + "AllocateParty", request).failure;
  };
  CHECK(refused() == "INVALID_ARGUMENT");
  request.mutable_local_metadata()->clear_resource_version();
  (*request.mutable_local_metadata()->mutable_annotations())["k"] = "";
  CHECK(refused() == "INVALID_ARGUMENT");
  request.Clear();
  request.set_identity_provider_id("nowhere");
  CHECK(refused() == "INVALID_ARGUMENT");
  request.set_identity_provider_id("a!");
  CHECK(refused() == "INVALID_FIELD");
  CHECK(kit.ledger.submissions.empty());
}

TEST_CASE("party management: what the ledger refuses is refused, and nothing is noted",
          "[daml_api][services]") {
  ParticipantKit kit;
  v1::Completion completion;
  completion.set_code(static_cast<std::uint32_t>(Code::kPermissionDenied));
  completion.set_reason("ALLOCATION_NOT_ALLOWED");
  completion.set_message("ALLOCATION_NOT_ALLOWED: client node may not allocate parties");
  kit.ledger.refusal = completion;
  CHECK(allocate(kit, "alice").failure == "PERMISSION_DENIED");
  CHECK(kit.store->parties({"alice"})->empty());
}

TEST_CASE("party management: all parties are listed, page by page", "[daml_api][services]") {
  ParticipantKit kit;
  for (const char* const name : {"a", "b", "c", "d", "e", "f"})
    kit.ledger.add(name, name == std::string("e") ? "elsewhere" : "node");
  admin::ListKnownPartiesRequest request;
  std::vector<std::string> names;
  std::vector<int> sizes;
  do {
    const auto page =
        kit.call<admin::ListKnownPartiesResponse>(kService + "ListKnownParties", request);
    REQUIRE(page.failure.empty());
    for (const auto& details : page.response.party_details()) {
      names.push_back(details.party());
      CHECK(details.is_local() == (details.party() != "e"));
    }
    sizes.push_back(page.response.party_details_size());
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty());
  CHECK(names == std::vector<std::string>{"a", "b", "c", "d", "e", "f"});
  CHECK(sizes == std::vector<int>{4, 2});

  const auto refused = [&](const std::string& token, int size) {
    request.set_page_token(token);
    request.set_page_size(size);
    return kit.call<admin::ListKnownPartiesResponse>(kService + "ListKnownParties", request)
        .failure;
  };
  CHECK(refused("", 2).empty());
  CHECK(refused("", -1) == "INVALID_ARGUMENT");
  CHECK(refused("", 5) == "INVALID_ARGUMENT");
  CHECK(refused("what is this?", 2) == "INVALID_ARGUMENT");
  CHECK(refused("YWJj", 2) == "INVALID_ARGUMENT");
}

TEST_CASE("party management: parties that the ledger does not know are left out",
          "[daml_api][services]") {
  ParticipantKit kit;
  kit.ledger.add("a", "node");
  admin::GetPartiesRequest request;
  request.add_parties("a");
  request.add_parties("nobody");
  request.add_parties("a");
  const auto found = kit.call<admin::GetPartiesResponse>(kService + "GetParties", request);
  REQUIRE(found.response.party_details_size() == 1);
  CHECK(found.response.party_details(0).party() == "a");
  CHECK(found.response.party_details(0).local_metadata().resource_version().empty());
  request.add_parties("");
  CHECK(kit.call<admin::GetPartiesResponse>(kService + "GetParties", request).failure ==
        "INVALID_ARGUMENT");
}

TEST_CASE("party management: administrators of one provider see others' parties bare",
          "[daml_api][services]") {
  ParticipantKit kit;
  REQUIRE(kit.store->create_provider({"idp", false, "issuer", "https://x/k", ""}).ok());
  admin::AllocatePartyRequest request;
  request.set_party_id_hint("own");
  const auto claims = provider_admin("idp");
  REQUIRE(kit.call_as<admin::AllocatePartyResponse>(claims, kService + "AllocateParty", request)
              .response.party_details()
              .identity_provider_id() == "idp");
  REQUIRE(allocate(kit, "default").failure.empty());
  admin::GetPartiesRequest get;
  get.add_parties("own");
  get.add_parties("default");
  const auto seen = [&](std::shared_ptr<const Claims> by) {
    std::map<std::string, admin::PartyDetails> details;
    const auto answered =
        kit.call_as<admin::GetPartiesResponse>(std::move(by), kService + "GetParties", get);
    for (const auto& one : answered.response.party_details())
      details[one.party()] = one;
    return details;
  };
  auto by_provider = seen(claims);
  CHECK(by_provider["own"].is_local());
  CHECK(by_provider["own"].identity_provider_id() == "idp");
  CHECK_FALSE(by_provider["default"].is_local());
  CHECK(by_provider["default"].local_metadata().resource_version().empty());
  auto anybody = std::make_shared<Claims>();
  anybody->anybody = true;
  auto by_default = seen(anybody);
  CHECK(by_default["own"].is_local());
  CHECK(by_default["own"].identity_provider_id().empty());
  CHECK(by_default["default"].local_metadata().resource_version() == "0");
}

TEST_CASE("party management: annotations of a party change, its name and place do not",
          "[daml_api][services]") {
  ParticipantKit kit;
  REQUIRE(allocate(kit, "alice", "Alice").failure.empty());
  auto request = update_of("alice", {"local_metadata"});
  (*request.mutable_party_details()->mutable_local_metadata()->mutable_annotations())["k"] = "v";
  const auto changed = update(kit, request);
  CHECK(changed.response.party_details().local_metadata().resource_version() == "1");
  CHECK(changed.response.party_details().local_metadata().annotations().at("k") == "v");
  CHECK(changed.response.party_details().display_name() == "Alice");
  request.mutable_party_details()->mutable_local_metadata()->set_resource_version("0");
  CHECK(update(kit, request).failure == "CONCURRENT_PARTY_DETAILS_UPDATE_DETECTED");
  request.mutable_party_details()->mutable_local_metadata()->set_resource_version("x");
  CHECK(update(kit, request).failure == "INVALID_FIELD");

  CHECK(update(kit, update_of("alice", {"display_name"})).failure ==
        "INVALID_PARTY_DETAILS_UPDATE_REQUEST");
  CHECK(update(kit, update_of("alice", {"is_local"})).failure ==
        "INVALID_PARTY_DETAILS_UPDATE_REQUEST");
  auto same = update_of("alice", {"is_local", "display_name"});
  same.mutable_party_details()->set_is_local(true);
  same.mutable_party_details()->set_display_name("Alice");
  CHECK(update(kit, same).failure.empty());
}

TEST_CASE("party management: bad updates are told apart", "[daml_api][services]") {
  ParticipantKit kit;
  kit.ledger.add("elsewhere", "another");
  CHECK(update(kit, admin::UpdatePartyDetailsRequest()).failure == "MISSING_FIELD");
  auto request = update_of("alice", {});
  CHECK(update(kit, request).failure == "MISSING_FIELD");
  request.mutable_update_mask();
  CHECK(update(kit, request).failure == "INVALID_PARTY_DETAILS_UPDATE_REQUEST");
  CHECK(update(kit, update_of("alice", {"local_metadata"})).failure == "PARTY_NOT_FOUND");
  CHECK(update(kit, update_of("elsewhere", {"local_metadata"})).failure == "PARTY_NOT_FOUND");
  CHECK(update(kit, update_of("a!", {"local_metadata"})).failure == "INVALID_ARGUMENT");
  CHECK(update(kit, update_of("alice", {"unknown"})).failure ==
        "INVALID_PARTY_DETAILS_UPDATE_REQUEST");
}

TEST_CASE("party management: a party is given to another identity provider",
          "[daml_api][services]") {
  ParticipantKit kit;
  REQUIRE(kit.store->create_provider({"idp", false, "issuer", "https://x/k", ""}).ok());
  REQUIRE(allocate(kit, "alice").failure.empty());
  admin::UpdatePartyIdentityProviderRequest request;
  const auto move = [&](const char* party, const char* from, const char* to) {
    request.set_party(party);
    request.set_source_identity_provider_id(from);
    request.set_target_identity_provider_id(to);
    return kit
        .call<admin::UpdatePartyIdentityProviderResponse>(
            kService + "UpdatePartyIdentityProviderId", request)
        .failure;
  };
  CHECK(move("alice", "", "nowhere") == "INVALID_ARGUMENT");
  CHECK(move("nobody", "", "idp") == "PARTY_NOT_FOUND");
  CHECK(move("alice", "idp", "") == "PARTY_NOT_FOUND");
  CHECK(move("alice", "", "idp").empty());
  CHECK(kit.store->parties({"alice"})->at("alice").identity_provider_id == "idp");
}
