// A consensus plugin's C table as the C++ interface that the pipeline uses. Owned by the node,
// lives between the plugin's create and destroy, and keeps the table through which the plugin calls
// the pipeline back. submit and describe: any thread; attach: main.
#pragma once

#include <memory>

#include "bridge/replica_app_export.hpp"
#include "bridge/thread_tag.hpp"
#include "tenon/abi/plugin.h"
#include "tenon/plugin/consensus.hpp"

namespace tenon::host::bridge {

class ConsensusClient final : public plugin::Consensus {
public:
  // Fails when the instance has no consensus table of the expected size.
  static Result<std::unique_ptr<ConsensusClient>> make(const tenon_plugin& plugin,
                                                       tenon_instance* instance);

  [[nodiscard]] Status attach(plugin::ReplicaApp& app) override;
  [[nodiscard]] Status submit(BytesView batch) override;
  [[nodiscard]] Result<Bytes> describe() const override;

private:
  ConsensusClient(tenon_instance* instance, const tenon_consensus* table)
      : instance_(instance), table_(table) {}

  tenon_instance* instance_;
  const tenon_consensus* table_;
  ThreadTag main_{"main"};
  std::unique_ptr<ReplicaAppExport> app_;
};

} // namespace tenon::host::bridge
