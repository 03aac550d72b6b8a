#include "participant/store.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

// Until it is set for the first time, the one that TimeModel begins with.
Result<TimeModel> read_time_model(sqlite::Connection& connection) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT generation, average_latency_ns, min_skew_ns, max_skew_ns "
                           "FROM time_model"));
  sqlite::Rows rows = find->run();
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return TimeModel{};
  return TimeModel{rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3)};
}

} // namespace

Answer<TimeModel> ParticipantStore::time_model() {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(const TimeModel model, read_time_model(*connection_));
  return model;
}

Answer<TimeModel> ParticipantStore::set_time_model(const TimeModel& model) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const TimeModel present, read_time_model(*connection_));
  if (model.generation != present.generation) {
    return wrong_argument("the configuration is at generation " +
                          std::to_string(present.generation) + ", the request is about " +
                          std::to_string(model.generation));
  }
  TimeModel changed = model;
  ++changed.generation;
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const write,
      connection_->statement("INSERT OR REPLACE INTO time_model VALUES (1, ?, ?, ?, ?)"));
  TENON_RETURN_IF_ERROR(write->execute(changed.generation, changed.average_latency_ns,
                                       changed.min_skew_ns, changed.max_skew_ns));
  TENON_RETURN_IF_ERROR(transaction.commit());
  return changed;
}

} // namespace tenon::daml_api
