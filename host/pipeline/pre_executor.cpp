#include "pipeline/pre_executor.hpp"

#include "pipeline/keys.hpp"

namespace tenon::host::pipeline {

PreExecutor::PreExecutor(const EngineSet& engines, std::size_t capacity, Metrics& metrics)
    : engines_(engines), capacity_(capacity),
      hits_(metrics.counter("pre_execution_hits_total",
                            "Transactions whose result from before ordering could be used")),
      misses_(metrics.counter("pre_execution_misses_total",
                              "Pre-executed transactions that had to run again in their block")) {}

Status PreExecutor::run(const BlockState& state, std::uint64_t height, const Hash& id,
                        const v1::Transaction& transaction) {
  const EngineSet::Entry* const entry = engines_.find(transaction.engine());
  if (entry == nullptr)
    return {}; // its block says what is wrong with it
  auto kept = std::make_shared<Kept>();
  TENON_ASSIGN_OR_RETURN(kept->result,
                         EngineSet::execute(*entry, state, id, transaction,
                                            {height, state.record_time_us()}, &kept->reads));
  keep(id, std::move(kept));
  return {};
}

Result<std::shared_ptr<const plugin::ExecutionResult>> PreExecutor::reuse(const BlockState& state,
                                                                          const Hash& id) {
  const std::shared_ptr<const Kept> kept = find(id);
  if (kept == nullptr)
    return std::shared_ptr<const plugin::ExecutionResult>();
  bool holds = state.record_time_us() >= kept->result.min_time_us &&
               state.record_time_us() <= kept->result.max_time_us;
  if (holds) {
    TENON_ASSIGN_OR_RETURN(holds, kept->reads.holds_in(state));
  }
  (holds ? hits_ : misses_).add();
  if (!holds)
    return std::shared_ptr<const plugin::ExecutionResult>();
  return std::shared_ptr<const plugin::ExecutionResult>(kept, &kept->result);
}

void PreExecutor::keep(const Hash& id, std::shared_ptr<const Kept> kept) {
  const std::lock_guard lock(mutex_);
  if (young_.size() >= capacity_ / 2) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert_or_assign(id, std::move(kept));
}

std::shared_ptr<const PreExecutor::Kept> PreExecutor::find(const Hash& id) const {
  const std::lock_guard lock(mutex_);
  for (const Generation* generation : {&young_, &old_}) {
    if (const auto found = generation->find(id); found != generation->end())
      return found->second;
  }
  return nullptr;
}

} // namespace tenon::host::pipeline
