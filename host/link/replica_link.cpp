#include "link/replica_link.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "link/envelope.hpp"
#include "link/limits.hpp"
#include "pipeline/outcome.hpp"

namespace tenon::host::link {

namespace {

enum class Ending : std::uint8_t { kAnswered, kRefused, kUnavailable, kTimedOut, kMalformed };
constexpr std::array<const char*, 5> kEndingNames = {"answered", "refused", "unavailable",
                                                     "timed_out", "malformed"};

Ending ending_of(const Status& status) {
  return status.code() == Code::kDeadlineExceeded ? Ending::kTimedOut : Ending::kUnavailable;
}

// What the metrics are told of one kind of request.
struct KindMetrics {
  KindMetrics(Metrics& metrics, Kind kind)
      : seconds(metrics.histogram("link_request_seconds",
                                  "From a request to a replica to its answer or refusal",
                                  {{"kind", std::string(kind_name(kind))}})) {
    for (std::size_t i = 0; i < kEndingNames.size(); ++i) {
      endings[i] =
          &metrics.counter("link_requests_total", "Requests to replicas, by how they ended",
                           {{"kind", std::string(kind_name(kind))}, {"outcome", kEndingNames[i]}});
    }
  }
  void ended(Ending ending) const { endings[static_cast<std::size_t>(ending)]->add(); }

  Histogram& seconds;
  std::array<Counter*, kEndingNames.size()> endings{};
};

std::array<KindMetrics, kKinds> metrics_of_kinds(Metrics& metrics) {
  return {KindMetrics(metrics, Kind::kBatch), KindMetrics(metrics, Kind::kStream),
          KindMetrics(metrics, Kind::kProof), KindMetrics(metrics, Kind::kState)};
}

} // namespace

class ReplicaLink::Core final : public PeerHandler,
                                public std::enable_shared_from_this<ReplicaLink::Core> {
public:
  Core(Peers& peers, Executor& executor, Log& log, Metrics& metrics, const Clock& clock);

  [[nodiscard]] Status start(std::function<void()> changed);
  void stop();
  void ask(const std::string& replica, pb::Request request, std::uint64_t timeout_ms,
           Answered done);
  [[nodiscard]] std::vector<std::string> connected_replicas() const;
  void drop(const std::string& replica, const std::string& reason);

  void received(std::string_view peer, Lane lane, BytesView frame) override;
  void connected(std::string_view peer, PeerRole role) override;
  void disconnected(std::string_view peer) override;

private:
  enum class Phase { kMade, kRunning, kStopped };

  struct Asked {
    std::string replica;
    Kind kind = Kind::kBatch;
    std::uint64_t began_us = 0;
    std::optional<std::uint64_t> timer;
    Answered done;
  };
  using AskedById = std::unordered_map<std::uint64_t, Asked>;

  // What is left to do when the lock is released.
  struct Afterwards {
    std::vector<std::uint64_t> timers; // to cancel
    std::size_t calls = 0;             // to have a worker make
  };

  void reject(const Status& status, Answered done);
  [[nodiscard]] Status admit(std::uint64_t id, Asked asked, std::uint64_t timeout_ms);
  void take(const std::string& peer, BytesView frame);
  void answered(const Asked& asked, BytesView frame);
  void fail(std::uint64_t id, const Status& status);
  void call(const Answered& done, Result<pb::Answer> answer);
  void tell_changed();
  void run_one();

  // With the lock held:
  void settle(AskedById::iterator asked, const Status& status, Afterwards& afterwards);
  void fail_all_of(const std::string* replica, const Status& status, Afterwards& afterwards);
  void note_change(Afterwards& afterwards);
  [[nodiscard]] bool run_next(std::unique_lock<std::mutex>& lock);
  // Without:
  void finish(const Afterwards& afterwards);

  Peers& peers_;
  Executor& executor_;
  Log& log_;
  const Clock& clock_;
  const std::array<KindMetrics, kKinds> metrics_;
  Counter& dropped_;
  Counter& unasked_;
  std::atomic<std::uint64_t> next_id_;

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  Phase phase_ = Phase::kMade;
  std::map<std::string, bool> replicas_; // those connected; true: dropped, its end is under way
  AskedById asked_;
  std::deque<Task> calls_; // callbacks that wait for a worker
  std::size_t running_ = 0;
  std::function<void()> changed_;
  bool change_untold_ = false;
  bool change_call_waits_ = false; // or runs
};

// Ids begin at the wall clock: an answer to the process that was this client before a restart is
// then not taken for one to this.
ReplicaLink::Core::Core(Peers& peers, Executor& executor, Log& log, Metrics& metrics,
                        const Clock& clock)
    : peers_(peers), executor_(executor), log_(log), clock_(clock),
      metrics_(metrics_of_kinds(metrics)),
      dropped_(metrics.counter("link_replicas_dropped_total",
                               "Replicas cut for what they gave this client node")),
      unasked_(metrics.counter("link_unasked_answers_total",
                               "Answers that came too late, or to nothing that was asked")),
      next_id_(clock.wall_us() + 1) {}

Status ReplicaLink::Core::start(std::function<void()> changed) {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kMade)
      return failed_precondition("the link to the replicas was started before; make another one");
    phase_ = Phase::kRunning;
    changed_ = std::move(changed);
  }
  Status opened = peers_.open(Protocol::kLink, *this);
  if (!opened.ok()) {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kMade;
  }
  return opened;
}

