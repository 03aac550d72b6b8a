// The contracts active at an offset, from the lists of the active and of those archived since.
// Lists are read in pieces; what a piece holds stays right however the ledger moves on, since the
// set is fixed. What is archived between pieces is found among the archived ones by its number.
#pragma once

#include <set>

#include "index/database.hpp"
#include "index/ledger_index.hpp"
#include "index/merged_lists.hpp"
#include "index/names.hpp"

namespace tenon::daml_api::index {

class ActiveContractsReader final : public ActiveContracts {
public:
  // `pool` and `names` outlive it. The failure of a damaged database goes to `report` first.
  ActiveContractsReader(ReaderPool& pool, const Names& names, Interest interest, std::uint64_t at,
                        std::function<Status(Status)> report);

  // Fixes the set.
  Status begin();
  [[nodiscard]] Result<std::vector<ActiveContract>> next(PageLimit limit) override;

private:
  // Contracts of which one party is a stakeholder, of one template.
  struct List {
    NameId party;
    NameId type;
    std::uint64_t archived_read_to = 0;       // archives up to this offset were looked at
    std::set<std::uint64_t> archived_since{}; // of the set, and not yet given
  };

  Status find_lists(sqlite::Connection& connection);
  [[nodiscard]] Result<std::vector<NameId>> templates_of(sqlite::Connection& connection,
                                                         NameId party) const;
  [[nodiscard]] Result<std::vector<ActiveContract>> read_page(sqlite::Connection& connection,
                                                              PageLimit limit);
  [[nodiscard]] Result<std::vector<std::uint64_t>> read_piece(sqlite::Connection& connection,
                                                              List& list, std::uint64_t after,
                                                              std::uint64_t count,
                                                              std::uint64_t end) const;
  Status read_archived(sqlite::Connection& connection, List& list, std::uint64_t after,
                       std::uint64_t end) const;

  ReaderPool& pool_;
  const Names& names_;
  const Interest interest_;
  const std::uint64_t at_;
  const std::function<Status(Status)> report_;
  std::uint64_t last_sequence_ = 0; // of what was created up to `at`
  std::vector<List> lists_;
  std::optional<MergedLists> merged_;
};

// OUT_OF_RANGE when the transactions after an offset are not all there any more; UNAVAILABLE when
// the index is being made anew and has not yet come to where it may be read.
[[nodiscard]] Status check_not_pruned(const Extent& extent, std::uint64_t after);

} // namespace tenon::daml_api::index
