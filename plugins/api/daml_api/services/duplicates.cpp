#include "services/duplicates.hpp"

#include <optional>

#include "errors/codes.hpp"
#include "submission/offset.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

// Where the command was accepted of which this is a duplicate.
std::optional<std::uint64_t> accepted_at(const Failure& failure) {
  if (&failure.code() != &codes::kDuplicateCommand)
    return std::nullopt;
  const auto told = failure.metadata().find("completion_offset");
  if (told == failure.metadata().end())
    return std::nullopt;
  const auto offset = parse_offset(told->second, told->first);
  return offset.ok() ? std::optional(*offset) : std::nullopt;
}

} // namespace

Answer<std::uint64_t> deduplication_start_us(index::LedgerIndex& index, std::uint64_t offset) {
  const std::uint64_t pruned = index.extent().pruned_up_to;
  if (pruned != 0 && offset <= pruned) {
    return Failure(codes::kParticipantPrunedDataAccessed,
                   "The deduplication period begins at offset " + offset_text(offset) +
                       ", and everything up to offset " + offset_text(pruned) + " was pruned")
        .with("earliest_offset", offset_text(pruned));
  }
  TENON_ASSIGN_OR_RETURN(const auto time_us, index.record_time_us_of(offset));
  if (time_us)
    return *time_us;
  return invalid_deduplication("Cannot convert deduplication offset to duration because there is "
                               "no completion at given offset " +
                               offset_text(offset));
}

Failure with_existing_submission(index::LedgerIndex& index, Failure failure) {
  const auto offset = accepted_at(failure);
  if (!offset)
    return failure;
  const auto accepted = index.completion(*offset);
  if (!accepted.ok() || *accepted == nullptr || (*accepted)->context.submission_id().empty())
    return failure;
  return std::move(failure).with("existing_submission_id", (*accepted)->context.submission_id());
}

void explain_refusal(index::LedgerIndex& index, IndexWaiter& waiter, const Failure& failure,
                     const Refused& refused) {
  const auto offset = accepted_at(failure);
  if (!offset)
    return refused(failure);
  waiter.when_reached(*offset, [&index, failure, refused](const Outcome& reached) {
    refused(reached.ok() ? with_existing_submission(index, failure) : failure);
  });
}

} // namespace tenon::daml_api
