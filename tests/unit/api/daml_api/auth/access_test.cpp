// Who may call which method: every method of the API with every kind of token.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "auth/access.hpp"
#include "com/daml/ledger/api/v1/active_contracts_service.pb.h"
#include "com/daml/ledger/api/v1/admin/command_inspection_service.pb.h"
#include "com/daml/ledger/api/v1/admin/config_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/identity_provider_config_service.pb.h"
#include "com/daml/ledger/api/v1/admin/metering_report_service.pb.h"
#include "com/daml/ledger/api/v1/admin/package_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/participant_pruning_service.pb.h"
#include "com/daml/ledger/api/v1/admin/party_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/user_management_service.pb.h"
#include "com/daml/ledger/api/v1/command_completion_service.pb.h"
#include "com/daml/ledger/api/v1/command_service.pb.h"
#include "com/daml/ledger/api/v1/command_submission_service.pb.h"
#include "com/daml/ledger/api/v1/event_query_service.pb.h"
#include "com/daml/ledger/api/v1/ledger_configuration_service.pb.h"
#include "com/daml/ledger/api/v1/ledger_identity_service.pb.h"
#include "com/daml/ledger/api/v1/package_service.pb.h"
#include "com/daml/ledger/api/v1/testing/time_service.pb.h"
#include "com/daml/ledger/api/v1/transaction_service.pb.h"
#include "com/daml/ledger/api/v1/version_service.pb.h"
#include "grpc/health/v1/health.pb.h"

using namespace tenon;
using namespace tenon::daml_api;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace lapi = com::daml::ledger::api::v1;
namespace admin = com::daml::ledger::api::v1::admin;

namespace {

// One message of each file that has a service, so that all of them are linked.
const std::vector<const Message*>& one_of_each() {
  static const std::vector<const Message*> messages = {
      &lapi::GetActiveContractsRequest::default_instance(),
      &admin::GetCommandStatusRequest::default_instance(),
      &admin::GetTimeModelRequest::default_instance(),
      &admin::GetIdentityProviderConfigRequest::default_instance(),
      &admin::GetMeteringReportRequest::default_instance(),
      &admin::UploadDarFileRequest::default_instance(),
      &admin::PruneRequest::default_instance(),
      &admin::GetPartiesRequest::default_instance(),
      &admin::GetUserRequest::default_instance(),
      &lapi::CompletionEndRequest::default_instance(),
      &lapi::SubmitAndWaitRequest::default_instance(),
      &lapi::SubmitRequest::default_instance(),
      &lapi::GetEventsByContractIdRequest::default_instance(),
      &lapi::GetLedgerConfigurationRequest::default_instance(),
      &lapi::GetLedgerIdentityRequest::default_instance(),
      &lapi::GetPackageRequest::default_instance(),
      &lapi::testing::GetTimeRequest::default_instance(),
      &lapi::GetLedgerEndRequest::default_instance(),
      &lapi::GetLedgerApiVersionRequest::default_instance(),
      &grpc::health::v1::HealthCheckRequest::default_instance()};
  return messages;
}

// The methods of every .proto file of the API.
std::map<std::string, const google::protobuf::MethodDescriptor*> published_methods() {
  REQUIRE_FALSE(one_of_each().empty());
  const std::filesystem::path root = TENON_DAML_API_PROTOS;
  std::map<std::string, const google::protobuf::MethodDescriptor*> methods;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".proto")
      continue;
    std::ifstream stream(entry.path());
    std::stringstream text;
    text << stream.rdbuf();
    if (text.str().find("\nservice ") == std::string::npos)
      continue;
    const std::string name = entry.path().lexically_relative(root).generic_string();
    INFO(name);
    const auto* const file = DescriptorPool::generated_pool()->FindFileByName(name);
    REQUIRE(file != nullptr); // else it belongs among one_of_each()
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto* const method = file->service(s)->method(m);
        methods[file->service(s)->full_name() + "/" + method->name()] = method;
      }
    }
  }
  return methods;
}

