#include "bft/bft_consensus.hpp"

#include "bft/shell/shell.hpp"

namespace tenon::consensus::bft {

Result<std::unique_ptr<BftConsensus>> BftConsensus::create(plugin::Host host,
                                                           std::string_view config_json) {
  TENON_ASSIGN_OR_RETURN(const Config config, parse_config(config_json));
  return std::make_unique<BftConsensus>(host, config);
}

BftConsensus::BftConsensus(plugin::Host host, const Config& config)
    : shell_(std::make_shared<Shell>(host, config)) {}
BftConsensus::~BftConsensus() {
  stop();
}

Status BftConsensus::start() {
  return shell_->start();
}
Status BftConsensus::drain(std::uint64_t deadline_ms) {
  return shell_->drain(deadline_ms);
}
void BftConsensus::stop() {
  shell_->stop();
}
Status BftConsensus::attach(plugin::ReplicaApp& app) {
  shell_->attach(app);
  return {};
}
Status BftConsensus::submit(BytesView batch) {
  return shell_->submit(batch);
}
Result<Bytes> BftConsensus::describe() const {
  return shell_->describe();
}

} // namespace tenon::consensus::bft
