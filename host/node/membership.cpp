#include "node/membership.hpp"

#include "node/node_network.hpp"

namespace tenon::host::node {

namespace {

// A client node that was removed or has another key hears so in its stream before it is cut.
constexpr std::uint64_t kReplicaDelayMs = 1000;
constexpr std::uint64_t kClientDelayMs = 20;
// What failed may go well later: a key file that is not there yet, for one.
constexpr std::uint64_t kRetryMs = 5000;

} // namespace

Status Membership::begin(const pipeline::Members& genesis) {
  turn_->seen = parts_.version();
  TENON_ASSIGN_OR_RETURN(const pipeline::Members members, parts_.members());
  TENON_RETURN_IF_ERROR(check_start(parts_.config, genesis, members, parts_.node_key.public_key(),
                                    parts_.keys_folder));
  channel_key_ = parts_.node_key.public_key();
  return apply(*config_, members);
}

void Membership::start() {
  watch_ = parts_.ledger.watch([this](std::uint64_t) { head_moved(); });
  watching_ = true;
}

void Membership::stop() {
  if (std::exchange(watching_, false))
    parts_.ledger.unwatch(watch_);
  std::unique_lock lock(turn_->mutex);
  turn_->ended = true;
  turn_->rested.wait(lock, [this] { return !turn_->running; });
}

// On a thread of the ledger, at every head.
void Membership::head_moved() {
  const std::lock_guard lock(turn_->mutex);
  arm(delay_ms());
}

std::uint64_t Membership::delay_ms() const {
  return parts_.config.role == config::kRoleReplica ? kReplicaDelayMs : kClientDelayMs;
}

void Membership::use(config::Network section) {
  const std::lock_guard lock(turn_->mutex);
  auto changed = std::make_shared<config::NodeConfig>(*config_);
  changed->network = std::move(section);
  config_ = std::move(changed);
  turn_->stale = true;
  arm(0);
}

// With the turn's mutex held.
void Membership::arm(std::uint64_t delay_ms) {
  if (turn_->ended || turn_->armed || (!turn_->stale && turn_->seen == parts_.version()))
    return;
  turn_->armed = true;
  parts_.executor.after(delay_ms, [this, turn = turn_] {
    {
      const std::lock_guard lock(turn->mutex);
      if (turn->ended)
        return; // and `this` may be gone
      turn->running = true;
    }
    refresh();
    const std::lock_guard lock(turn->mutex);
    turn->armed = false;
    turn->running = false;
    arm(turn->stale ? kRetryMs : this->delay_ms()); // what moved meanwhile, or failed
    turn->rested.notify_all();
  });
}

void Membership::refresh() {
  std::shared_ptr<const config::NodeConfig> config;
  {
    const std::lock_guard lock(turn_->mutex);
    turn_->seen = parts_.version();
    turn_->stale = false;
    config = config_;
  }
  Status status;
  try {
    const auto members = parts_.members();
    status = members.ok() ? apply(*config, *members) : members.status();
  } catch (const std::exception& error) {
    status = unavailable(std::string("it threw: ") + error.what());
  }
  if (!status.ok()) {
    status = status.with_context("the list of peers is not what the ledger says");
    parts_.log.write(plugin::LogLevel::kWarn, "node", status.message());
    const std::lock_guard lock(turn_->mutex);
    turn_->stale = true;
  }
  const std::lock_guard lock(mutex_);
  failure_ = status.ok() ? "" : status.message();
}

Status Membership::apply(const config::NodeConfig& config, const pipeline::Members& members) {
  // The key first: a peer of the same key is one mistake, and told as one.
  auto key = channel_key_of(config, members, parts_.node_key, parts_.keys_folder);
  if (key.ok() && key->public_key() != channel_key_) {
    TENON_RETURN_IF_ERROR(parts_.network.use_identity(*key));
    channel_key_ = key->public_key();
  }
  PeerPlan plan =
      plan_peers(config, members, parts_.node_key.public_key(), channel_key_);
  TENON_RETURN_IF_ERROR(parts_.network.set_peers(std::move(plan.peers)));
  {
    const std::lock_guard lock(mutex_);
    validators_ = members.validators;
    warnings_ = std::move(plan.warnings);
  }
  return key.status();
}

void Membership::show(const std::string& peers_json, v1::StatusResponse& status) const {
  const std::lock_guard lock(mutex_);
  show_peers(parts_.config.role, parts_.config.name, peers_json, validators_, status);
  for (const std::string& warning : warnings_)
    status.add_warnings(warning);
  if (!failure_.empty())
    status.add_warnings(failure_);
}

} // namespace tenon::host::node
