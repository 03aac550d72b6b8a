// Commands and a ledger for tests of their path.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "com/daml/ledger/api/v1/commands.pb.h"
#include "narrow_ledger.hpp"
#include "submission/command_validator.hpp"

namespace tenon::daml_api::test {

namespace lapi = com::daml::ledger::api::v1;

inline constexpr std::uint64_t kNowUs = 1'700'000'000'000'000;
inline const std::string kContractId = "00" + std::string(64, 'a');

lapi::Identifier identifier(std::string package, std::string module, std::string entity);
lapi::Record one_field_record();
// One command of each form.
lapi::Commands all_commands();
CommandRules rules();

// Keeps what is submitted; completes when told to.
class FakeLedger final : public tenon::api::NarrowLedger {
public:
  Status submit(const v1::Submission& submission, Completed done) override;
  Result<v1::QueryResponse> query(const v1::QueryRequest& request) override;
  Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest& request) override;
  Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) override;
  Result<v1::StatusResponse> status() override;
  Result<std::unique_ptr<Watch>> watch(HeadMoved head_moved) override;

  Status refusal; // of submissions, unless OK
  std::vector<v1::Submission> submissions;
  std::vector<Completed> waiting;
};

} // namespace tenon::daml_api::test
