#include "participant/store.hpp"

namespace tenon::daml_api {

Result<index::PrunedOffsets> ParticipantStore::pruned(std::string_view chain) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection_->statement("SELECT up_to, divulged_up_to, divulged_until_us FROM pruned "
                             "WHERE chain = ?"));
  sqlite::Rows rows = find->run(sqlite::Blob{chain});
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return index::PrunedOffsets();
  return index::PrunedOffsets{rows.number(0), rows.number(1), rows.integer(2)};
}

Status ParticipantStore::set_pruned(std::string_view chain, const index::PrunedOffsets& pruned) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const write,
      connection_->statement("INSERT OR REPLACE INTO pruned VALUES (?, ?, ?, ?)"));
  return write->execute(sqlite::Blob{chain}, pruned.up_to, pruned.divulged_up_to,
                        pruned.divulged_until_us);
}

} // namespace tenon::daml_api
