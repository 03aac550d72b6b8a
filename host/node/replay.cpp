// Executing a block log again: how a ledger moves to another store, and how anybody checks that
// execution is deterministic.
#include <chrono>
#include <fstream>
#include <thread>

#include "node/node.hpp"
#include "pipeline/block_log.hpp"

namespace tenon::host::node {

Result<ReplaySummary> Node::replay(const std::filesystem::path& block_log) {
  if (!pipeline_) {
    return failed_precondition("a client node executes no blocks: --replay is for roles solo and "
                               "replica, found \"role\": \"" +
                               config_.role + "\"");
  }
  std::ifstream file(block_log, std::ios::binary);
  if (!file)
    return not_found("the block log " + block_log.string() + " cannot be read");
  // The executor's workers do the work; there is nothing to drive here.
  const auto wait = [] { std::this_thread::sleep_for(std::chrono::microseconds(100)); };
  const auto height = pipeline::replay_block_log(file, *pipeline_, wait);
  if (!height.ok())
    return height.status().with_context(block_log.string());
  v1::StatusResponse status;
  pipeline_->fill_status(status);
  return ReplaySummary{status.height(), Hash::from_view_or_zero(status.state_root())};
}

} // namespace tenon::host::node
