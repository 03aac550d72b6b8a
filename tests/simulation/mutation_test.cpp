// The simulator's own test: bugs are planted in the core and around it, one at a time, and each has
// to be found, while the core without them passes the same seeds.
#include <catch2/catch.hpp>
#include <cstdio>
#include <set>

#include "simulation/mutations.hpp"
#include "simulation/simulation.hpp"

using namespace tenon;
using namespace tenon::simulation;

namespace {

constexpr std::uint64_t kMostSeeds = 500;

} // namespace

TEST_CASE("simulation: every planted bug is found, and none where there is none",
          "[simulation][mutation]") {
  std::set<std::uint64_t> seeds;
  for (const Mutation& mutation : mutations()) {
    Options options;
    options.saboteur = mutation.saboteur.get();
    std::string found;
    for (options.seed = 1; options.seed <= kMostSeeds && found.empty(); ++options.seed)
      found = Simulation(options).run().complaint;
    seeds.insert(options.seed - 1);
    std::printf("a core that %s: seed %llu: %.160s\n", mutation.name.c_str(),
                static_cast<unsigned long long>(options.seed - 1), found.c_str());
    std::fflush(stdout);
    INFO("a core that " << mutation.name << " passes " << kMostSeeds << " seeds");
    CHECK_FALSE(found.empty());
  }
  for (const std::uint64_t seed : seeds) {
    Options options;
    options.seed = seed;
    INFO("reproduce: build/release/bin/tests/simulate --seed " << seed << " --seeds 1 --trace");
    CHECK(Simulation(options).run().complaint == "");
  }
}
