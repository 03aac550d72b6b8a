// What the index is told, when it is opened, of how far was pruned: a row of the participant's own
// database, which is backed up, as the index is not. Owned by the plugin object; any thread.
#pragma once

#include <string>

#include "index/pruning_record.hpp"
#include "participant/store.hpp"

namespace tenon::daml_api {

class ParticipantPruningRecord final : public index::PruningRecord {
public:
  ParticipantPruningRecord(ParticipantStore& store, std::string chain)
      : store_(store), chain_(std::move(chain)) {}
  Result<index::PrunedOffsets> read() override { return store_.pruned(chain_); }
  Status write(const index::PrunedOffsets& pruned) override {
    return store_.set_pruned(chain_, pruned);
  }

private:
  ParticipantStore& store_;
  const std::string chain_;
};

} // namespace tenon::daml_api
