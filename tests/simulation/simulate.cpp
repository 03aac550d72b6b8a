// simulate: runs seeds of the simulator by hand, or for a night; a failing one is printed with the
// command that shows it again.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "simulation/simulation.hpp"

int main(int argc, char** argv) {
  CLI::App app("Runs simulated networks, each from one seed");
  std::uint64_t seeds = 100;
  tenon::simulation::Options options;
  app.add_option("--seeds", seeds, "How many seeds, from --seed on");
  app.add_option("--seed", options.seed, "The first seed");
  app.add_option("--nodes", options.nodes, "Replicas (default: 4, 6, 7 or 10, by the seed)");
  app.add_flag("--trace", options.trace, "Print every commit, blame and halt");
  CLI11_PARSE(app, argc, argv);
  int failures = 0;
  tenon::simulation::Report total;
  for (std::uint64_t i = 0; i < seeds; ++i, ++options.seed) {
    const auto report = tenon::simulation::Simulation(options).run();
    tenon::simulation::add(total, report);
    if (!report.complaint.empty()) {
      ++failures;
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(options.seed),
                  report.complaint.c_str());
      std::fflush(stdout);
    }
  }
  std::printf("%llu seeds, %d failed\n%s", static_cast<unsigned long long>(seeds), failures,
              tenon::simulation::to_text(total).c_str());
  return failures == 0 ? 0 : 1;
}
