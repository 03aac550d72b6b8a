#include "link/link_server.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "link/envelope.hpp"
#include "link/limits.hpp"
#include "link/served_client.hpp"
#include "pipeline/outcome.hpp"
#include "tenon/core/function_ref.hpp"

namespace tenon::host::link {

namespace {

struct Answers {
  Answers(Metrics& metrics, Kind kind) {
    constexpr const char* kHelp = "Requests of client nodes, by what they were answered";
    const std::string name(kind_name(kind));
    given = &metrics.counter("link_served_total", kHelp, {{"kind", name}, {"outcome", "answered"}});
    refused =
        &metrics.counter("link_served_total", kHelp, {{"kind", name}, {"outcome", "refused"}});
  }
  Counter* given;
  Counter* refused;
};

Status too_many(const std::string& what, std::size_t most) {
  return resource_exhausted("this replica has " + what + " of this client in hand, which is the " +
                            "limit of " + std::to_string(most) + "; wait for an answer");
}

} // namespace

class LinkServer::Core final : public PeerHandler,
                               public std::enable_shared_from_this<LinkServer::Core> {
public:
  Core(ClientService& service, Peers& peers, Executor& executor, Log& log, Metrics& metrics);

  [[nodiscard]] Status start();
  void stop();

  void received(std::string_view peer, Lane lane, BytesView frame) override;
  void connected(std::string_view peer, PeerRole role) override;
  void disconnected(std::string_view peer) override;

private:
  // What one batch or proof takes of its client's bounds, until it is to be answered.
  class Share {
  public:
    Share(Core& core, ServedClient& client, std::size_t batch_bytes, bool is_proof)
        : core_(core), client_(client), batch_bytes_(batch_bytes), is_proof_(is_proof) {}
    ~Share() { give_back(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    void give_back();

  private:
    Core& core_;
    ServedClient& client_;
    const std::size_t batch_bytes_;
    const bool is_proof_;
    bool is_held_ = true;
  };

  void take(const std::string& peer, BytesView frame);
  void take_batch(const RequestOrigin& origin, BytesView batch);
  void take_proof(const RequestOrigin& origin, v1::ProofRequest request);
  void take_state(const RequestOrigin& origin, v1::StateRequest request);
  // On the client's strand for proofs; `find` fills in the answer.
  template <typename Find>
  void take_question(const RequestOrigin& origin, Kind kind, Find find);
  void take_stream(const RequestOrigin& origin, const pb::StreamWanted& wanted);
  [[nodiscard]] Result<std::shared_ptr<Share>> admit(ServedClient& client, std::size_t batch_bytes,
                                                     bool is_proof);

  void head_moved(std::uint64_t height);
  void look_soon(const RequestOrigin& origin);
  void look(const RequestOrigin& origin);
  void settle(const RequestOrigin& origin, Result<v1::StreamPage> page);
  void time_is_up(const RequestOrigin& origin);

  void refuse(const RequestOrigin& origin, std::optional<Kind> kind, const Status& status);
  void answer(const RequestOrigin& origin, Kind kind, pb::Answer answer);
  [[nodiscard]] Status send(const RequestOrigin& origin, const pb::Answer& answer);
  [[nodiscard]] bool tells(const RequestOrigin& origin, bool ServedClient::*was_told);
  void cut(const std::string& peer, const std::string& reason);
  void log_failure(const Status& status);
  void contain(FunctionRef<void()> step);
  [[nodiscard]] bool is_current(const RequestOrigin& origin) const;

  // With the lock held:
  [[nodiscard]] NewsWait* find_wait(const RequestOrigin& origin) const;
  std::optional<std::uint64_t> forget_wait(ServedClient& client);
  std::optional<std::uint64_t> end_session(ServedClient& client);

  ClientService& service_;
  Peers& peers_;
  Executor& executor_;
  Log& log_;
  const std::array<Answers, kKinds> answers_;
  Counter& dropped_;

  mutable std::mutex mutex_;
  enum class Phase { kMade, kRunning, kStopped };
  Phase phase_ = Phase::kMade;
  std::uint64_t watch_ = 0;
  std::map<std::string, std::unique_ptr<ServedClient>, std::less<>> clients_;
  std::set<std::string, std::less<>> cut_; // whose end is under way
};

LinkServer::Core::Core(ClientService& service, Peers& peers, Executor& executor, Log& log,
                       Metrics& metrics)
    : service_(service), peers_(peers), executor_(executor), log_(log),
      answers_{Answers(metrics, Kind::kBatch), Answers(metrics, Kind::kStream),
               Answers(metrics, Kind::kProof), Answers(metrics, Kind::kState)},
      dropped_(metrics.counter("link_answers_dropped_total",
                               "Answers that a client node was too slow to take")) {}

Status LinkServer::Core::start() {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kMade)
      return failed_precondition("the link to the clients was started before; make another one");
    phase_ = Phase::kRunning;
  }
  // First, so that no wait is parked that nobody would wake.
  watch_ = service_.watch([this](std::uint64_t height) { head_moved(height); });
  Status opened = peers_.open(Protocol::kLink, *this);
  if (!opened.ok()) {
    service_.unwatch(watch_);
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kMade;
  }
  return opened;
}

void LinkServer::Core::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(phase_, Phase::kStopped) != Phase::kRunning)
      return;
  }
  service_.unwatch(watch_);
  peers_.close(Protocol::kLink);
  // From here on only timers and workers call, and the list of clients stays as it is.
  std::vector<std::uint64_t> timers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, client] : clients_) {
      if (const auto timer = end_session(*client))
        timers.push_back(*timer);
    }
  }
  for (const std::uint64_t timer : timers)
    executor_.cancel(timer);
  for (const auto& [name, client] : clients_) {
    client->batches.close();
    client->news.close();
    client->proofs.close();
  }
}

