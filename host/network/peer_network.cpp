#include "network/peer_network.hpp"

#include <atomic>
#include <future>

#include "network/switchboard.hpp"

namespace tenon::host::network {

namespace {

// The network whose thread this is.
thread_local const PeerNetwork* serving = nullptr;

std::string_view lane_name(Lane lane) {
  return lane == Lane::kControl ? "control" : "bulk";
}

Status unknown_peer(std::string_view peer) {
  return not_found("there is no peer \"" + std::string(peer) +
                   "\"; expected a name of the list of peers");
}

Status not_taken(SendQueue::Push push, Peer& peer, Lane lane) {
  if (push == SendQueue::Push::kClosed)
    return unavailable(peer.name() + " is not connected");
  return resource_exhausted("the queue of " + std::string(lane_name(lane)) + " frames to " +
                            peer.name() + " is full: at most " +
                            std::to_string(peer.queue(lane).limit_bytes()) + " bytes wait");
}

} // namespace

PeerNetwork::PeerNetwork(std::unique_ptr<Switchboard> switchboard, Bytes public_key)
    : switchboard_(std::move(switchboard)), public_key_(std::move(public_key)) {}

PeerNetwork::~PeerNetwork() {
  stop();
}

Result<std::unique_ptr<PeerNetwork>> PeerNetwork::make(NetworkOptions options,
                                                       const crypto::PrivateKey& key, Log& log,
                                                       Metrics& metrics, const Clock& clock) {
  TENON_RETURN_IF_ERROR(check_options(options, key.public_key()));
  TENON_ASSIGN_OR_RETURN(auto identity, TlsIdentity::make(key));
  TENON_ASSIGN_OR_RETURN(Bytes instance, crypto::random_bytes(kInstanceIdBytes));
  return std::unique_ptr<PeerNetwork>(
      new PeerNetwork(std::make_unique<Switchboard>(std::move(options), std::move(identity),
                                                    std::move(instance), log, metrics, clock),
                      key.public_key()));
}

Status PeerNetwork::start() {
  const std::lock_guard lock(lifecycle_);
  if (phase_ != Phase::kMade)
    return failed_precondition("the network was started before; make another one");
  TENON_RETURN_IF_ERROR(switchboard_->listen());
  phase_ = Phase::kRunning;
  thread_ = std::thread([this] {
    serving = this;
    switchboard_->run();
  });
  return {};
}

void PeerNetwork::stop() {
  const std::lock_guard lock(lifecycle_);
  if (phase_ == Phase::kRunning) {
    switchboard_->post([this] { switchboard_->stop(); });
    thread_.join();
  }
  phase_ = Phase::kStopped;
}

std::uint16_t PeerNetwork::port() const {
  return switchboard_->port();
}

bool PeerNetwork::on_network_thread() const {
  return serving == this;
}

void PeerNetwork::run_and_wait(FunctionRef<void()> task) {
  if (on_network_thread())
    return task();
  const std::lock_guard lock(lifecycle_);
  if (phase_ != Phase::kRunning)
    return task();
  std::promise<void> ran;
  switchboard_->post([&] {
    task();
    ran.set_value();
  });
  ran.get_future().wait();
}

Status PeerNetwork::set_peers(std::vector<PeerConfig> peers) {
  const NetworkOptions& options = switchboard_->options();
  {
    const std::lock_guard lock(key_mutex_);
    TENON_RETURN_IF_ERROR(check_peers(peers, options.name, public_key_, options.limits));
  }
  run_and_wait([&] { switchboard_->set_peers(peers); });
  return {};
}

Status PeerNetwork::use_identity(const crypto::PrivateKey& key) {
  TENON_ASSIGN_OR_RETURN(auto identity, TlsIdentity::make(key));
  {
    const std::lock_guard lock(key_mutex_);
    public_key_ = key.public_key();
  }
  run_and_wait([&] { switchboard_->use_identity(identity); });
  return {};
}

Status PeerNetwork::open(Protocol protocol, PeerHandler& handler) {
  bool is_first = false;
  run_and_wait([&] {
    is_first = switchboard_->set_handler(protocol, &handler);
    // Called later, so that it may wait for what the caller of open() holds.
    if (is_first)
      switchboard_->post([this, protocol] { switchboard_->begin_telling(protocol); });
  });
  if (is_first)
    return {};
  return {Code::kAlreadyExists, "the protocol has a handler already: close that one first"};
}

void PeerNetwork::close(Protocol protocol) {
  run_and_wait([&] { switchboard_->clear_handler(protocol); });
}

Status PeerNetwork::check_frame(Lane lane, const SharedFrame& frame) const {
  const NetworkLimits& limits = switchboard_->options().limits;
  const std::size_t queue =
      lane == Lane::kControl ? limits.control_queue_bytes : limits.bulk_queue_bytes;
  const std::size_t most = std::min(limits.frame_bytes, queue);
  if (frame->size() <= most)
    return {};
  return invalid_argument("a frame of the " + std::string(lane_name(lane)) + " lane has " +
                          std::to_string(frame->size()) + " bytes; expected at most " +
                          std::to_string(most) + ": split it");
}

Status PeerNetwork::send(Protocol protocol, std::string_view peer, Lane lane, SharedFrame frame) {
  TENON_RETURN_IF_ERROR(check_frame(lane, frame));
  const std::shared_ptr<Peer> found = switchboard_->find(peer);
  if (found == nullptr)
    return unknown_peer(peer);
  const auto push =
      found->queue(lane).push({static_cast<std::uint8_t>(protocol), std::move(frame)});
  if (push == SendQueue::Push::kTakenWake)
    switchboard_->wake(found, lane);
  if (push == SendQueue::Push::kTaken || push == SendQueue::Push::kTakenWake)
    return {};
  if (push == SendQueue::Push::kFull)
    found->counters(lane).refused_frames.add();
  return not_taken(push, *found, lane);
}

Result<std::uint32_t> PeerNetwork::broadcast(Protocol protocol, Lane lane, SharedFrame frame) {
  TENON_RETURN_IF_ERROR(check_frame(lane, frame));
  std::uint32_t taken = 0;
  switchboard_->each_peer([&](const std::shared_ptr<Peer>& peer) {
    if (peer->role() != PeerRole::kReplica)
      return;
    const auto push = peer->queue(lane).push({static_cast<std::uint8_t>(protocol), frame});
    if (push == SendQueue::Push::kTakenWake)
      switchboard_->wake(peer, lane);
    if (push == SendQueue::Push::kFull)
      peer->counters(lane).refused_frames.add();
    taken += push == SendQueue::Push::kTaken || push == SendQueue::Push::kTakenWake ? 1 : 0;
  });
  return taken;
}

Status PeerNetwork::cut(std::string_view peer, std::string_view reason) {
  const std::shared_ptr<Peer> found = switchboard_->find(peer);
  if (found == nullptr)
    return unknown_peer(peer);
  switchboard_->post(
      [this, found, reason = std::string(reason)] { switchboard_->cut(*found, reason); });
  return {};
}

} // namespace tenon::host::network
