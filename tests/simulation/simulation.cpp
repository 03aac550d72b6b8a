#include "simulation/simulation.hpp"

#include <cstdio>

#include "tenon/crypto/sha256.hpp"

namespace tenon::simulation {

namespace {

constexpr int kRounds = 3;
constexpr bft::Height kLeastBlocks = 200;
constexpr std::uint64_t kSecondUs = 1'000'000;
constexpr std::uint64_t kLongestUs = 60 * kSecondUs; // of one with fewer blocks
constexpr std::uint64_t kResubmitUs = 2 * kSecondUs;
// After healing everything outstanding is final within so long, and so many views.
constexpr std::uint64_t kLivenessBoundUs = 60 * kSecondUs;
constexpr std::uint64_t kLivenessBoundViews = 600;
constexpr std::size_t kMostWaiting = 200;

} // namespace

Simulation::Simulation(const Options& options)
    : options_(options), random_(options.seed),
      network_(clock_, random_,
               [this](const std::string& from, const std::string& to, std::uint32_t lane,
                      const Bytes& frame) { deliver(from, to, lane, frame); }),
      checker_([this](std::uint64_t epoch) { return members(epoch); }) {}

// All nodes in even epochs; without the last ones, when they can be spared, in odd ones.
v1::ValidatorSet Simulation::members(std::uint64_t epoch) const {
  v1::ValidatorSet set;
  set.set_epoch(epoch);
  set.set_max_byzantine(static_cast<std::uint32_t>(max_byzantine_));
  const std::size_t count = epoch % 2 == 1 ? odd_size_ : names_.size();
  for (std::size_t i = 0; i < count; ++i) {
    v1::Validator& validator = *set.add_validators();
    validator.set_name(names_[i]);
    validator.set_public_key(crypto::sha256(names_[i]).str());
  }
  return set;
}

void Simulation::build() {
  constexpr std::size_t kSizes[] = {4, 6, 7, 10};
  const std::size_t size = options_.nodes != 0 ? options_.nodes : kSizes[random_.below(4)];
  max_byzantine_ = (size - 1) / 3;
  if (max_byzantine_ > 1 && random_.chance(0.5))
    --max_byzantine_;
  odd_size_ = random_.between(3 * max_byzantine_ + 1, size);
  settings_.term_length = random_.chance(0.2) ? 4 : 1;
  settings_.max_block_bytes = random_.chance(0.3) ? 600 : 1u << 20;
  settings_.max_inline_bytes = random_.chance(0.5) ? 100 : 64u << 10;
  settings_.acknowledge_bytes = 64;
  settings_.pool.max_origin_bytes = random_.chance(0.3) ? 64u << 10 : 32u << 20;
  settings_.state_transfer = true;
  settings_.state_slices = kModelSlices;
  settings_.snapshot_after_blocks = random_.chance(0.5) ? 25 : 1'000;
  prunes_ = random_.chance(0.5);
  for (std::size_t i = 0; i < size; ++i)
    names_.push_back("replica" + std::to_string(i));
  for (const std::string& name : names_) {
    nodes_.push_back(std::make_unique<Node>(
        name, Hash{}, [this](std::uint64_t epoch) { return members(epoch); }, settings_, clock_,
        random_, network_, *this));
    nodes_.back()->set_everybody(names_);
  }
  spoil_some();
  choose_tricks();
  for (const auto& node : nodes_) {
    if (!is_villain(node->name()))
      node->sabotage(options_.saboteur);
    restart(*node);
  }
  for (const auto& shadow : shadows_) {
    shadow->start();
    connect(*shadow);
  }
}

void Simulation::deliver(const std::string& from, const std::string& to, std::uint32_t lane,
                         const Bytes& frame) {
  if (network_.is_cut(from, to))
    return;
  for (const auto* const some : {&nodes_, &shadows_}) {
    for (const auto& node : *some) {
      if (node->name() == to && node->sees(from))
        node->receive(from, lane, frame);
    }
  }
}

void Simulation::committed(const std::string& node, const ModelBlock& block) {
  if (options_.trace) {
    std::printf("%9.3f %s commits %llu (view %llu, epoch %llu)\n",
                static_cast<double>(clock_.now_us()) / 1e6, node.c_str(),
                static_cast<unsigned long long>(block.height),
                static_cast<unsigned long long>(bft::from_ledger(block.certificate)->subject.view),
                static_cast<unsigned long long>(block.state.epoch));
  }
  checker_.committed(node, block);
}

void Simulation::imported(const std::string& node, const ModelBlock& block) {
  if (options_.trace) {
    std::printf("%9.3f %s has taken over the state of block %llu (epoch %llu)\n",
                static_cast<double>(clock_.now_us()) / 1e6, node.c_str(),
                static_cast<unsigned long long>(block.height),
                static_cast<unsigned long long>(block.state.epoch));
  }
  checker_.imported(node, block);
}

void Simulation::blamed(const std::string& node, const bft::Misbehaved& misbehaved) {
  if (options_.trace)
    std::printf("%9.3f %s blames %s: %s\n", static_cast<double>(clock_.now_us()) / 1e6,
                node.c_str(), misbehaved.peer.c_str(), misbehaved.what.c_str());
  checker_.blamed(node, misbehaved);
}

void Simulation::halted(const std::string& node, const Status& why) {
  if (options_.trace)
    std::printf("%9.3f %s halts: %s\n", static_cast<double>(clock_.now_us()) / 1e6, node.c_str(),
                why.to_string().c_str());
  if (broken_engines_.contains(node) && !checker_.has_halted(node))
    ++report_.engine_halts;
  checker_.halted(node, why);
}

void Simulation::submit(std::size_t index) {
  Node& node = *nodes_[random_.below(nodes_.size())];
  waiting_[index].submitted_us = clock_.now_us();
  static_cast<void>(node.submit(batch_of({waiting_[index].bytes})));
}

// New transactions, and those again that are not final after a while, each to a node by chance.
void Simulation::submit_some() {
  std::erase_if(waiting_, [this](const Transaction& transaction) {
    return checker_.is_final(transaction.bytes);
  });
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (clock_.now_us() - waiting_[i].submitted_us > kResubmitUs)
      submit(i);
  }
  const std::uint64_t fresh = waiting_.size() < kMostWaiting ? random_.below(4) : 0;
  for (std::uint64_t i = 0; i < fresh; ++i) {
    const bool epoch = random_.chance(0.006);
    const std::string text = (epoch ? std::string(kEpochTransaction) : std::string("transaction")) +
                             "-" + std::to_string(transactions_++) +
                             std::string(random_.below(200), 'x');
    waiting_.push_back({text, 0});
    submit(waiting_.size() - 1);
  }
}

