#include "index/active_contracts.hpp"

#include <algorithm>

#include "index/loading.hpp"

namespace tenon::daml_api::index {

Status check_not_pruned(const Extent& extent, std::uint64_t after) {
  if (after >= extent.pruned_up_to)
    return {};
  if (extent.end < extent.pruned_up_to) {
    return unavailable("SERVICE_NOT_RUNNING: the index is made anew from the ledger and has come "
                       "to offset " +
                       std::to_string(extent.end) + " so far; everything up to offset " +
                       std::to_string(extent.pruned_up_to) + " was pruned");
  }
  return out_of_range("PARTICIPANT_PRUNED_DATA_ACCESSED: what comes after offset " +
                      std::to_string(after) + " was asked for, but everything up to offset " +
                      std::to_string(extent.pruned_up_to) + " was pruned");
}

ActiveContractsReader::ActiveContractsReader(ReaderPool& pool, const Names& names,
                                             Interest interest, std::uint64_t at,
                                             std::function<Status(Status)> report)
    : pool_(pool), names_(names), interest_(std::move(interest)), at_(at),
      report_(std::move(report)) {}

Status ActiveContractsReader::begin() {
  TENON_ASSIGN_OR_RETURN(ReaderPool::Lease connection, pool_.take());
  TENON_ASSIGN_OR_RETURN(const sqlite::Transaction snapshot,
                         sqlite::Transaction::begin(*connection, false));
  TENON_ASSIGN_OR_RETURN(const StateRow state, read_state(*connection));
  TENON_RETURN_IF_ERROR(check_not_pruned(state.extent, at_));
  TENON_ASSIGN_OR_RETURN(last_sequence_, last_sequence_at(*connection, at_));
  TENON_RETURN_IF_ERROR(find_lists(*connection));
  merged_.emplace(lists_.size(), 0);
  return {};
}

Status ActiveContractsReader::find_lists(sqlite::Connection& connection) {
  for (const auto& [party, templates] : interest_.parties) {
    const auto id = names_.find(party);
    if (!id)
      continue; // nothing was ever seen of it
    if (templates.empty()) {
      TENON_ASSIGN_OR_RETURN(const std::vector<NameId> types, templates_of(connection, *id));
      for (const NameId type : types)
        lists_.push_back({*id, type, at_});
      continue;
    }
    for (const std::string& name : templates) {
      if (const auto type = names_.find(name))
        lists_.push_back({*id, *type, at_});
    }
  }
  return {};
}

// From one template to the next: costs what there are templates, not contracts.
Result<std::vector<NameId>> ActiveContractsReader::templates_of(sqlite::Connection& connection,
                                                                NameId party) const {
  std::set<NameId> types;
  for (const std::string_view sql :
       {"SELECT template FROM active WHERE party = ? AND template > ? ORDER BY template LIMIT 1",
        "SELECT template FROM archived WHERE party = ? AND template > ? ORDER BY template LIMIT "
        "1"}) {
    TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find, connection.statement(sql));
    NameId last = 0;
    for (;;) {
      sqlite::Rows rows = find->run(party, last);
      TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
      if (!there)
        break;
      last = rows.integer(0);
      types.insert(last);
    }
  }
  return std::vector<NameId>(types.begin(), types.end());
}

Result<std::vector<ActiveContract>> ActiveContractsReader::next(PageLimit limit) {
  TENON_ASSIGN_OR_RETURN(ReaderPool::Lease connection, pool_.take());
  auto page = read_page(*connection, limit);
  if (!page.ok())
    return report_(page.status());
  return page;
}

Result<std::vector<ActiveContract>>
ActiveContractsReader::read_page(sqlite::Connection& connection, PageLimit limit) {
  TENON_ASSIGN_OR_RETURN(const sqlite::Transaction snapshot,
                         sqlite::Transaction::begin(connection, false));
  TENON_ASSIGN_OR_RETURN(const StateRow state, read_state(connection));
  TENON_RETURN_IF_ERROR(check_not_pruned(state.extent, at_));
  const auto read = [&](std::size_t list, std::uint64_t after, std::uint64_t count) {
    return read_piece(connection, lists_[list], after, count, state.extent.end);
  };
  std::vector<ActiveContract> page;
  const auto arena = std::make_shared<google::protobuf::Arena>();
  std::uint64_t bytes = 0;
  while (page.empty() || (page.size() < limit.items && bytes < limit.bytes)) {
    TENON_ASSIGN_OR_RETURN(const auto sequence, merged_->next(limit.items - page.size(), read));
    if (!sequence)
      break;
    std::uint64_t size = 0;
    TENON_ASSIGN_OR_RETURN(auto contract, load_event(connection, *sequence, arena, &size));
    if (!contract || !contract->created.is_create()) {
      return data_loss("the database is damaged: event " + std::to_string(*sequence) +
                       " should be the create of an active contract");
    }
    bytes += size;
    page.push_back(std::move(*contract));
  }
  return page;
}

Result<std::vector<std::uint64_t>>
ActiveContractsReader::read_piece(sqlite::Connection& connection, List& list, std::uint64_t after,
                                  std::uint64_t count, std::uint64_t end) const {
  TENON_RETURN_IF_ERROR(read_archived(connection, list, after, end));
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT sequence FROM active WHERE party = ? AND template = ? AND "
                           "sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?"));
  std::vector<std::uint64_t> numbers;
  sqlite::Rows rows = find->run(list.party, list.type, after, last_sequence_, count);
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there)
      break;
    numbers.push_back(rows.number(0));
  }
  // Of the archived ones those that stand between; all of them when nothing active is left.
  const auto from = list.archived_since.begin();
  const auto to = numbers.size() < count ? list.archived_since.end()
                                         : list.archived_since.upper_bound(numbers.back());
  const auto active = static_cast<std::ptrdiff_t>(numbers.size());
  numbers.insert(numbers.end(), from, to);
  list.archived_since.erase(from, to);
  std::inplace_merge(numbers.begin(), numbers.begin() + active, numbers.end());
  return numbers;
}

Status ActiveContractsReader::read_archived(sqlite::Connection& connection, List& list,
                                            std::uint64_t after, std::uint64_t end) const {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT sequence FROM archived WHERE party = ? AND template = ? AND "
                           "offset > ? ORDER BY offset"));
  sqlite::Rows rows = find->run(list.party, list.type, list.archived_read_to);
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there)
      break;
    const std::uint64_t sequence = rows.number(0);
    if (sequence > after && sequence <= last_sequence_)
      list.archived_since.insert(sequence);
  }
  list.archived_read_to = std::max(list.archived_read_to, end);
  return {};
}

} // namespace tenon::daml_api::index
