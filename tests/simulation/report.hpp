// What simulations have gone through, one or many of them: so that a run can show that it has tried
// what it says it tries. Values only.
#pragma once

#include <string>

#include "bft/core/core.hpp"
#include "simulation/villain.hpp"

namespace tenon::simulation {

struct Report {
  std::string complaint; // empty: all went well
  Hash history;
  bft::Height height = 0;
  std::uint64_t simulated_us = 0;
  std::uint64_t frames = 0;
  std::uint64_t crashes = 0;
  std::uint64_t crash_points = 0; // deaths between two actions
  std::uint64_t partitions = 0;
  std::uint64_t slow_disks = 0;
  std::uint64_t lost_logs = 0;
  std::uint64_t flipped_bits = 0; // of logs, which are refused
  std::uint64_t wipes = 0;        // of whole disks
  std::uint64_t lost_stores = 0;  // of them, where the vote log remained
  std::uint64_t torn_imports = 0; // of states, by crashes
  std::uint64_t rejoins = 0;      // of voters that had lost their log
  std::uint64_t broken_engines = 0;
  std::uint64_t engine_halts = 0;
  std::uint64_t accusations = 0;
  std::uint64_t blames = 0;
  std::uint64_t most_views_to_heal = 0;
  std::uint64_t longest_healing_us = 0;
  bft::Counters counters; // of all honest nodes
  TrickCounts tricks{};
};

void add(bft::Counters& sum, const bft::Counters& one);
// Adds what another simulation has gone through; the first complaint stays.
void add(Report& sum, const Report& one);
// One line for each kind of thing.
[[nodiscard]] std::string to_text(const Report& report);

} // namespace tenon::simulation
