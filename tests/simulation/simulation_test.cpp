// Simulated networks from many seeds: all of them safe and live, the same from the same seed, and
// together a witness that everything was tried that is said to be.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "simulation/simulation.hpp"

using namespace tenon;
using namespace tenon::simulation;

namespace {

constexpr std::uint64_t kSeeds = 200; // about a minute of one core
constexpr std::uint64_t kFullFactor = 10;

bool full() {
  const char* const value = std::getenv("TENON_TEST_FULL");
  return value != nullptr && std::string(value) == "1";
}

// TENON_SIM_SEEDS: how many, or "first+how many".
std::pair<std::uint64_t, std::uint64_t> seeds() {
  std::pair<std::uint64_t, std::uint64_t> range(1, kSeeds * (full() ? kFullFactor : 1));
  const char* const value = std::getenv("TENON_SIM_SEEDS");
  if (value == nullptr)
    return range;
  const std::string text(value);
  const std::size_t plus = text.find('+');
  if (plus == std::string::npos)
    return {1, std::strtoull(text.c_str(), nullptr, 10)};
  return {std::strtoull(text.c_str(), nullptr, 10),
          std::strtoull(text.c_str() + plus + 1, nullptr, 10)};
}

Report run(std::uint64_t seed, std::size_t nodes = 0) {
  Options options;
  options.seed = seed;
  options.nodes = nodes;
  Report report = Simulation(options).run();
  const std::string with_nodes = nodes == 0 ? "" : " --nodes " + std::to_string(nodes);
  INFO("reproduce: build/release/bin/tests/simulate --seed " << seed << with_nodes
                                                             << " --seeds 1 --trace");
  CHECK(report.complaint == "");
  return report;
}

// Have so many been seen in every hundred seeds?
void expect(const char* what, std::uint64_t seen, std::uint64_t per_hundred_seeds,
            std::uint64_t seeds_run) {
  INFO(what << ": expected at least " << per_hundred_seeds << " in 100 seeds, found " << seen
            << " in " << seeds_run);
  CHECK(seen * 100 >= per_hundred_seeds * seeds_run);
}

void expect_all(const Report& total, std::uint64_t count) {
  expect("final blocks", total.height, 20'000, count);
  expect("nullified views", total.counters.nullified_views, 5'000, count);
  expect("skipped leaders", total.counters.skipped_leaders, 1'000, count);
  expect("blocks final through a descendant", total.counters.indirectly_final_blocks, 1'000, count);
  expect("blocks carried", total.counters.carried, 100, count);
  expect("blocks abandoned", total.counters.abandoned_blocks, 500, count);
  expect("blocks of others' committed chain", total.counters.chain_blocks, 500, count);
  expect("epoch changes", total.counters.epochs, 200, count);
  expect("crashes", total.crashes, 200, count);
  expect("deaths between two actions", total.crash_points, 200, count);
  expect("partitions", total.partitions, 100, count);
  expect("slow disks", total.slow_disks, 50, count);
  expect("lost logs", total.lost_logs, 20, count);
  expect("flipped bits of logs", total.flipped_bits, 10, count);
  expect("wiped disks", total.wipes, 20, count);
  expect("wiped disks with the vote log on another", total.lost_stores, 5, count);
  expect("states taken over", total.counters.state_transfers, 20, count);
  expect("ranges that were lies", total.counters.state_lies, 5, count);
  expect("imports of states interrupted by a crash", total.torn_imports, 3, count);
  expect("voters back after losing their log", total.rejoins, 20, count);
  expect("halts of replicas with a broken engine", total.engine_halts, 3, count);
  expect("accusations", total.accusations, 200, count);
  for (std::size_t i = 0; i < kTricks; ++i) {
    // States are asked for only where more than f peers have no blocks: no liar makes the occasion.
    const bool rare = static_cast<Trick>(i) == Trick::kStaleState;
    expect(to_text(static_cast<Trick>(i)), total.tricks[i], rare ? 10 : 20, count);
  }
}

} // namespace

TEST_CASE("simulation: networks with liars, crashes, lost logs and bad weather stay safe and live",
          "[simulation]") {
  const auto [first, count] = seeds();
  Report total;
  for (std::uint64_t seed = first; seed < first + count; ++seed)
    add(total, run(seed));
  std::printf("%llu seeds from %llu on:\n%s", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(first), to_text(total).c_str());
  if (count >= 100)
    expect_all(total, count);
}

TEST_CASE("simulation: seeds that once found a bug find none", "[simulation]") {
  std::ifstream file(std::string(TENON_SOURCE_DIR) + "/tests/simulation/seeds.txt");
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::uint64_t seed = 0;
    std::size_t nodes = 0;
    if (line.starts_with('#') || !(words >> seed >> nodes))
      continue;
    ++count;
    run(seed, nodes);
  }
  CHECK(count > 0);
}

TEST_CASE("simulation: the same seed makes the same history", "[simulation]") {
  for (const std::uint64_t seed : {1u, 7u, 23u}) {
    const Report once = run(seed);
    const Report twice = run(seed);
    CHECK(once.history == twice.history);
    CHECK(once.height == twice.height);
    CHECK(once.frames == twice.frames);
  }
  CHECK(run(1).history != run(2).history);
}