// A request of the method about the party alice, the application app and the user someone.
void fill(Message& message) {
  const auto* const reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* const field = message.GetDescriptor()->field(i);
    const std::string& name = field->name();
    if (name == "application_id")
      reflection->SetString(&message, field, "app");
    else if (name == "user_id")
      reflection->SetString(&message, field, "someone");
    else if (name == "parties" || name == "requesting_parties")
      reflection->AddString(&message, field, "alice");
    else if (!field->is_repeated() &&
             (name == "commands" || name == "user" || name == "party_details"))
      fill(*reflection->MutableMessage(&message, field));
    else if (name == "act_as")
      reflection->AddString(&message, field, "alice");
    else if (name == "filter") {
      auto& filter =
          dynamic_cast<lapi::TransactionFilter&>(*reflection->MutableMessage(&message, field));
      (*filter.mutable_filters_by_party())["alice"];
    }
  }
}

std::unique_ptr<Message> request_of(const google::protobuf::MethodDescriptor& method) {
  std::unique_ptr<Message> request(google::protobuf::MessageFactory::generated_factory()
                                       ->GetPrototype(method.input_type())
                                       ->New());
  fill(*request);
  return request;
}

std::map<std::string, Claims> tokens() {
  std::map<std::string, Claims> tokens;
  Claims valid;
  valid.authenticated = true;
  tokens["nobody"] = {};
  tokens["anybody"].anybody = true;
  tokens["idle"] = valid;
  tokens["reads as alice"] = valid;
  tokens["reads as alice"].read_as = {"alice"};
  tokens["acts as alice"] = valid;
  tokens["acts as alice"].act_as = {"alice"};
  tokens["acts as bob"] = valid;
  tokens["acts as bob"].act_as = {"bob"};
  tokens["participant admin"] = valid;
  tokens["participant admin"].participant_admin = true;
  Claims provider = valid;
  provider.identity_provider_admin = true;
  provider.identity_provider_id = "idp";
  provider.user_id = provider.application_id = "provider-admin";
  tokens["provider admin"] = provider;
  Claims elsewhere = valid;
  elsewhere.participant_admin = true;
  elsewhere.act_as = {"alice"};
  elsewhere.refusal = "for another ledger";
  tokens["of another ledger"] = elsewhere;
  return tokens;
}

// Those who may, beside "anybody".
std::set<std::string> expected(Access access) {
  switch (access) {
  case Access::kOpen:
    return {"nobody",      "idle",           "reads as alice",    "acts as alice",
            "acts as bob", "provider admin", "participant admin", "of another ledger"};
  case Access::kPublic:
    return {"idle",        "reads as alice", "acts as alice",
            "acts as bob", "provider admin", "participant admin"};
  case Access::kParticipantAdmin:
    return {"participant admin"};
  case Access::kAdministration:
  case Access::kOwnUser:
    return {"participant admin", "provider admin"};
  case Access::kReadAs:
    return {"reads as alice", "acts as alice"};
  case Access::kActAs:
    return {"acts as alice"};
  }
  return {};
}

std::string id_of(const Outcome& outcome) {
  return outcome.ok() ? "" : std::string(outcome.failure().code().id);
}

constexpr const char* kUsers = "com.daml.ledger.api.v1.admin.UserManagementService/";
constexpr const char* kParties = "com.daml.ledger.api.v1.admin.PartyManagementService/";

Claims user_of(const std::string& id, const std::string& provider = {}) {
  Claims claims;
  claims.authenticated = true;
  claims.user_id = claims.application_id = id;
  claims.identity_provider_id = provider;
  return claims;
}

} // namespace

TEST_CASE("access: the table has exactly the methods of the API", "[daml_api][auth]") {
  std::set<std::string> published;
  for (const auto& [name, method] : published_methods())
    published.insert(name);
  std::set<std::string> ruled;
  for (const AccessRule& rule : access_rules())
    CHECK(ruled.insert(std::string(rule.method)).second);
  CHECK(ruled == published);
  CHECK(published.size() >= 54);
}