void LinkServer::Core::contain(FunctionRef<void()> step) {
  const Status status = pipeline::contained([&]() -> Status {
    step();
    return {};
  });
  if (!status.ok())
    log_failure(status);
}

void LinkServer::Core::log_failure(const Status& status) {
  log_.write(plugin::LogLevel::kError, "link", "a client was not served: " + status.message());
}

void LinkServer::Core::connected(std::string_view peer, PeerRole role) {
  contain([&] {
    const std::lock_guard lock(mutex_);
    if (role != PeerRole::kClient)
      return;
    std::unique_ptr<ServedClient>& client = clients_[std::string(peer)];
    if (client == nullptr) {
      client = std::make_unique<ServedClient>(std::string(peer), executor_,
                                        [this](const Status& fault) { log_failure(fault); });
    }
    client->session += 1;
    client->is_served = true;
    client->told_of_slowness = client->told_of_fault = false;
  });
}

void LinkServer::Core::disconnected(std::string_view peer) {
  contain([&] {
    std::optional<std::uint64_t> timer;
    {
      const std::lock_guard lock(mutex_);
      if (const auto cut = cut_.find(peer); cut != cut_.end())
        cut_.erase(cut);
      const auto found = clients_.find(peer);
      if (found != clients_.end())
        timer = end_session(*found->second);
    }
    if (timer)
      executor_.cancel(*timer);
  });
}

void LinkServer::Core::received(std::string_view peer, Lane /*lane*/, BytesView frame) {
  contain([&] { take(std::string(peer), frame); });
}

void LinkServer::Core::take(const std::string& peer, BytesView frame) {
  ServedClient* client = nullptr;
  std::uint64_t session = 0;
  {
    const std::lock_guard lock(mutex_);
    if (cut_.contains(peer))
      return;
    if (const auto found = clients_.find(peer);
        found != clients_.end() && found->second->is_served) {
      client = found->second.get();
      session = client->session;
    }
  }
  if (client == nullptr)
    return cut(peer, "it sent a request over the replica link and is no client node");
  const auto envelope = open_request(frame);
  if (!envelope.ok())
    return cut(peer, "it asked what is no request: " + envelope.status().message());
  const RequestOrigin origin{*client, session, envelope->id};
  const auto kind = kind_of(*envelope);
  if (!kind) {
    return refuse(origin, kind,
                  {Code::kUnimplemented, "the request is of a kind that this replica does not "
                                         "know; expected a batch, stream, proof or state"});
  }
  if (*kind == Kind::kBatch)
    return take_batch(origin, envelope->content);
  if (envelope->content.size() > kMostQuestionBytes) {
    return refuse(origin, kind,
                  invalid_argument("the request has " + std::to_string(envelope->content.size()) +
                                   " bytes; expected at most " +
                                   std::to_string(kMostQuestionBytes) + ": ask for less at once"));
  }
  if (*kind == Kind::kStream) {
    const auto wanted = read_stream(*envelope);
    return wanted.ok() ? take_stream(origin, *wanted) : cut(peer, wanted.status().message());
  }
  if (*kind == Kind::kState) {
    auto wanted = read_state(*envelope);
    return wanted.ok() ? take_state(origin, std::move(*wanted))
                       : cut(peer, wanted.status().message());
  }
  auto wanted = read_proof(*envelope);
  return wanted.ok() ? take_proof(origin, std::move(*wanted))
                     : cut(peer, wanted.status().message());
}

