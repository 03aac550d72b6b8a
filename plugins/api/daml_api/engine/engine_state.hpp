// The contracts that are active on a ledger whose history this node does not have from the
// beginning, as the engine lists them at one block: for each of this node's parties what it may
// read. Owned by the plugin object, used by the index's thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/ledger/ledger.hpp"
#include "index/state_source.hpp"

namespace tenon::daml_api {

class EngineState final : public index::StateSource {
public:
  // `ledger` outlives this. `client`: this node among those that host parties; empty: it holds the
  // state of all.
  EngineState(api::Ledger& ledger, std::string engine, std::string client)
      : ledger_(ledger), engine_(std::move(engine)), client_(std::move(client)) {}

  Result<Place> begin() override;
  Result<std::vector<daml::engine::v1::Contract>> next() override;

private:
  [[nodiscard]] Result<std::vector<std::string>> find_parties();
  // The next page of the parties asked about now.
  [[nodiscard]] Result<daml::engine::v1::ContractsResponse> ask();

  api::Ledger& ledger_;
  const std::string engine_;
  const std::string client_;
  std::uint64_t height_ = 0;
  std::vector<std::string> parties_; // still to be asked about, but for those of this page
  std::vector<std::string> asked_;
  std::string after_;
  // Contracts that were given already, since parties share them.
  std::set<std::string> given_;
};

} // namespace tenon::daml_api