void ReplicaLink::Core::stop() {
  bool was_running = false;
  {
    const std::lock_guard lock(mutex_);
    was_running = phase_ == Phase::kRunning;
    phase_ = Phase::kStopped;
  }
  if (was_running)
    peers_.close(Protocol::kLink);
  Afterwards afterwards;
  std::unique_lock lock(mutex_);
  replicas_.clear();
  fail_all_of(nullptr, unavailable("the link to the replicas has stopped"), afterwards);
  lock.unlock();
  for (const std::uint64_t timer : afterwards.timers)
    executor_.cancel(timer);
  lock.lock();
  while (!calls_.empty() || running_ > 0) {
    if (!run_next(lock))
      idle_.wait(lock);
  }
}

void ReplicaLink::Core::ask(const std::string& replica, pb::Request request,
                            std::uint64_t timeout_ms, Answered done) {
  const auto kind = kind_of(request);
  if (!kind)
    return reject(invalid_argument("a request to " + replica + " asks for nothing"),
                  std::move(done));
  const std::uint64_t id = next_id_.fetch_add(1);
  request.set_id(id);
  auto frame = std::make_shared<const Bytes>(request.SerializeAsString());
  const Lane lane = lane_for(frame->size(), kMostControlRequestBytes);
  const Status admitted = admit(id, {replica, *kind, 0, {}, std::move(done)}, timeout_ms);
  if (!admitted.ok())
    return;
  Status sent = peers_.send(Protocol::kLink, replica, lane, std::move(frame));
  // The caller can do nothing about which it was: full, gone, or no peer any more.
  if (sent.code() == Code::kResourceExhausted || sent.code() == Code::kNotFound)
    sent = unavailable(sent.message());
  if (!sent.ok())
    fail(id, sent);
}

void ReplicaLink::Core::reject(const Status& status, Answered done) {
  Afterwards afterwards;
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back([this, status, done = std::move(done)] { call(done, status); });
    afterwards.calls = 1;
  }
  finish(afterwards);
}

// From here on somebody will answer: the replica, the timer, or this itself when it is not to be
// sent.
Status ReplicaLink::Core::admit(std::uint64_t id, Asked asked, std::uint64_t timeout_ms) {
  Status admitted;
  Afterwards afterwards;
  {
    const std::lock_guard lock(mutex_);
    const auto found = replicas_.find(asked.replica);
    if (phase_ != Phase::kRunning)
      admitted = unavailable("the link to the replicas is not open");
    else if (found == replicas_.end() || found->second)
      admitted = unavailable(asked.replica + " is not connected");
    asked.began_us = clock_.monotonic_us();
    const auto entry = asked_.emplace(id, std::move(asked)).first;
    if (!admitted.ok()) {
      settle(entry, admitted, afterwards);
    } else {
      entry->second.timer = executor_.after(
          timeout_ms,
          [core = shared_from_this(), id, replica = entry->second.replica, timeout_ms] {
            core->fail(id, {Code::kDeadlineExceeded, replica + " has not answered within " +
                                                         std::to_string(timeout_ms) + " ms"});
          });
    }
  }
  finish(afterwards);
  return admitted;
}