auto LinkServer::Core::admit(ServedClient& client, std::size_t batch_bytes, bool is_proof)
    -> Result<std::shared_ptr<Share>> {
  if (batch_bytes > kMostBatchBytes) {
    return invalid_argument("the batch has " + std::to_string(batch_bytes) +
                            " bytes; expected at most " + std::to_string(kMostBatchBytes) +
                            ": split it");
  }
  const std::lock_guard lock(mutex_);
  if (client.requests >= kMostRequests)
    return too_many(std::to_string(client.requests) + " requests", kMostRequests);
  if (is_proof && client.proofs_asked >= kMostProofs)
    return too_many(std::to_string(client.proofs_asked) + " proofs", kMostProofs);
  if (batch_bytes > kMostBatchBytes - client.batch_bytes)
    return too_many(std::to_string(client.batch_bytes) + " bytes of batches", kMostBatchBytes);
  auto share = std::make_shared<Share>(*this, client, batch_bytes, is_proof);
  client.requests += 1;
  client.batch_bytes += batch_bytes;
  client.proofs_asked += is_proof ? 1 : 0;
  return share;
}

void LinkServer::Core::Share::give_back() {
  const std::lock_guard lock(core_.mutex_);
  if (!std::exchange(is_held_, false))
    return;
  client_.requests -= 1;
  client_.batch_bytes -= batch_bytes_;
  client_.proofs_asked -= is_proof_ ? 1 : 0;
}

void LinkServer::Core::take_batch(const RequestOrigin& origin, BytesView batch) {
  const auto share = admit(origin.client, batch.size(), false);
  if (!share.ok())
    return refuse(origin, Kind::kBatch, share.status());
  origin.client.batches.post([this, origin, share = *share, batch = Bytes(batch)] {
    if (!is_current(origin))
      return;
    const Status taken =
        pipeline::contained([&] { return service_.submit_batch(origin.client.name, batch); });
    share->give_back(); // before the client learns that it may ask again
    if (!taken.ok())
      return refuse(origin, Kind::kBatch, taken);
    pb::Answer receipt;
    receipt.mutable_batch_taken();
    answer(origin, Kind::kBatch, std::move(receipt));
  });
}

// What is proved takes its time: two of a client at once, and one after the other.
template <typename Find>
void LinkServer::Core::take_question(const RequestOrigin& origin, Kind kind, Find find) {
  const auto share = admit(origin.client, 0, true);
  if (!share.ok())
    return refuse(origin, kind, share.status());
  origin.client.proofs.post([this, origin, kind, share = *share, find = std::move(find)] {
    if (!is_current(origin))
      return;
    pb::Answer found;
    const Status status = pipeline::contained([&] { return find(found); });
    share->give_back();
    status.ok() ? answer(origin, kind, std::move(found)) : refuse(origin, kind, status);
  });
}

void LinkServer::Core::take_proof(const RequestOrigin& origin, v1::ProofRequest request) {
  const std::string client = origin.client.name;
  take_question(origin, Kind::kProof,
                [this, client, request = std::move(request)](pb::Answer& found) -> Status {
                  TENON_ASSIGN_OR_RETURN(*found.mutable_proof(),
                                         service_.prove_for(client, request));
                  return {};
                });
}

void LinkServer::Core::take_state(const RequestOrigin& origin, v1::StateRequest request) {
  request.set_client(origin.client.name);
  request.set_max_bytes(std::min(
      request.max_bytes() == 0 ? kUsualPageBytes : request.max_bytes(), kMostPageBytes));
  take_question(origin, Kind::kState,
                [this, request = std::move(request)](pb::Answer& found) -> Status {
                  TENON_ASSIGN_OR_RETURN(*found.mutable_state(), service_.visible_state(request));
                  return {};
                });
}

