#include "engine/engine_state.hpp"

#include <algorithm>

#include "submission/binary_form.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "tenon/wire/hashing.hpp"

namespace tenon::daml_api {

namespace engine = daml::engine::v1;

namespace {

constexpr std::size_t kPartiesAtOnce = 64;
constexpr std::uint64_t kPartyPage = 1000;

} // namespace

Result<index::StateSource::Place> EngineState::begin() {
  TENON_ASSIGN_OR_RETURN(const auto status, ledger_.status());
  height_ = status.height();
  after_.clear();
  asked_.clear();
  given_.clear();
  TENON_ASSIGN_OR_RETURN(parties_, find_parties());
  // All offsets of the block: what comes next is of a later one.
  return Place{wire::make_offset(height_ + 1, 0) - 1, status.record_time_us()};
}

Result<std::vector<std::string>> EngineState::find_parties() {
  std::vector<std::string> names;
  v1::PartiesRequest request;
  request.set_limit(kPartyPage);
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const auto page, ledger_.parties(request));
    for (const v1::PartyInfo& party : page.parties()) {
      const auto& hosts = party.record().hosted_by();
      if (client_.empty() || std::find(hosts.begin(), hosts.end(), client_) != hosts.end())
        names.push_back(party.party());
    }
    if (!page.more() || page.parties().empty())
      return names;
    request.set_after(page.parties().rbegin()->party());
  }
}

Result<engine::ContractsResponse> EngineState::ask() {
  engine::Request request;
  request.mutable_contracts()->set_after(after_);
  v1::QueryRequest query;
  query.set_engine(engine_);
  query.set_height(height_);
  for (const std::string& party : asked_)
    query.add_parties(party);
  query.set_request(binary_form(request));
  TENON_ASSIGN_OR_RETURN(const auto answer, ledger_.query(query));
  engine::Response response;
  if (!response.ParseFromString(answer.response()) || !response.has_contracts())
    return failed_precondition("the engine's answer to contracts is of another form");
  return std::move(*response.mutable_contracts());
}

Result<std::vector<engine::Contract>> EngineState::next() {
  std::vector<engine::Contract> contracts;
  while (contracts.empty()) {
    if (asked_.empty()) {
      if (parties_.empty())
        return contracts;
      const std::size_t count = std::min(kPartiesAtOnce, parties_.size());
      asked_.assign(parties_.end() - static_cast<std::ptrdiff_t>(count), parties_.end());
      parties_.resize(parties_.size() - count);
      after_.clear();
    }
    TENON_ASSIGN_OR_RETURN(engine::ContractsResponse page, ask());
    for (engine::Contract& contract : *page.mutable_contracts()) {
      after_ = contract.contract_id();
      if (given_.insert(after_).second)
        contracts.push_back(std::move(contract));
    }
    if (!page.more())
      asked_.clear();
  }
  return contracts;
}

} // namespace tenon::daml_api
