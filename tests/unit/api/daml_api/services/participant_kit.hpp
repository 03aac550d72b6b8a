// The services that administer a participant, called as the server calls them, over a ledger that
// knows parties and allocates them.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/access.hpp"
#include "narrow_ledger.hpp"
#include "services/identity_provider_config.hpp"
#include "services/party_management.hpp"
#include "services/user_management.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::daml_api::test {

inline constexpr const char* kParties = "com.daml.ledger.api.v1.admin.PartyManagementService/";
inline constexpr const char* kUsers = "com.daml.ledger.api.v1.admin.UserManagementService/";
inline constexpr const char* kProviders =
    "com.daml.ledger.api.v1.admin.IdentityProviderConfigService/";

// Allocates parties at once, on the caller's thread.
class PartyLedger final : public api::NarrowLedger {
public:
  Status submit(const v1::Submission& submission, Completed done) override;
  Result<v1::QueryResponse> query(const v1::QueryRequest& request) override;
  Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest& request) override;
  Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) override;
  Result<v1::StatusResponse> status() override;
  Result<std::unique_ptr<Watch>> watch(HeadMoved head_moved) override;

  void add(const std::string& party, const std::string& host);

  std::map<std::string, v1::PartyRecord> known;
  std::vector<v1::Submission> submissions;
  std::optional<v1::Completion> refusal; // of what is submitted next
  std::uint64_t page = 3;                // at most so many parties at once
};

// What a method answered.
template <typename Response> struct Answered {
  Response response;
  std::string failure; // the id, or empty
};

class ParticipantKit {
public:
  ParticipantKit();

  // As with authorization off, or as `claims`.
  template <typename Response, typename Request>
  Answered<Response> call(const std::string& method, const Request& request) {
    return call_as<Response>(anybody_, method, request);
  }
  template <typename Response, typename Request>
  Answered<Response> call_as(std::shared_ptr<const Claims> claims, const std::string& method,
                             const Request& request) {
    const auto answer = run(std::move(claims), method, request);
    Answered<Response> answered;
    if (answer.ok())
      REQUIRE(answered.response.ParseFromString(*answer));
    else
      answered.failure = answer.failure().code().id;
    return answered;
  }

  testkit::TemporaryFolder folder;
  PartyLedger ledger;
  std::unique_ptr<ParticipantStore> store;
  std::unique_ptr<ParticipantParts> parts;
  rpc::Methods methods;

private:
  Answer<std::string> run(std::shared_ptr<const Claims> claims, const std::string& method,
                          const google::protobuf::Message& request);

  std::shared_ptr<const Claims> anybody_;
};

} // namespace tenon::daml_api::test