void LinkServer::Core::take_stream(const RequestOrigin& origin, const pb::StreamWanted& wanted) {
  Status admitted;
  {
    const std::lock_guard lock(mutex_);
    ServedClient& client = origin.client;
    if (client.wait) {
      admitted = too_many("a request for the stream", 1);
    } else if (client.requests >= kMostRequests) {
      admitted = too_many(std::to_string(client.requests) + " requests", kMostRequests);
    } else {
      NewsWait wait;
      wait.id = origin.id;
      wait.request.set_client(client.name);
      wait.request.set_after_height(wanted.after_height());
      wait.request.set_hosting_epoch(wanted.hosting_epoch());
      wait.request.set_begin(wanted.begin());
      wait.request.set_epoch(wanted.epoch());
      wait.request.set_max_bytes(wanted.max_bytes() == 0
                                     ? kUsualPageBytes
                                     : std::min(wanted.max_bytes(), kMostPageBytes));
      wait.wait_ms = std::min(wanted.wait_ms(), kLongestWait_ms);
      wait.is_over = wanted.wait_ms() == 0 || wanted.begin();
      client.wait = std::move(wait);
      client.requests += 1;
    }
  }
  if (!admitted.ok())
    return refuse(origin, Kind::kStream, admitted);
  look_soon(origin);
}

// The way of every transaction's outcome to its client: one task per client that waits, however
// often the head moves.
void LinkServer::Core::head_moved(std::uint64_t height) {
  contain([&] {
    std::vector<RequestOrigin> due;
    {
      const std::lock_guard lock(mutex_);
      due.reserve(clients_.size());
      for (const auto& [name, client] : clients_) {
        if (!client->wait || height <= client->wait->request.after_height())
          continue;
        NewsWait& wait = *client->wait;
        wait.moved = wait.state == NewsWait::State::kLooking;
        if (wait.state != NewsWait::State::kParked)
          continue;
        wait.state = NewsWait::State::kQueued;
        due.push_back({*client, client->session, wait.id});
      }
    }
    for (const RequestOrigin& origin : due)
      look_soon(origin);
  });
}

void LinkServer::Core::look_soon(const RequestOrigin& origin) {
  origin.client.news.post([this, origin] {
    const Status looked = pipeline::contained([&]() -> Status {
      look(origin);
      return {};
    });
    if (looked.ok())
      return;
    log_failure(looked);
    const std::lock_guard lock(mutex_);
    if (find_wait(origin) != nullptr)
      forget_wait(origin.client); // its timer finds nothing
  });
}

void LinkServer::Core::look(const RequestOrigin& origin) {
  v1::StreamRequest request;
  {
    const std::lock_guard lock(mutex_);
    NewsWait* const wait = find_wait(origin);
    if (wait == nullptr)
      return;
    wait->state = NewsWait::State::kLooking;
    wait->moved = false;
    request = wait->request;
  }
  settle(origin, pipeline::contained([&] { return service_.stream(request); }));
}

// Answers, or parks the request until there is something to look for.
void LinkServer::Core::settle(const RequestOrigin& origin, Result<v1::StreamPage> page) {
  std::optional<std::uint64_t> timer;
  bool look_again = false;
  {
    const std::lock_guard lock(mutex_);
    NewsWait* const wait = find_wait(origin);
    if (wait == nullptr)
      return;
    if (page.ok() && page->blocks_size() == 0 && !wait->is_over) {
      if (!wait->timer) {
        wait->timer = executor_.after(
            wait->wait_ms, [core = shared_from_this(), origin] { core->time_is_up(origin); });
      }
      look_again = wait->moved;
      wait->state = look_again ? NewsWait::State::kQueued : NewsWait::State::kParked;
      if (!look_again)
        return;
    } else {
      timer = forget_wait(origin.client);
    }
  }
  if (look_again)
    return look_soon(origin);
  if (timer)
    executor_.cancel(*timer);
  if (!page.ok())
    return refuse(origin, Kind::kStream, page.status());
  pb::Answer found;
  *found.mutable_page() = std::move(*page);
  answer(origin, Kind::kStream, std::move(found));
}

