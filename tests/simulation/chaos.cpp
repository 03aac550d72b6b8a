// What is done to the network between two healings, and what is broken in it from the beginning. At
// any time at most f replicas lie, compute wrong results, or have forgotten votes that they cast.
#include "simulation/simulation.hpp"

namespace tenon::simulation {

namespace {

constexpr Pace kSlow{.max_sync_us = 150'000, .max_execution_us = 150'000, .max_commit_us = 200'000};

} // namespace

void Simulation::spoil_some() {
  std::size_t budget = random_.below(max_byzantine_ + 1);
  if (budget > 0 && random_.chance(0.2)) {
    --budget;
    broken_engines_.insert(names_[random_.below(names_.size())]);
    ++report_.broken_engines;
  }
  while (villains_.size() < budget) {
    const std::size_t index = random_.below(names_.size());
    if (!is_villain(names_[index]) && !broken_engines_.contains(names_[index]))
      make_villain(index);
  }
  for (const std::string& name : broken_engines_)
    checker_.expect_halt(name);
}

void Simulation::make_villain(std::size_t index) {
  const std::string& name = names_[index];
  checker_.distrust(name);
  villains_[name] = std::make_unique<Villain>(name, names_, random_, network_);
  if (!random_.chance(0.2)) {
    nodes_[index]->corrupt(villains_[name].get());
    return;
  }
  // Twins tell no lies of their own: they are both right, each for those who see it.
  twins_.insert(name);
  shadows_.push_back(std::make_unique<Node>(
      name, Hash{}, [this](std::uint64_t epoch) { return members(epoch); }, settings_, clock_,
      random_, network_, *this));
  shadows_.back()->set_everybody(names_);
}

void Simulation::choose_tricks() {
  for (const auto& [name, villain] : villains_) {
    if (twins_.contains(name)) {
      villain->count(Trick::kTwins);
      continue;
    }
    std::set<Trick> tricks;
    // The occasions are rare, so whoever may lie in them often does.
    for (const Trick trick : {Trick::kLyingState, Trick::kStaleState, Trick::kLyingChain}) {
      if (random_.chance(0.4))
        tricks.insert(trick);
    }
    for (std::size_t count = 1 + random_.below(4); tricks.size() < count;) {
      const auto trick = static_cast<Trick>(random_.below(kTricks));
      if (trick != Trick::kTwins)
        tricks.insert(trick);
    }
    villain->choose(std::move(tricks));
  }
  const auto audience = [this] {
    std::set<std::string> some;
    for (const std::string& name : names_) {
      if (random_.chance(0.6))
        some.insert(name);
    }
    return some;
  };
  for (const auto& node : nodes_) {
    if (twins_.contains(node->name()))
      node->set_audience(audience());
  }
  for (const auto& shadow : shadows_)
    shadow->set_audience(audience());
}

void Simulation::crash_one(Node& node) {
  ++report_.crashes;
  node.crash();
}

// Its votes are gone, or cannot be trusted: one more that the network has to bear, until it votes
// again and everything has healed.
bool Simulation::may_forget(const Node& node) const {
  const std::size_t borne = villains_.size() + broken_engines_.size() + forgetful_.size();
  return !is_villain(node.name()) && !broken_engines_.contains(node.name()) &&
         (borne < max_byzantine_ || forgetful_.contains(node.name()));
}

// Its disk is gone, and a new one in its place; half of the time the vote log lay on another.
void Simulation::wipe(Node& node) {
  if (!may_forget(node))
    return;
  if (node.up())
    crash_one(node);
  forgetful_.insert(node.name());
  if (++report_.wipes % 2 == 0) {
    ++report_.lost_stores;
    return node.lose_store();
  }
  node.lose_everything();
}

// Some keep less than others of the chain.
void Simulation::prune_some() {
  for (const auto& node : nodes_) {
    const bft::Height head = node->ledger().synced();
    const bft::Height kept = random_.below(12);
    if (random_.chance(0.5) && head > kept)
      node->ledger().prune(head - kept);
  }
}

void Simulation::lose_a_log(Node& node) {
  if (!may_forget(node))
    return;
  if (node.up())
    crash_one(node);
  forgetful_.insert(node.name());
  if (random_.chance(0.5) && node.flip_a_bit_of_the_log())
    return;
  ++report_.lost_logs;
  node.lose_log();
}

void Simulation::part() {
  ++report_.partitions;
  const std::uint64_t sides = random_.next();
  const bool one_way = random_.chance(0.3);
  for (std::size_t a = 0; a < nodes_.size(); ++a) {
    for (std::size_t b = 0; b < nodes_.size(); ++b) {
      const bool apart = ((sides >> a) & 1) != ((sides >> b) & 1);
      if (apart && (!one_way || ((sides >> a) & 1) != 0))
        network_.cut(names_[a], names_[b]);
    }
  }
}

void Simulation::slow_down(Node& node) {
  ++report_.slow_disks;
  Pace pace;
  switch (random_.below(3)) {
  case 0:
    pace.max_sync_us = kSlow.max_sync_us;
    break;
  case 1:
    pace = kSlow;
    break;
  default: // Everybody computes slowly: what is ordered runs ahead of what is final.
    pace.max_execution_us = kSlow.max_execution_us;
    for (const auto& other : nodes_)
      other->set_pace(pace);
    return;
  }
  node.set_pace(pace);
}

void Simulation::disturb() {
  const std::uint64_t what = random_.below(100);
  Node& node = *nodes_[random_.below(nodes_.size())];
  const auto down = static_cast<std::size_t>(
      std::count_if(nodes_.begin(), nodes_.end(), [](const auto& other) { return !other->up(); }));
  if (what < 20 && node.up()) {
    crash_one(node);
  } else if (what < 40 && node.up()) {
    ++report_.crash_points;
    node.crash_after(random_.below(60));
  } else if (what < 43) {
    lose_a_log(node);
  } else if (what < 46) {
    wipe(node);
  } else if (what < 70 || down > max_byzantine_) {
    for (const auto& other : nodes_) {
      if (!other->up() && random_.chance(0.7))
        restart(*other);
    }
  } else if (what < 79) {
    part();
  } else if (what < 87) {
    network_.heal();
  } else if (what < 92) {
    slow_down(node);
  } else {
    Weather weather;
    weather.max_delay_us = random_.between(1'000, 60'000);
    weather.loss = random_.chance(0.5) ? 0.2 : 0.02;
    weather.repeat = 0.05;
    weather.straggle = 0.03;
    network_.set_weather(weather);
  }
}

void Simulation::heal() {
  calm_ = true;
  network_.heal();
  for (const auto& node : nodes_) {
    node->set_pace({});
    if (!node->up())
      restart(*node);
  }
  // Connections that broke come back.
  for (const auto& node : nodes_)
    connect(*node);
}

void Simulation::connect(Node& node) {
  const auto join = [&node](Node& other) {
    if (other.name() == node.name() || !other.up())
      return;
    node.peer_up(other.name());
    other.peer_down(node.name());
    other.peer_up(node.name());
  };
  for (const auto& other : nodes_)
    join(*other);
  for (const auto& shadow : shadows_)
    join(*shadow);
}

void Simulation::restart(Node& node) {
  network_.restarted(node.name());
  checker_.restarted(node.name(), node.ledger().height());
  node.start();
  connect(node);
}

} // namespace tenon::simulation
