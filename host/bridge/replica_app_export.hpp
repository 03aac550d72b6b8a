// The pipeline as the C table that consensus plugins call (abi/consensus.h). Owned by the consensus
// client; any thread.
#pragma once

#include "tenon/abi/consensus.h"
#include "tenon/plugin/consensus.hpp"

namespace tenon::host::bridge {

class ReplicaAppExport {
public:
  explicit ReplicaAppExport(plugin::ReplicaApp& app);
  ReplicaAppExport(const ReplicaAppExport&) = delete;
  ReplicaAppExport& operator=(const ReplicaAppExport&) = delete;

  [[nodiscard]] const tenon_replica_app* table() const { return &table_; }

private:
  tenon_replica_app table_;
};

} // namespace tenon::host::bridge
