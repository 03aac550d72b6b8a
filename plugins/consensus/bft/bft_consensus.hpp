// The plugin's object: the consensus that the host loads, over the shell that does the work. Owned
// by the host through the C table; threads as in abi/consensus.h.
#pragma once

#include <memory>
#include <string_view>

#include "bft/shell/config.hpp"
#include "tenon/plugin/consensus.hpp"
#include "tenon/plugin/host.hpp"
#include "tenon/plugin/plugin.hpp"

namespace tenon::consensus::bft {

class Shell;

class BftConsensus final : public plugin::Plugin, public plugin::Consensus {
public:
  static Result<std::unique_ptr<BftConsensus>> create(plugin::Host host,
                                                      std::string_view config_json);
  BftConsensus(plugin::Host host, const Config& config);
  ~BftConsensus() override;

  [[nodiscard]] Status start() override;
  [[nodiscard]] Status drain(std::uint64_t deadline_ms) override;
  void stop() override;

  [[nodiscard]] Status attach(plugin::ReplicaApp& app) override;
  [[nodiscard]] Status submit(BytesView batch) override;
  [[nodiscard]] Result<Bytes> describe() const override;

private:
  std::shared_ptr<Shell> shell_; // callbacks under way keep it alive
};

} // namespace tenon::consensus::bft