void Simulation::run_until(std::uint64_t time_us) {
  while (checker_.complaint().empty() && clock_.step(time_us)) {
  }
}

// Now and then: what is to be seen of the replicas from outside.
void Simulation::look_around() {
  for (const auto& node : nodes_) {
    checker_.weigh(*node, settings_);
    if (calm_ && node->up() && forgetful_.contains(node->name()) && node->core().votes()) {
      ++report_.rejoins;
      forgetful_.erase(node->name());
    }
  }
}

void Simulation::phase(std::uint64_t duration_us) {
  const std::uint64_t end = clock_.now_us() + duration_us;
  while (clock_.now_us() < end && checker_.complaint().empty()) {
    run_until(clock_.now_us() + random_.between(5'000, 60'000));
    submit_some();
    look_around();
    if (prunes_ && random_.chance(0.2))
      prune_some();
    if (!calm_ && random_.chance(0.35))
      disturb();
  }
}

bool Simulation::all_final() const {
  return std::all_of(waiting_.begin(), waiting_.end(), [this](const Transaction& transaction) {
    return checker_.is_final(transaction.bytes);
  });
}

// With nothing left to do, whoever has lost its votes must have its say again.
bool Simulation::has_a_say(const Node& node) {
  return !node.core().committee().own() || node.core().votes();
}

