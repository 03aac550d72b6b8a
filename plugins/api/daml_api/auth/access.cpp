#include "auth/access.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "com/daml/ledger/api/v1/active_contracts_service.pb.h"
#include "com/daml/ledger/api/v1/admin/identity_provider_config_service.pb.h"
#include "com/daml/ledger/api/v1/admin/party_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/user_management_service.pb.h"
#include "com/daml/ledger/api/v1/command_completion_service.pb.h"
#include "com/daml/ledger/api/v1/command_service.pb.h"
#include "com/daml/ledger/api/v1/command_submission_service.pb.h"
#include "com/daml/ledger/api/v1/event_query_service.pb.h"
#include "com/daml/ledger/api/v1/transaction_service.pb.h"
#include "errors/codes.hpp"

namespace tenon::daml_api {

namespace {

namespace v1 = com::daml::ledger::api::v1;
namespace admin = com::daml::ledger::api::v1::admin;
using google::protobuf::Message;

// What a request asks for, and the fields of it that the token may fill in.
struct Wanted {
  std::set<std::string> act_as;
  std::set<std::string> read_as;
  bool names_application = false;
  std::string* application_id = nullptr; // null, too, where the message around it is missing
  std::string* user_id = nullptr;
  std::string* identity_provider_id = nullptr;
  bool grants_participant_admin = false;
};

using Read = void (*)(Message& message, Wanted& wanted);

void nothing(Message&, Wanted&) {}

template <typename Request> void read_commands(Message& message, Wanted& wanted) {
  auto& request = static_cast<Request&>(message);
  wanted.names_application = true;
  if (!request.has_commands())
    return;
  v1::Commands& commands = *request.mutable_commands();
  wanted.application_id = commands.mutable_application_id();
  if (!commands.party().empty())
    wanted.act_as.insert(commands.party());
  wanted.act_as.insert(commands.act_as().begin(), commands.act_as().end());
  for (const std::string& party : commands.read_as()) {
    if (!wanted.act_as.contains(party))
      wanted.read_as.insert(party);
  }
}

template <typename Request> void read_filter(Message& message, Wanted& wanted) {
  for (const auto& [party, filters] :
       static_cast<Request&>(message).filter().filters_by_party())
    wanted.read_as.insert(party);
}

template <typename Request> void read_requesting(Message& message, Wanted& wanted) {
  const auto& parties = static_cast<Request&>(message).requesting_parties();
  wanted.read_as.insert(parties.begin(), parties.end());
}

void read_completions(Message& message, Wanted& wanted) {
  auto& request = static_cast<v1::CompletionStreamRequest&>(message);
  wanted.names_application = true;
  wanted.application_id = request.mutable_application_id();
  wanted.read_as.insert(request.parties().begin(), request.parties().end());
}

template <typename Request> void read_provider(Message& message, Wanted& wanted) {
  wanted.identity_provider_id = static_cast<Request&>(message).mutable_identity_provider_id();
}

template <typename Request> void read_own_user(Message& message, Wanted& wanted) {
  wanted.user_id = static_cast<Request&>(message).mutable_user_id();
  read_provider<Request>(message, wanted);
}

template <typename Request> void read_rights(Message& message, Wanted& wanted) {
  const auto& rights = static_cast<Request&>(message).rights();
  wanted.grants_participant_admin =
      std::any_of(rights.begin(), rights.end(),
                  [](const admin::Right& right) { return right.has_participant_admin(); });
}

template <typename Request> void read_granted(Message& message, Wanted& wanted) {
  read_rights<Request>(message, wanted);
  read_provider<Request>(message, wanted);
}

void read_created_user(Message& message, Wanted& wanted) {
  auto& request = static_cast<admin::CreateUserRequest&>(message);
  read_rights<admin::CreateUserRequest>(message, wanted);
  if (request.has_user())
    read_provider<admin::User>(*request.mutable_user(), wanted);
}

void read_updated_user(Message& message, Wanted& wanted) {
  auto& request = static_cast<admin::UpdateUserRequest&>(message);
  if (request.has_user())
    read_provider<admin::User>(*request.mutable_user(), wanted);
}

void read_updated_party(Message& message, Wanted& wanted) {
  auto& request = static_cast<admin::UpdatePartyDetailsRequest&>(message);
  if (request.has_party_details())
    read_provider<admin::PartyDetails>(*request.mutable_party_details(), wanted);
}

struct Entry {
  AccessRule rule;
  Read read;
};

#define V1 "com.daml.ledger.api.v1."
#define ADMIN "com.daml.ledger.api.v1.admin."

// In the order of their names: found by bisection.
constexpr std::array kEntries = {
    Entry{{V1 "ActiveContractsService/GetActiveContracts", Access::kReadAs},
          read_filter<v1::GetActiveContractsRequest>},
    Entry{{V1 "CommandCompletionService/CompletionEnd", Access::kPublic}, nothing},
    Entry{{V1 "CommandCompletionService/CompletionStream", Access::kReadAs}, read_completions},
    Entry{{V1 "CommandService/SubmitAndWait", Access::kActAs},
          read_commands<v1::SubmitAndWaitRequest>},
    Entry{{V1 "CommandService/SubmitAndWaitForTransaction", Access::kActAs},
          read_commands<v1::SubmitAndWaitRequest>},
    Entry{{V1 "CommandService/SubmitAndWaitForTransactionId", Access::kActAs},
          read_commands<v1::SubmitAndWaitRequest>},
    Entry{{V1 "CommandService/SubmitAndWaitForTransactionTree", Access::kActAs},
          read_commands<v1::SubmitAndWaitRequest>},
    Entry{{V1 "CommandSubmissionService/Submit", Access::kActAs},
          read_commands<v1::SubmitRequest>},
    Entry{{V1 "EventQueryService/GetEventsByContractId", Access::kReadAs},
          read_requesting<v1::GetEventsByContractIdRequest>},
    Entry{{V1 "EventQueryService/GetEventsByContractKey", Access::kReadAs},
          read_requesting<v1::GetEventsByContractKeyRequest>},
    Entry{{V1 "LedgerConfigurationService/GetLedgerConfiguration", Access::kPublic}, nothing},
    Entry{{V1 "LedgerIdentityService/GetLedgerIdentity", Access::kPublic}, nothing},
    Entry{{V1 "PackageService/GetPackage", Access::kPublic}, nothing},
    Entry{{V1 "PackageService/GetPackageStatus", Access::kPublic}, nothing},
    Entry{{V1 "PackageService/ListPackages", Access::kPublic}, nothing},
    Entry{{V1 "TransactionService/GetFlatTransactionByEventId", Access::kReadAs},
          read_requesting<v1::GetTransactionByEventIdRequest>},
    Entry{{V1 "TransactionService/GetFlatTransactionById", Access::kReadAs},
          read_requesting<v1::GetTransactionByIdRequest>},
    Entry{{V1 "TransactionService/GetLatestPrunedOffsets", Access::kPublic}, nothing},
    Entry{{V1 "TransactionService/GetLedgerEnd", Access::kPublic}, nothing},
    Entry{{V1 "TransactionService/GetTransactionByEventId", Access::kReadAs},
          read_requesting<v1::GetTransactionByEventIdRequest>},
    Entry{{V1 "TransactionService/GetTransactionById", Access::kReadAs},
          read_requesting<v1::GetTransactionByIdRequest>},
    Entry{{V1 "TransactionService/GetTransactionTrees", Access::kReadAs},
          read_filter<v1::GetTransactionsRequest>},
    Entry{{V1 "TransactionService/GetTransactions", Access::kReadAs},
          read_filter<v1::GetTransactionsRequest>},
    // Clients ask for the version before they have a token.
    Entry{{V1 "VersionService/GetLedgerApiVersion", Access::kOpen}, nothing},
    Entry{{ADMIN "CommandInspectionService/GetCommandStatus", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "ConfigManagementService/GetTimeModel", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "ConfigManagementService/SetTimeModel", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "IdentityProviderConfigService/CreateIdentityProviderConfig",
           Access::kParticipantAdmin},
          nothing},
    Entry{{ADMIN "IdentityProviderConfigService/DeleteIdentityProviderConfig",
           Access::kParticipantAdmin},
          nothing},
    Entry{{ADMIN "IdentityProviderConfigService/GetIdentityProviderConfig",
           Access::kParticipantAdmin},
          nothing},
    Entry{{ADMIN "IdentityProviderConfigService/ListIdentityProviderConfigs",
           Access::kParticipantAdmin},
          nothing},
    Entry{{ADMIN "IdentityProviderConfigService/UpdateIdentityProviderConfig",
           Access::kParticipantAdmin},
          nothing},
    Entry{{ADMIN "MeteringReportService/GetMeteringReport", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "PackageManagementService/ListKnownPackages", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "PackageManagementService/UploadDarFile", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "PackageManagementService/ValidateDarFile", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "ParticipantPruningService/Prune", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "PartyManagementService/AllocateParty", Access::kAdministration},
          read_provider<admin::AllocatePartyRequest>},
    Entry{{ADMIN "PartyManagementService/GetParticipantId", Access::kParticipantAdmin}, nothing},
    Entry{{ADMIN "PartyManagementService/GetParties", Access::kAdministration},
          read_provider<admin::GetPartiesRequest>},
    Entry{{ADMIN "PartyManagementService/ListKnownParties", Access::kAdministration},
          read_provider<admin::ListKnownPartiesRequest>},
    Entry{{ADMIN "PartyManagementService/UpdatePartyDetails", Access::kAdministration},
          read_updated_party},
    Entry{{ADMIN "PartyManagementService/UpdatePartyIdentityProviderId",
           Access::kParticipantAdmin},
          nothing},
    Entry{{ADMIN "UserManagementService/CreateUser", Access::kAdministration}, read_created_user},
    Entry{{ADMIN "UserManagementService/DeleteUser", Access::kAdministration},
          read_provider<admin::DeleteUserRequest>},
    Entry{{ADMIN "UserManagementService/GetUser", Access::kOwnUser},
          read_own_user<admin::GetUserRequest>},
    Entry{{ADMIN "UserManagementService/GrantUserRights", Access::kAdministration},
          read_granted<admin::GrantUserRightsRequest>},
    Entry{{ADMIN "UserManagementService/ListUserRights", Access::kOwnUser},
          read_own_user<admin::ListUserRightsRequest>},
    Entry{{ADMIN "UserManagementService/ListUsers", Access::kAdministration},
          read_provider<admin::ListUsersRequest>},
    Entry{{ADMIN "UserManagementService/RevokeUserRights", Access::kAdministration},
          read_granted<admin::RevokeUserRightsRequest>},
    Entry{{ADMIN "UserManagementService/UpdateUser", Access::kAdministration}, read_updated_user},
    Entry{{ADMIN "UserManagementService/UpdateUserIdentityProviderId", Access::kParticipantAdmin},
          nothing},
    Entry{{V1 "testing.TimeService/GetTime", Access::kPublic}, nothing},
    Entry{{V1 "testing.TimeService/SetTime", Access::kParticipantAdmin}, nothing},
    Entry{{"grpc.health.v1.Health/Check", Access::kOpen}, nothing},
    Entry{{"grpc.health.v1.Health/Watch", Access::kOpen}, nothing},
};

#undef V1
#undef ADMIN

constexpr auto kRules = [] {
  std::array<AccessRule, kEntries.size()> rules{};
  for (std::size_t i = 0; i < rules.size(); ++i)
    rules[i] = kEntries[i].rule;
  return rules;
}();
static_assert(std::is_sorted(kRules.begin(), kRules.end(),
                             [](const AccessRule& left, const AccessRule& right) {
                               return left.method < right.method;
                             }));

Outcome check_provider(const Claims& claims, const Wanted& wanted) {
  if (wanted.identity_provider_id == nullptr)
    return {};
  std::string& provider = *wanted.identity_provider_id;
  if (provider.empty() && !claims.administers_participant())
    provider = claims.identity_provider_id;
  return claims.require_identity_provider(provider);
}

Outcome check_administration(const Claims& claims, const Wanted& wanted) {
  if (wanted.grants_participant_admin || claims.administers_participant()) {
    TENON_RETURN_IF_FAILED(claims.require_admin());
  } else {
    TENON_RETURN_IF_FAILED(claims.require_admin_of(claims.identity_provider_id));
  }
  return check_provider(claims, wanted);
}

Outcome check_own_user(const Claims& claims, const Wanted& wanted) {
  TENON_RETURN_IF_FAILED(claims.require_public());
  std::string& user = *wanted.user_id;
  if (!claims.user_id.empty() && (user.empty() || user == claims.user_id)) {
    user = claims.user_id;
    return check_provider(claims, wanted);
  }
  if (user.empty()) {
    return Failure(codes::kInvalidArgument,
                   "the field user_id is empty, and there is no token of a user to take its place");
  }
  return check_administration(claims, wanted);
}

Outcome check_parties(const Claims& claims, const Wanted& wanted) {
  TENON_RETURN_IF_FAILED(claims.require_public());
  for (const std::string& party : wanted.act_as)
    TENON_RETURN_IF_FAILED(claims.require_act_as(party));
  for (const std::string& party : wanted.read_as)
    TENON_RETURN_IF_FAILED(claims.require_read_as(party));
  if (!wanted.names_application)
    return {};
  static const std::string kNone;
  const std::string& asked = wanted.application_id == nullptr ? kNone : *wanted.application_id;
  TENON_ASSIGN_OR_RETURN(std::string application, claims.require_application(asked));
  if (wanted.application_id != nullptr)
    *wanted.application_id = std::move(application);
  return {};
}

Outcome check(Access access, const Claims& claims, const Wanted& wanted) {
  switch (access) {
  case Access::kOpen:
    return {};
  case Access::kPublic:
    return claims.require_public();
  case Access::kParticipantAdmin:
    return claims.require_admin();
  case Access::kAdministration:
    return check_administration(claims, wanted);
  case Access::kOwnUser:
    return check_own_user(claims, wanted);
  case Access::kReadAs:
  case Access::kActAs:
    return check_parties(claims, wanted);
  }
  return claims.require_admin();
}

} // namespace

std::span<const AccessRule> access_rules() {
  return kRules;
}

Outcome authorize(std::string_view method, const Claims& claims, Message& request) {
  const auto found = std::lower_bound(
      kEntries.begin(), kEntries.end(), method,
      [](const Entry& entry, std::string_view name) { return entry.rule.method < name; });
  if (found == kEntries.end() || found->rule.method != method) {
    return Failure(codes::kInternalAuthorizationError,
                   "no rule says who may call " + std::string(method));
  }
  Wanted wanted;
  found->read(request, wanted);
  return check(found->rule.access, claims, wanted);
}

} // namespace tenon::daml_api
