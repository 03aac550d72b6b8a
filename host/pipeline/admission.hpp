// Takes in a submission: form and limits, deduplication, the engine's preparation, pre-execution;
// then the transaction goes to the proposer and the caller into the completion table. Steps 2 to 4
// of a request's path. Owned by the pipeline; any thread, the caller's own.
#pragma once

#include "pipeline/completion_table.hpp"
#include "pipeline/health.hpp"
#include "pipeline/history_service.hpp"
#include "pipeline/pre_executor.hpp"
#include "pipeline/proposer.hpp"

namespace tenon::host::pipeline {

struct AdmissionParts {
  const Options& options;
  const Genesis& genesis;
  const EngineSet& engines;
  const HeadHolder& head;
  const Health& health;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  CompletionTable& completions;
  HistoryService& history;
  PreExecutor& pre_executor;
  Proposer& proposer;
};

class Admission {
public:
  explicit Admission(const AdmissionParts& parts);

  // When this fails, `done` is never called; otherwise exactly once.
  [[nodiscard]] Status submit(const v1::Submission& submission, CompletionTable::Done done);

private:
  [[nodiscard]] Status check_form(const v1::Submission& submission) const;
  [[nodiscard]] Result<Hash> table_key(const v1::Submission& submission, const Hash& dedup_key);
  // Of the first submission of a command.
  [[nodiscard]] Status admit(const v1::Submission& submission,
                             const CompletionTable::Ticket& ticket, const Hash& dedup_key);
  [[nodiscard]] Result<v1::Transaction> make_transaction(const v1::Submission& submission,
                                                         const BlockState& state,
                                                         const Hash& dedup_key);
  [[nodiscard]] Result<Bytes> prepare(const v1::Submission& submission, const BlockState& state);

  AdmissionParts parts_;
  Counter& accepted_;
  Counter& refused_;
};

} // namespace tenon::host::pipeline
