#include "simulation/report.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace tenon::simulation {

// Every number of the counters, without naming each: all members are of one type.
void add(bft::Counters& sum, const bft::Counters& one) {
  using Values = std::array<std::uint64_t, sizeof(bft::Counters) / sizeof(std::uint64_t)>;
  auto values = std::bit_cast<Values>(sum);
  const auto more = std::bit_cast<Values>(one);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] += more[i];
  sum = std::bit_cast<bft::Counters>(values);
}

void add(Report& sum, const Report& one) {
  if (sum.complaint.empty())
    sum.complaint = one.complaint;
  sum.height += one.height;
  sum.simulated_us += one.simulated_us;
  sum.frames += one.frames;
  sum.crashes += one.crashes;
  sum.crash_points += one.crash_points;
  sum.partitions += one.partitions;
  sum.slow_disks += one.slow_disks;
  sum.lost_logs += one.lost_logs;
  sum.flipped_bits += one.flipped_bits;
  sum.wipes += one.wipes;
  sum.lost_stores += one.lost_stores;
  sum.torn_imports += one.torn_imports;
  sum.rejoins += one.rejoins;
  sum.broken_engines += one.broken_engines;
  sum.engine_halts += one.engine_halts;
  sum.accusations += one.accusations;
  sum.blames += one.blames;
  sum.most_views_to_heal = std::max(sum.most_views_to_heal, one.most_views_to_heal);
  sum.longest_healing_us = std::max(sum.longest_healing_us, one.longest_healing_us);
  add(sum.counters, one.counters);
  for (std::size_t i = 0; i < kTricks; ++i)
    sum.tricks[i] += one.tricks[i];
}

std::string to_text(const Report& report) {
  std::string text;
  const auto line = [&text](const char* what, std::uint64_t count) {
    text += "  " + std::to_string(count) + " " + what + "\n";
  };
  line("final blocks", report.height);
  line("simulated seconds", report.simulated_us / 1'000'000);
  line("frames", report.frames);
  line("notarized views, seen by each replica", report.counters.notarized_views);
  line("nullified views", report.counters.nullified_views);
  line("skipped leaders", report.counters.skipped_leaders);
  line("blocks final through a descendant", report.counters.indirectly_final_blocks);
  line("blocks carried", report.counters.carried);
  line("blocks abandoned", report.counters.abandoned_blocks);
  line("blocks taken from others' committed chain", report.counters.chain_blocks);
  line("epoch changes", report.counters.epochs);
  line("crashes", report.crashes);
  line("deaths between two actions", report.crash_points);
  line("partitions", report.partitions);
  line("slow disks", report.slow_disks);
  line("lost logs", report.lost_logs);
  line("flipped bits of logs", report.flipped_bits);
  line("wiped disks", report.wipes);
  line("of them with the vote log left", report.lost_stores);
  line("states begun to take over", report.counters.state_targets);
  line("ranges of states taken over", report.counters.state_ranges);
  line("ranges that were lies", report.counters.state_lies);
  line("states taken over", report.counters.state_transfers);
  line("imports of states interrupted by a crash", report.torn_imports);
  line("voters back after losing their log", report.rejoins);
  line("broken engines", report.broken_engines);
  line("halts of replicas with a broken engine", report.engine_halts);
  line("accusations", report.accusations);
  line("blames", report.blames);
  line("views to heal, at most", report.most_views_to_heal);
  line("simulated ms to heal, at most", report.longest_healing_us / 1000);
  for (std::size_t i = 0; i < kTricks; ++i)
    line((std::string("times ") + to_text(static_cast<Trick>(i))).c_str(), report.tricks[i]);
  return text;
}

} // namespace tenon::simulation
