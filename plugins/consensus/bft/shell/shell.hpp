// What stands around the core in a running node: the clock, the channels to the other replicas, the
// vote log and the replica behind the C border. Events wait in a bounded queue; turns, one at a
// time on the host's workers, let the core act on them and hand out what it asks for, and nothing
// they call blocks. Owned by the plugin object and by its tasks under way; any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "bft/shell/config.hpp"
#include "bft/shell/evidence_log.hpp"
#include "bft/shell/host_ports.hpp"
#include "bft/shell/log_writer.hpp"

namespace tenon::consensus::bft {

class Shell final : public plugin::PeerHandler, public std::enable_shared_from_this<Shell> {
public:
  Shell(plugin::Host host, const Config& config);
  ~Shell() override;

  void attach(plugin::ReplicaApp& app);
  [[nodiscard]] Status start();
  [[nodiscard]] Status submit(BytesView batch);
  [[nodiscard]] Status drain(std::uint64_t deadline_ms);
  void stop();
  [[nodiscard]] Bytes describe() const;

  // PeerHandler, on the network's thread.
  void received(std::string_view peer, plugin::Lane lane, BytesView frame) override;
  void connected(std::string_view peer, plugin::PeerRole role) override;
  void disconnected(std::string_view peer) override;

private:
  using Event = std::function<void(Core& core, TimeUs now_us)>;
  struct Queued {
    Event act;
    std::size_t bytes = 0; // counted against the bound
  };

  // Calls into the host between enter and leave; after stop() there are none.
  [[nodiscard]] bool enter();
  void leave();
  // False: the queue is full, or the shell has stopped.
  bool post(Event event, std::size_t bytes);
  void want_turn();
  void run_turns();
  void turn(std::deque<Queued>& events);
  void arm();
  [[nodiscard]] Status open_log(Start& start);

  void act_on(Persist& persist) { log_->write(std::move(persist)); }
  void act_on(RewriteLog& rewrite) { log_->write(std::move(rewrite)); }
  void act_on(Send& send);
  void act_on(Execute& execute);
  void act_on(Commit& commit);
  void act_on(Abandon& abandon) { app_->abandon(abandon.id); }
  void act_on(ServeChain& serve);
  void act_on(ServeTarget& serve);
  void act_on(ServeRange& serve);
  void act_on(BeginImport& begin);
  void act_on(ImportRange& range);
  void act_on(FinishImport& finish);
  void act_on(AbandonImport& abandon);
  void act_on(Accuse& accuse);
  void act_on(Misbehaved& misbehaved);
  void act_on(Halt& halt);

  void executed(const Hash& id, const Result<Bytes>& result_header);
  void committed(const Hash& id, Height height, const Status& status);
  void on_worker(std::function<void()> job);
  void import_job(std::function<void()> job);
  void run_import_jobs();
  void finished(Height height, const Status& status);
  [[nodiscard]] Height oldest_block() const;
  void take_batches(const std::string& peer, const Bytes& frame);
  void fail(const Status& why);
  void measure();

  plugin::Host host_;
  Config config_;
  plugin::ReplicaApp* app_ = nullptr;
  ReplicaLedger ledger_;
  HostScheme scheme_;
  std::optional<plugin::Peers> peers_;
  plugin::Peers::Opened opened_;
  std::shared_ptr<LogWriter> log_;
  std::unique_ptr<EvidenceLog> evidence_;

  mutable std::mutex core_mutex_; // held for a turn
  std::unique_ptr<Core> core_;
  Counters measured_;
  std::uint64_t measured_made_ = 0;    // signatures
  std::uint64_t measured_checked_ = 0; // likewise

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Queued> events_;
  std::size_t queued_bytes_ = 0;
  std::deque<std::function<void()>> import_jobs_;
  bool importing_ = false; // one of them runs, or is posted
  std::size_t calls_ = 0; // into the host, under way
  bool running_ = false;
  bool turning_ = false; // a turn is under way or posted
  std::optional<plugin::Timer> timer_;
  TimeUs timer_due_us_ = 0;
  bool draining_ = false;
  bool stopped_ = false;
  std::string failure_;
  std::atomic<std::size_t> submitted_bytes_{0}; // accepted, not in the core yet
  std::atomic<std::size_t> pooled_bytes_{0};    // in the core, not final yet
  std::atomic<std::uint64_t> dropped_frames_{0};
  std::map<std::string, std::uint32_t> offences_; // of peers; a turn's
};

} // namespace tenon::consensus::bft