void LinkServer::Core::time_is_up(const RequestOrigin& origin) {
  {
    const std::lock_guard lock(mutex_);
    NewsWait* const wait = find_wait(origin);
    if (wait == nullptr)
      return;
    wait->is_over = true;
    wait->timer.reset();
    if (wait->state != NewsWait::State::kParked)
      return; // whoever looks will see that it is over
    wait->state = NewsWait::State::kQueued;
  }
  look_soon(origin);
}

void LinkServer::Core::refuse(const RequestOrigin& origin, std::optional<Kind> kind,
                              const Status& status) {
  if (kind)
    answers_[static_cast<std::size_t>(*kind)].refused->add();
  if (status.fault() && tells(origin, &ServedClient::told_of_fault)) {
    log_.write(plugin::LogLevel::kError, "link",
               origin.client.name + " cannot be served: " + status.message());
  }
  static_cast<void>(send(origin, refusal(origin.id, status)));
}

void LinkServer::Core::answer(const RequestOrigin& origin, Kind kind, pb::Answer answer) {
  answer.set_id(origin.id);
  const Status sent = send(origin, answer);
  if (sent.code() == Code::kInvalidArgument) {
    return refuse(origin, kind,
                  out_of_range("the answer does not fit into a frame; ask for less at once: " +
                               sent.message()));
  }
  answers_[static_cast<std::size_t>(kind)].given->add();
}

// INVALID_ARGUMENT: it is too large. Every other failure is dealt with here: the client finds out
// by its own clock, or knows that it is gone.
Status LinkServer::Core::send(const RequestOrigin& origin, const pb::Answer& answer) {
  if (!is_current(origin))
    return {};
  Bytes bytes = answer.SerializeAsString();
  const Lane lane = lane_for(bytes.size(), kMostControlAnswerBytes);
  Status sent = peers_.send(Protocol::kLink, origin.client.name, lane,
                            std::make_shared<const Bytes>(std::move(bytes)));
  if (sent.code() == Code::kResourceExhausted) {
    dropped_.add();
    if (tells(origin, &ServedClient::told_of_slowness)) {
      log_.write(plugin::LogLevel::kWarn, "link",
                 origin.client.name + " does not take its answers fast enough, and some are " +
                     "dropped: " + sent.message());
    }
  }
  return sent.code() == Code::kInvalidArgument ? sent : Status();
}

// Once in a session, so that a client cannot fill the log.
bool LinkServer::Core::tells(const RequestOrigin& origin, bool ServedClient::*was_told) {
  const std::lock_guard lock(mutex_);
  return !std::exchange(origin.client.*was_told, true);
}

void LinkServer::Core::cut(const std::string& peer, const std::string& reason) {
  std::optional<std::uint64_t> timer;
  {
    const std::lock_guard lock(mutex_);
    cut_.insert(peer);
    const auto found = clients_.find(peer);
    if (found != clients_.end())
      timer = end_session(*found->second);
  }
  if (timer)
    executor_.cancel(*timer);
  if (const Status done = peers_.cut(peer, reason); !done.ok())
    log_.write(plugin::LogLevel::kWarn, "link", peer + " cannot be cut: " + done.message());
}

bool LinkServer::Core::is_current(const RequestOrigin& origin) const {
  const std::lock_guard lock(mutex_);
  return origin.client.is_served && origin.client.session == origin.session;
}

NewsWait* LinkServer::Core::find_wait(const RequestOrigin& origin) const {
  ServedClient& client = origin.client;
  if (!client.is_served || client.session != origin.session || !client.wait ||
      client.wait->id != origin.id)
    return nullptr;
  return &*client.wait;
}

// The timer to cancel, if it has one.
std::optional<std::uint64_t> LinkServer::Core::forget_wait(ServedClient& client) {
  if (!client.wait)
    return std::nullopt;
  const auto timer = client.wait->timer;
  client.wait.reset();
  client.requests -= 1;
  return timer;
}

std::optional<std::uint64_t> LinkServer::Core::end_session(ServedClient& client) {
  client.is_served = false;
  return forget_wait(client);
}

LinkServer::LinkServer(ClientService& service, Peers& peers, Executor& executor, Log& log,
                       Metrics& metrics)
    : core_(std::make_shared<Core>(service, peers, executor, log, metrics)) {}

LinkServer::~LinkServer() {
  stop();
}

Status LinkServer::start() {
  return core_->start();
}

void LinkServer::stop() {
  core_->stop();
}

} // namespace tenon::host::link
