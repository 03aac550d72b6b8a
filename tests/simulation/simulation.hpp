// A whole network in one thread from one seed: replicas, clients, weather, crashes, lost logs,
// broken engines and liars, in phases of chaos and of healing. Safety is checked at every step,
// liveness after every healing: what was submitted becomes final, at every honest replica, within a
// bound of time and of views, whatever the liars do. A failing seed fails again.
#pragma once

#include "simulation/checker.hpp"
#include "simulation/report.hpp"

namespace tenon::simulation {

struct Options {
  std::uint64_t seed = 1;
  std::size_t nodes = 0; // 0: by the seed, one of 4, 6, 7, 10
  bool trace = false;
  const Saboteur* saboteur = nullptr; // a planted bug
};

class Simulation final : public Observer {
public:
  explicit Simulation(const Options& options);
  [[nodiscard]] Report run();

private:
  // simulation.cpp
  void build();
  void round();
  void phase(std::uint64_t duration_us);
  void submit_some();
  void submit(std::size_t index);
  [[nodiscard]] bool all_final() const;
  [[nodiscard]] static bool has_a_say(const Node& node);
  [[nodiscard]] bool settled() const;
  void await_all_final();
  void complain_of_waiting();
  void run_until(std::uint64_t time_us);
  void look_around();
  void deliver(const std::string& from, const std::string& to, std::uint32_t lane,
               const Bytes& frame);
  [[nodiscard]] v1::ValidatorSet members(std::uint64_t epoch) const;
  [[nodiscard]] std::uint64_t views_passed() const;
  void finish_report();

  // chaos.cpp
  void spoil_some();
  void make_villain(std::size_t index);
  void choose_tricks();
  void disturb();
  void crash_one(Node& node);
  void lose_a_log(Node& node);
  void wipe(Node& node);
  [[nodiscard]] bool may_forget(const Node& node) const;
  void prune_some();
  void part();
  void slow_down(Node& node);
  void heal();
  void restart(Node& node);
  void connect(Node& node);
  [[nodiscard]] bool is_villain(const std::string& name) const { return villains_.contains(name); }

  void committed(const std::string& node, const ModelBlock& block) override;
  void imported(const std::string& node, const ModelBlock& block) override;
  void sent(const std::string& node, const bft::Send& send) override { checker_.sent(node, send); }
  void written(const std::string& node, const Bytes& record) override {
    checker_.written(node, record);
  }
  void accused(const std::string& node, const bft::Accuse& accuse) override {
    checker_.accused(node, accuse);
  }
  void blamed(const std::string& node, const bft::Misbehaved& misbehaved) override;
  void halted(const std::string& node, const Status& why) override;

  struct Transaction {
    Bytes bytes;
    std::uint64_t submitted_us = 0;
  };

  Options options_;
  Random random_;
  Clockwork clock_;
  Network network_;
  Checker checker_;
  bft::Settings settings_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Node>> shadows_; // second cores of twins
  std::map<std::string, std::unique_ptr<Villain>> villains_;
  std::set<std::string> twins_;
  std::set<std::string> broken_engines_;
  std::set<std::string> forgetful_; // have lost their log since the last healing
  std::size_t max_byzantine_ = 1;
  std::size_t odd_size_ = 4;         // validators of odd epochs
  std::vector<Transaction> waiting_; // submitted, not final yet
  std::uint64_t transactions_ = 0;
  bool calm_ = true;
  bool prunes_ = false; // blocks are forgotten now and then
  Report report_;
};

} // namespace tenon::simulation
