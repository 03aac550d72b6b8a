// Epochs: which validators certify the block of a height, and which engines execute it. Operators
// order a change at least TENON_CONSENSUS_LAG + 1 blocks ahead, so the state after an ancestor at
// most that lag below a block decides what the block's header must say. Step: before and in
// block_executor. Immutable once read, shared; any thread.
#pragma once

#include <memory>

#include "pipeline/block_state.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

// What the header of one block must name.
struct EpochAt {
  std::uint64_t epoch = 0;
  Hash validators;
  Hash next_validators;
  Hash engines; // network fingerprint
};

class EpochSchedule {
public:
  // Of the block with this header, after which `state` is: its epoch, and what follows.
  static Result<std::shared_ptr<const EpochSchedule>>
  read(std::shared_ptr<const plugin::StoreSnapshot> state, const v1::BlockHeader& header);

  [[nodiscard]] const v1::ValidatorSet& validators() const { return validators_; }
  [[nodiscard]] const v1::EpochRecord& record() const { return record_; }
  [[nodiscard]] const Hash& engines() const { return engines_; }
  // Is this the height of the next epoch's first block?
  [[nodiscard]] bool begins_at(std::uint64_t height) const;
  // Does the block of this height need the operators' word that ends a wedge?
  [[nodiscard]] bool resumes_at(std::uint64_t height) const;
  // Of a block above the one that the schedule is of. Above the end of a wedged epoch there is none
  // (WEDGED), unless it is known to be `resumed`.
  [[nodiscard]] Result<EpochAt> at(std::uint64_t height, bool resumed = false) const;
  // As consensus gets it.
  [[nodiscard]] v1::EpochSchedule message(bool resumed = false) const;

private:
  v1::ValidatorSet validators_;
  v1::EpochRecord record_;
  Hash engines_;
  Hash hash_;      // of validators_
  Hash next_hash_; // of record_.next(), if there is one
};

// Writes what the first block of a new epoch does to the state: the ended epoch's record, and the
// new one's validators. `ended` is the schedule of the block's parent.
void begin_epoch(BlockState& state, const EpochSchedule& ended, std::uint64_t height,
                 const Hash& block_id);

} // namespace tenon::host::pipeline
