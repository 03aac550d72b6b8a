#include "pipeline/epoch_schedule.hpp"

#include "pipeline/keys.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

Result<std::shared_ptr<const EpochSchedule>>
EpochSchedule::read(std::shared_ptr<const plugin::StoreSnapshot> snapshot,
                    const v1::BlockHeader& header) {
  const BlockState state(std::move(snapshot), header.record_time_us());
  auto schedule = std::make_shared<EpochSchedule>();
  TENON_ASSIGN_OR_RETURN(schedule->validators_,
                         read_required_record<v1::ValidatorSet>(state, keys::kValidators));
  TENON_ASSIGN_OR_RETURN(std::optional<v1::EpochRecord> record,
                         read_record<v1::EpochRecord>(state, keys::kSchedule));
  if (record)
    schedule->record_ = std::move(*record);
  schedule->engines_ = Hash::from_view_or_zero(header.engines());
  schedule->hash_ = wire::validators_hash(schedule->validators_);
  if (schedule->record_.has_next())
    schedule->next_hash_ = wire::validators_hash(schedule->record_.next());
  return std::shared_ptr<const EpochSchedule>(std::move(schedule));
}

bool EpochSchedule::begins_at(std::uint64_t height) const {
  return record_.last_height() != 0 && height == record_.last_height() + 1;
}

bool EpochSchedule::resumes_at(std::uint64_t height) const {
  return record_.wedged() && begins_at(height);
}

Result<EpochAt> EpochSchedule::at(std::uint64_t height, bool resumed) const {
  const auto in_next = [this](std::uint64_t which) {
    return record_.last_height() != 0 && which > record_.last_height();
  };
  const bool next = in_next(height);
  if (next && record_.wedged() && !resumed) {
    return failed_precondition("WEDGED: the operators have ended epoch " +
                               std::to_string(validators_.epoch()) + " with block " +
                               std::to_string(record_.last_height()) +
                               ", and no block may follow before they sign an unwedge");
  }
  EpochAt at;
  at.epoch = next ? record_.next().epoch() : validators_.epoch();
  at.validators = next ? next_hash_ : hash_;
  at.next_validators = in_next(height + 1) ? next_hash_ : hash_;
  at.engines = next && !record_.next_engines().empty()
                   ? Hash::from_view_or_zero(record_.next_engines())
                   : engines_;
  return at;
}

v1::EpochSchedule EpochSchedule::message(bool resumed) const {
  v1::EpochSchedule message;
  *message.mutable_validators() = validators_;
  message.set_first_height(record_.first_height());
  message.set_last_height(record_.last_height());
  message.set_wedged(record_.wedged() && !resumed);
  if (record_.has_next() && !message.wedged())
    *message.mutable_next() = record_.next();
  return message;
}

void begin_epoch(BlockState& state, const EpochSchedule& ended, std::uint64_t height,
                 const Hash& block_id) {
  v1::EndedEpoch over;
  *over.mutable_validators() = ended.validators();
  over.set_first_height(ended.record().first_height());
  over.set_last_height(ended.record().last_height());
  v1::EpochRecord begun;
  begun.set_first_height(height);
  put_public_record(state, keys::epoch(ended.validators().epoch()), over, block_id.view());
  put_public_record(state, Bytes(keys::kValidators), ended.record().next(), block_id.view());
  put_public_record(state, Bytes(keys::kSchedule), begun, block_id.view());
}

} // namespace tenon::host::pipeline