TEST_CASE("access: each method is open to the tokens of its rule and to no others",
          "[daml_api][auth]") {
  const auto methods = published_methods();
  for (const AccessRule& rule : access_rules()) {
    const auto allowed = expected(rule.access);
    for (const auto& [name, claims] : tokens()) {
      INFO(rule.method << " with the token of " << name);
      const auto request = request_of(*methods.at(std::string(rule.method)));
      const Outcome outcome = authorize(rule.method, claims, *request);
      if (name == "anybody" || allowed.contains(name))
        CHECK(id_of(outcome).empty());
      else if (name == "nobody")
        CHECK(id_of(outcome) == "UNAUTHENTICATED");
      else
        CHECK(id_of(outcome) == "PERMISSION_DENIED");
    }
  }
}

TEST_CASE("access: the rules are those that the API publishes", "[daml_api][auth]") {
  std::map<Access, int> count;
  std::map<std::string, Access> rules;
  for (const AccessRule& rule : access_rules()) {
    ++count[rule.access];
    rules[std::string(rule.method)] = rule.access;
  }
  CHECK(count[Access::kOpen] == 3);
  CHECK(count[Access::kActAs] == 5);
  CHECK(count[Access::kReadAs] == 10);
  CHECK(count[Access::kOwnUser] == 2);
  CHECK(rules["com.daml.ledger.api.v1.PackageService/GetPackage"] == Access::kPublic);
  CHECK(rules["com.daml.ledger.api.v1.admin.PackageManagementService/UploadDarFile"] ==
        Access::kParticipantAdmin);
  CHECK(rules[std::string(kParties) + "AllocateParty"] == Access::kAdministration);
  CHECK(rules[std::string(kParties) + "GetParticipantId"] == Access::kParticipantAdmin);
}

TEST_CASE("access: a method without a rule is refused to all", "[daml_api][auth]") {
  Claims claims;
  claims.anybody = true;
  lapi::GetLedgerEndRequest request;
  CHECK(id_of(authorize("com.daml.ledger.api.v1.TransactionService/GetLedgerEn", claims,
                        request)) == "INTERNAL_AUTHORIZATION_ERROR");
}

TEST_CASE("access: every party of a submission needs its right", "[daml_api][auth]") {
  constexpr const char* kMethod = "com.daml.ledger.api.v1.CommandSubmissionService/Submit";
  lapi::SubmitRequest request;
  request.mutable_commands()->set_application_id("app");
  request.mutable_commands()->set_party("alice");
  request.mutable_commands()->add_act_as("bob");
  request.mutable_commands()->add_read_as("carol");
  request.mutable_commands()->add_read_as("alice"); // acts anyhow
  Claims claims;
  claims.authenticated = true;
  claims.act_as = {"alice", "bob"};
  claims.read_as = {"carol"};
  CHECK(authorize(kMethod, claims, request).ok());
  for (const char* const party : {"alice", "bob"}) {
    Claims less = claims;
    less.act_as.erase(party);
    less.read_as.insert(party);
    CHECK(id_of(authorize(kMethod, less, request)) == "PERMISSION_DENIED");
  }
  claims.read_as.clear();
  CHECK(id_of(authorize(kMethod, claims, request)) == "PERMISSION_DENIED");
}

TEST_CASE("access: the application is filled in from the token, and demanded without one",
          "[daml_api][auth]") {
  constexpr const char* kSubmit = "com.daml.ledger.api.v1.CommandService/SubmitAndWait";
  constexpr const char* kStream =
      "com.daml.ledger.api.v1.CommandCompletionService/CompletionStream";
  lapi::SubmitAndWaitRequest request;
  request.mutable_commands();
  CHECK(authorize(kSubmit, user_of("alice"), request).ok());
  CHECK(request.commands().application_id() == "alice");
  request.mutable_commands()->set_application_id("other");
  CHECK(id_of(authorize(kSubmit, user_of("alice"), request)) == "PERMISSION_DENIED");

  lapi::CompletionStreamRequest stream;
  Claims anybody;
  anybody.anybody = true;
  CHECK(id_of(authorize(kStream, anybody, stream)) == "INVALID_ARGUMENT");
  CHECK(authorize(kStream, user_of("alice"), stream).ok());
  CHECK(stream.application_id() == "alice");

  // Without commands there is nothing to fill in, and none are made up.
  lapi::SubmitAndWaitRequest empty;
  CHECK(authorize(kSubmit, user_of("alice"), empty).ok());
  CHECK_FALSE(empty.has_commands());
  CHECK(id_of(authorize(kSubmit, anybody, empty)) == "INVALID_ARGUMENT");
}