bool Simulation::settled() const {
  return all_final() && std::all_of(nodes_.begin(), nodes_.end(), [this](const auto& node) {
           return is_villain(node->name()) || checker_.has_halted(node->name()) ||
                  (node->up() && node->ledger().height() == checker_.highest() && has_a_say(*node));
         });
}

std::uint64_t Simulation::views_passed() const {
  std::uint64_t most = 0;
  for (const auto& node : nodes_) {
    if (!is_villain(node->name()))
      most = std::max(most, node->counters().notarized_views + node->counters().nullified_views);
  }
  return most;
}

void Simulation::await_all_final() {
  const std::uint64_t begin = clock_.now_us();
  const std::uint64_t views = views_passed();
  const auto may_take_longer = [&] {
    return clock_.now_us() < begin + kLivenessBoundUs &&
           views_passed() - views <= kLivenessBoundViews;
  };
  while (!settled() && may_take_longer() && checker_.complaint().empty()) {
    run_until(clock_.now_us() + 50'000);
    look_around();
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if (!checker_.is_final(waiting_[i].bytes) &&
          clock_.now_us() - waiting_[i].submitted_us > kResubmitUs)
        submit(i);
    }
    for (const auto& node : nodes_) {
      if (!node->up())
        restart(*node); // a planned death that came late
    }
  }
  if (!checker_.complaint().empty())
    return;
  const std::uint64_t passed = views_passed() - views;
  report_.most_views_to_heal = std::max(report_.most_views_to_heal, passed);
  report_.longest_healing_us = std::max(report_.longest_healing_us, clock_.now_us() - begin);
  if (!settled())
    complain_of_waiting();
  else if (passed > kLivenessBoundViews)
    checker_.complain("it took " + std::to_string(passed) + " views to heal: at most " +
                      std::to_string(kLivenessBoundViews) + " expected");
}

void Simulation::complain_of_waiting() {
  std::string what = "not live: after healing, ";
  what += all_final() ? "some replicas did not catch up" : "transactions did not become final";
  for (const auto& node : nodes_) {
    what += "; " + node->name() + (is_villain(node->name()) ? " (villain)" : "") + " height " +
            std::to_string(node->ledger().height());
    if (node->up()) {
      what += " epoch " + std::to_string(node->core().epoch()) + " " + node->core().waiting_for() +
              " " + node->core().unready();
    }
  }
  checker_.complain(what);
}

void Simulation::round() {
  choose_tricks();
  phase(random_.between(200, 800) * 1'000);
  for (const auto& node : nodes_) {
    if (broken_engines_.contains(node->name()))
      node->ledger().wrong_results = true;
  }
  calm_ = false;
  phase(random_.between(1'500, 4'000) * 1'000);
  heal();
  phase(kSecondUs / 2);
  await_all_final();
}

Report Simulation::run() {
  build();
  for (int done = 0; checker_.complaint().empty(); ++done) {
    if (done >= kRounds && (checker_.highest() >= kLeastBlocks || clock_.now_us() > kLongestUs))
      break;
    round();
  }
  for (const std::string& name : broken_engines_) {
    if (checker_.complaint().empty() && !checker_.has_halted(name))
      checker_.complain(name + " computes wrong results and has not halted");
  }
  finish_report();
  return report_;
}

void Simulation::finish_report() {
  report_.complaint = checker_.complaint();
  report_.height = checker_.highest();
  report_.simulated_us = clock_.now_us();
  report_.frames = network_.sent();
  report_.history = checker_.history();
  report_.accusations = checker_.accusations();
  report_.blames = checker_.blames();
  for (const auto& node : nodes_) {
    report_.flipped_bits += node->refused_logs();
    report_.torn_imports += node->torn_imports();
    if (is_villain(node->name()))
      continue;
    Report one;
    one.counters = node->counters();
    add(report_, one);
  }
  for (const auto& [name, villain] : villains_) {
    for (std::size_t i = 0; i < kTricks; ++i)
      report_.tricks[i] += villain->counts()[i];
  }
}

} // namespace tenon::simulation
