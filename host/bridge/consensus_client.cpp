#include "bridge/consensus_client.hpp"

#include "bridge/table.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::bridge {

Result<std::unique_ptr<ConsensusClient>> ConsensusClient::make(const tenon_plugin& plugin,
                                                               tenon_instance* instance) {
  TENON_ASSIGN_OR_RETURN(
      const tenon_consensus* table,
      interface_table<tenon_consensus>(plugin, instance, TENON_CONSENSUS_INTERFACE));
  return std::unique_ptr<ConsensusClient>(new ConsensusClient(instance, table));
}

Status ConsensusClient::attach(plugin::ReplicaApp& app) {
  const ThreadTagScope scope(main_, "attach");
  app_ = std::make_unique<ReplicaAppExport>(app);
  return plugin::checked(
      [&](tenon_status* status) { return table_->attach(instance_, app_->table(), status); });
}

Status ConsensusClient::submit(BytesView batch) {
  return plugin::checked(
      [&](tenon_status* status) { return table_->submit(instance_, to_abi(batch), status); });
}

Result<Bytes> ConsensusClient::describe() const {
  return plugin::collected([&](tenon_sink sink, tenon_status* status) {
    return table_->describe(instance_, sink, status);
  });
}

} // namespace tenon::host::bridge