TEST_CASE("access: users see themselves, named or not, and nobody else", "[daml_api][auth]") {
  for (const char* const name : {"GetUser", "ListUserRights"}) {
    const std::string method = std::string(kUsers) + name;
    const auto ask = [&](const Claims& claims, const std::string& user) {
      admin::GetUserRequest get;
      admin::ListUserRightsRequest list;
      get.set_user_id(user);
      list.set_user_id(user);
      Message& request = std::string(name) == "GetUser" ? static_cast<Message&>(get)
                                                        : static_cast<Message&>(list);
      const std::string id = id_of(authorize(method, claims, request));
      const std::string& asked =
          std::string(name) == "GetUser" ? get.user_id() : list.user_id();
      return id.empty() ? "may see " + asked : id;
    };
    CHECK(ask(user_of("alice"), "") == "may see alice");
    CHECK(ask(user_of("alice"), "alice") == "may see alice");
    CHECK(ask(user_of("alice"), "bob") == "PERMISSION_DENIED");
    Claims custom;
    custom.authenticated = custom.participant_admin = true;
    CHECK(ask(custom, "bob") == "may see bob");
    CHECK(ask(custom, "") == "INVALID_ARGUMENT");
    CHECK(ask({}, "") == "UNAUTHENTICATED");
  }
}

TEST_CASE("access: the right to administer the participant is only passed on by who has it",
          "[daml_api][auth]") {
  Claims provider = user_of("p", "idp");
  provider.identity_provider_admin = true;
  Claims participant = user_of("a");
  participant.participant_admin = true;

  admin::GrantUserRightsRequest grant;
  grant.set_user_id("u");
  grant.add_rights()->mutable_can_act_as()->set_party("x");
  CHECK(authorize(std::string(kUsers) + "GrantUserRights", provider, grant).ok());
  CHECK(grant.identity_provider_id() == "idp"); // it is implied
  grant.add_rights()->mutable_participant_admin();
  CHECK(id_of(authorize(std::string(kUsers) + "GrantUserRights", provider, grant)) ==
        "PERMISSION_DENIED");
  CHECK(authorize(std::string(kUsers) + "GrantUserRights", participant, grant).ok());

  admin::RevokeUserRightsRequest revoke;
  revoke.add_rights()->mutable_participant_admin();
  CHECK(id_of(authorize(std::string(kUsers) + "RevokeUserRights", provider, revoke)) ==
        "PERMISSION_DENIED");
  admin::CreateUserRequest create;
  create.mutable_user()->set_id("u");
  CHECK(authorize(std::string(kUsers) + "CreateUser", provider, create).ok());
  CHECK(create.user().identity_provider_id() == "idp");
  create.add_rights()->mutable_participant_admin();
  CHECK(id_of(authorize(std::string(kUsers) + "CreateUser", provider, create)) ==
        "PERMISSION_DENIED");
}

TEST_CASE("access: administrators of one identity provider do not reach into another",
          "[daml_api][auth]") {
  Claims provider = user_of("p", "idp");
  provider.identity_provider_admin = true;
  admin::UpdatePartyDetailsRequest update;
  update.mutable_party_details()->set_identity_provider_id("other");
  CHECK(id_of(authorize(std::string(kParties) + "UpdatePartyDetails", provider, update)) ==
        "PERMISSION_DENIED");
  update.mutable_party_details()->set_identity_provider_id("idp");
  CHECK(authorize(std::string(kParties) + "UpdatePartyDetails", provider, update).ok());
  // What is not there is not made up.
  admin::UpdatePartyDetailsRequest empty;
  CHECK(authorize(std::string(kParties) + "UpdatePartyDetails", provider, empty).ok());
  CHECK_FALSE(empty.has_party_details());
  admin::ListUsersRequest list;
  list.set_identity_provider_id("other");
  CHECK(id_of(authorize(std::string(kUsers) + "ListUsers", provider, list)) ==
        "PERMISSION_DENIED");
}
