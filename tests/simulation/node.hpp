// One simulated replica: the production core, a model ledger, a disk, and a driver that does what
// the core asks for, with delays, and that can die between any two of its actions. Owned by the
// simulation; one thread.
#pragma once

#include "simulation/clockwork.hpp"
#include "simulation/disk.hpp"
#include "simulation/model_ledger.hpp"
#include "simulation/network.hpp"
#include "simulation/saboteur.hpp"
#include "simulation/villain.hpp"

namespace tenon::simulation {

// Signatures that cost a hash: the key is its own secret.
class SimulatedScheme final : public bft::Scheme {
public:
  explicit SimulatedScheme(Bytes key) : key_(std::move(key)) {}
  [[nodiscard]] Result<Bytes> sign(BytesView message) override { return signature(key_, message); }
  [[nodiscard]] bool verify(std::span<const bft::SignatureCheck> checks) override {
    if (saboteur_ != nullptr && !saboteur_->checks_signatures())
      return true;
    for (const bft::SignatureCheck& check : checks) {
      if (signature(check.public_key, check.message) != check.signature)
        return false;
    }
    return true;
  }
  static Bytes signature(BytesView key, BytesView message);
  void sabotage(const Saboteur* saboteur) { saboteur_ = saboteur; }

private:
  Bytes key_;
  const Saboteur* saboteur_ = nullptr;
};

// What the simulation is told, to check it.
class Observer {
public:
  virtual ~Observer() = default;
  virtual void committed(const std::string& node, const ModelBlock& block) = 0;
  // A state taken over, with its block.
  virtual void imported(const std::string& node, const ModelBlock& block) = 0;
  virtual void sent(const std::string& node, const bft::Send& send) = 0;
  virtual void written(const std::string& node, const Bytes& record) = 0; // on stable storage
  virtual void accused(const std::string& node, const bft::Accuse& accuse) = 0;
  virtual void blamed(const std::string& node, const bft::Misbehaved& misbehaved) = 0;
  virtual void halted(const std::string& node, const Status& why) = 0;
};

struct Pace {
  std::uint64_t max_sync_us = 600;
  std::uint64_t max_execution_us = 800;
  std::uint64_t max_commit_us = 1'500;
  std::uint64_t max_import_us = 4'000;
};

class Node {
public:
  Node(std::string name, const Hash& chain, Members members, const bft::Settings& settings,
       Clockwork& clock, Random& random, Network& network, Observer& observer);

  void start();
  // Power is cut: at once, or after so many more actions.
  void crash();
  void crash_after(std::uint64_t actions) { crash_after_ = actions; }
  // While it is down: its votes are forgotten, or no longer what was written.
  void lose_log();
  void lose_store(); // without its votes
  void lose_everything();
  // False where there is none.
  bool flip_a_bit_of_the_log() { return disk_.flip_a_bit(random_); }
  void set_pace(const Pace& pace) { pace_ = pace; }
  // It lies from now on; and so that nothing else does, only some hear it, and it only some.
  void corrupt(Villain* villain) { villain_ = villain; }
  void set_audience(std::set<std::string> audience) { audience_ = std::move(audience); }
  [[nodiscard]] bool sees(const std::string& other) const {
    return !audience_ || audience_->contains(other);
  }
  void sabotage(const Saboteur* saboteur) {
    saboteur_ = saboteur;
    scheme_.sabotage(saboteur);
  }

  void receive(const std::string& from, std::uint32_t lane, const Bytes& frame);
  void peer_up(const std::string& peer);
  void peer_down(const std::string& peer);
  [[nodiscard]] Status submit(const Bytes& batch);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool up() const { return core_ != nullptr; }
  [[nodiscard]] const bft::Core& core() const { return *core_; }
  [[nodiscard]] std::uint64_t refused_logs() const { return refused_logs_; }
  [[nodiscard]] std::uint64_t torn_imports() const { return torn_imports_; }
  [[nodiscard]] const ModelLedger& ledger() const { return ledger_; }
  [[nodiscard]] ModelLedger& ledger() { return ledger_; }
  [[nodiscard]] const bft::Counters& counters() const;
  // Everybody that frames to "all validators" may go to.
  void set_everybody(std::vector<std::string> names) { everybody_ = std::move(names); }

private:
  // An event for the core, and what follows from it.
  template <typename Event> void tell(Event&& event) {
    if (saboteur_ != nullptr)
      saboteur_->before_event(*core_);
    event(*core_);
    if (saboteur_ != nullptr)
      saboteur_->after_event(*core_);
    act();
  }
  void act();
  void act_on(bft::Persist& persist);
  void act_on(bft::RewriteLog& rewrite);
  void act_on(bft::Send& send);
  void act_on(bft::Execute& execute);
  void act_on(bft::Commit& commit);
  void act_on(bft::Abandon& abandon) { ledger_.abandon(abandon.id); }
  void act_on(bft::ServeChain& serve);
  void act_on(bft::ServeTarget& serve);
  void act_on(bft::ServeRange& serve);
  void act_on(bft::BeginImport& begin);
  void act_on(bft::ImportRange& range);
  void act_on(bft::FinishImport& finish);
  void act_on(bft::AbandonImport&) { ledger_.import_abandon(); }
  void act_on(bft::Accuse& accuse) { observer_.accused(name_, accuse); }
  void act_on(bft::Misbehaved& misbehaved) { observer_.blamed(name_, misbehaved); }
  void act_on(bft::Halt& halt) { observer_.halted(name_, halt.why); }
  // Later, if this life still lasts.
  void later(std::uint64_t delay_us, std::function<void()> task);
  void sync();
  void execute_next();
  void arm();

  std::string name_;
  Hash chain_;
  bft::Settings settings_;
  Clockwork& clock_;
  Random& random_;
  Network& network_;
  Observer& observer_;
  SimulatedScheme scheme_;
  ModelLedger ledger_;
  Disk disk_;
  Pace pace_;
  std::vector<std::string> everybody_;
  std::unique_ptr<bft::Core> core_;
  std::uint64_t life_ = 0;
  bool acting_ = false;
  bool syncing_ = false;
  bool log_lost_ = false;
  std::uint64_t refused_logs_ = 0;
  std::uint64_t torn_imports_ = 0; // by crashes
  Villain* villain_ = nullptr;
  const Saboteur* saboteur_ = nullptr;
  std::optional<std::set<std::string>> audience_;
  std::deque<bft::Execute> executions_;
  bool executing_ = false;
  std::uint64_t armed_us_ = 0;
  std::optional<std::uint64_t> crash_after_;
  bft::Counters past_; // of earlier lives
  mutable bft::Counters sum_;
};

} // namespace tenon::simulation
