// Consensus of one: this node orders everything, and its signature alone certifies a result. Step 5
// and 7 of a request's path.
//
// At most one block is being proposed and executed at a time; while it is, and while executed
// blocks are being made durable, the queue fills for the next one. So blocks grow with the load, an
// idle node answers at once, and one sync covers what came in during the last.
//
// Owned by the host through the C table; submit and describe from any thread. The work runs on the
// host's executor and in the callbacks of the replica app.
#pragma once

#include <memory>
#include <string_view>

#include "tenon/plugin/consensus.hpp"
#include "tenon/plugin/plugin.hpp"

namespace tenon::consensus::simple {

struct Config {
  std::uint64_t max_block_bytes = 4u << 20;
  std::uint64_t max_block_transactions = 4096;
  std::uint64_t max_wait_us = 0;
  std::uint64_t max_queued_bytes = 64u << 20;
  std::uint64_t max_blocks_in_commit = 16;
};

[[nodiscard]] Result<Config> parse_config(std::string_view json);

class SimpleConsensus final : public plugin::Plugin, public plugin::Consensus {
public:
  static Result<std::unique_ptr<SimpleConsensus>> create(plugin::Host host,
                                                         std::string_view config_json);
  SimpleConsensus(plugin::Host host, const Config& config);
  ~SimpleConsensus() override;

  [[nodiscard]] Status start() override;
  [[nodiscard]] Status drain(std::uint64_t deadline_ms) override;
  void stop() override;

  [[nodiscard]] Status attach(plugin::ReplicaApp& app) override;
  [[nodiscard]] Status submit(BytesView batch) override;
  [[nodiscard]] Result<Bytes> describe() const override;

private:
  class Sequencer;
  std::shared_ptr<Sequencer> sequencer_; // tasks and callbacks under way keep it alive
};

} // namespace tenon::consensus::simple