std::vector<std::string> ReplicaLink::Core::connected_replicas() const {
  std::vector<std::string> names;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, is_dropped] : replicas_) {
    if (!is_dropped)
      names.push_back(name);
  }
  return names;
}

void ReplicaLink::Core::drop(const std::string& replica, const std::string& reason) {
  Afterwards afterwards;
  {
    const std::lock_guard lock(mutex_);
    const auto found = replicas_.find(replica);
    if (found == replicas_.end() || std::exchange(found->second, true))
      return;
    fail_all_of(&replica, unavailable(replica + " was dropped: " + reason), afterwards);
    note_change(afterwards);
  }
  finish(afterwards);
  dropped_.add();
  log_.write(plugin::LogLevel::kWarn, "link", replica + " is dropped: " + reason);
  if (const Status cut = peers_.cut(replica, reason); !cut.ok())
    log_.write(plugin::LogLevel::kWarn, "link", replica + " cannot be cut: " + cut.message());
}

void ReplicaLink::Core::connected(std::string_view peer, PeerRole role) {
  if (role != PeerRole::kReplica)
    return;
  const Status told = pipeline::contained([&]() -> Status {
    Afterwards afterwards;
    {
      const std::lock_guard lock(mutex_);
      replicas_[std::string(peer)] = false;
      note_change(afterwards);
    }
    finish(afterwards);
    return {};
  });
  if (!told.ok())
    log_.write(plugin::LogLevel::kError, "link", told.message());
}

void ReplicaLink::Core::disconnected(std::string_view peer) {
  const Status told = pipeline::contained([&]() -> Status {
    const std::string replica(peer);
    Afterwards afterwards;
    {
      const std::lock_guard lock(mutex_);
      if (replicas_.erase(replica) == 0)
        return {};
      fail_all_of(&replica, unavailable("the connection to " + replica + " has ended"), afterwards);
      note_change(afterwards);
    }
    finish(afterwards);
    return {};
  });
  if (!told.ok())
    log_.write(plugin::LogLevel::kError, "link", told.message());
}

void ReplicaLink::Core::received(std::string_view peer, Lane /*lane*/, BytesView frame) {
  const Status taken = pipeline::contained([&]() -> Status {
    take(std::string(peer), frame);
    return {};
  });
  if (!taken.ok())
    log_.write(plugin::LogLevel::kError, "link", taken.message());
}

// Matches the answer and leaves the rest to a worker: pages are large, and this thread serves all
// peers.
void ReplicaLink::Core::take(const std::string& peer, BytesView frame) {
  const auto envelope = open_answer(frame);
  Bytes bytes(envelope.ok() ? frame : BytesView());
  Afterwards afterwards;
  bool is_replica = false;
  {
    const std::lock_guard lock(mutex_);
    is_replica = replicas_.contains(peer);
    const auto found = asked_.find(envelope.ok() ? envelope->id : 0);
    if (found != asked_.end() && found->second.replica == peer) {
      afterwards = {{*found->second.timer}, 1};
      calls_.push_back([this, asked = std::move(found->second), bytes = std::move(bytes)] {
        answered(asked, bytes);
      });
      asked_.erase(found);
    }
  }
  if (!is_replica) {
    static_cast<void>(
        peers_.cut(peer, "it sent an answer over the replica link and is no replica"));
  } else if (!envelope.ok()) {
    drop(peer, "it answered what is no answer: " + envelope.status().message());
  } else if (afterwards.calls == 0) {
    unasked_.add();
  }
  finish(afterwards);
}

void ReplicaLink::Core::answered(const Asked& asked, BytesView frame) {
  const KindMetrics& metrics = metrics_[static_cast<std::size_t>(asked.kind)];
  Result<pb::Answer> answer = pipeline::contained([&]() -> Result<pb::Answer> {
    TENON_ASSIGN_OR_RETURN(const Envelope envelope, open_answer(frame));
    return read_answer(envelope, asked.kind);
  });
  if (!answer.ok()) {
    metrics.ended(Ending::kMalformed);
    const std::string reason = "it answered what is no answer: " + answer.status().message();
    if (!answer.status().fault())
      drop(asked.replica, reason);
    return call(asked.done, unavailable(asked.replica + " is of no use: " + reason));
  }
  metrics.seconds.observe(static_cast<double>(clock_.monotonic_us() - asked.began_us) / 1e6);
  if (answer->has_refusal()) {
    metrics.ended(Ending::kRefused);
    return call(asked.done, refused(answer->refusal()));
  }
  metrics.ended(Ending::kAnswered);
  call(asked.done, std::move(answer));
}

void ReplicaLink::Core::fail(std::uint64_t id, const Status& status) {
  Afterwards afterwards;
  {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(id);
    if (found == asked_.end())
      return;
    settle(found, status, afterwards);
  }
  finish(afterwards);
}

void ReplicaLink::Core::call(const Answered& done, Result<pb::Answer> answer) {
  const Status called = pipeline::contained([&]() -> Status {
    done(std::move(answer));
    return {};
  });
  if (!called.ok())
    log_.write(plugin::LogLevel::kError, "link", called.message());
}

void ReplicaLink::Core::tell_changed() {
  std::unique_lock lock(mutex_);
  while (std::exchange(change_untold_, false)) {
    if (phase_ != Phase::kRunning)
      break;
    lock.unlock();
    const Status told = pipeline::contained([&]() -> Status {
      changed_();
      return {};
    });
    if (!told.ok())
      log_.write(plugin::LogLevel::kError, "link", told.message());
    lock.lock();
  }
  change_call_waits_ = false;
}

void ReplicaLink::Core::settle(AskedById::iterator asked, const Status& status,
                               Afterwards& afterwards) {
  if (asked->second.timer)
    afterwards.timers.push_back(*asked->second.timer);
  calls_.push_back([this, asked = std::move(asked->second), status] {
    metrics_[static_cast<std::size_t>(asked.kind)].ended(ending_of(status));
    call(asked.done, status);
  });
  afterwards.calls += 1;
  asked_.erase(asked);
}

// Null: of all replicas.
void ReplicaLink::Core::fail_all_of(const std::string* replica, const Status& status,
                                    Afterwards& afterwards) {
  for (auto next = asked_.begin(); next != asked_.end();) {
    const auto asked = next++;
    if (replica == nullptr || asked->second.replica == *replica)
      settle(asked, status, afterwards);
  }
}

void ReplicaLink::Core::note_change(Afterwards& afterwards) {
  change_untold_ = true;
  if (std::exchange(change_call_waits_, true))
    return;
  calls_.push_back([this] { tell_changed(); });
  afterwards.calls += 1;
}

void ReplicaLink::Core::finish(const Afterwards& afterwards) {
  for (const std::uint64_t timer : afterwards.timers)
    executor_.cancel(timer);
  for (std::size_t i = 0; i < afterwards.calls; ++i)
    executor_.post([core = shared_from_this()] { core->run_one(); });
}

void ReplicaLink::Core::run_one() {
  std::unique_lock lock(mutex_);
  static_cast<void>(run_next(lock));
}

// Makes the call that waits longest, with the lock released. False: none waits.
bool ReplicaLink::Core::run_next(std::unique_lock<std::mutex>& lock) {
  if (calls_.empty())
    return false;
  Task task = std::move(calls_.front());
  calls_.pop_front();
  running_ += 1;
  lock.unlock();
  const Status ran = pipeline::contained([&]() -> Status {
    task();
    return {};
  });
  if (!ran.ok())
    log_.write(plugin::LogLevel::kError, "link", ran.message());
  task = nullptr; // what it holds goes before anybody is told that it is over
  lock.lock();
  running_ -= 1;
  idle_.notify_all();
  return true;
}

ReplicaLink::ReplicaLink(Peers& peers, Executor& executor, Log& log, Metrics& metrics,
                         const Clock& clock)
    : core_(std::make_shared<Core>(peers, executor, log, metrics, clock)) {}

ReplicaLink::~ReplicaLink() {
  stop();
}

Status ReplicaLink::start(std::function<void()> changed) {
  return core_->start(std::move(changed));
}

void ReplicaLink::stop() {
  core_->stop();
}

void ReplicaLink::ask(const std::string& replica, pb::Request request, std::uint64_t timeout_ms,
                      Answered done) {
  core_->ask(replica, std::move(request), timeout_ms, std::move(done));
}

std::vector<std::string> ReplicaLink::connected() const {
  return core_->connected_replicas();
}

void ReplicaLink::drop(const std::string& replica, const std::string& reason) {
  core_->drop(replica, reason);
}

} // namespace tenon::host::link
