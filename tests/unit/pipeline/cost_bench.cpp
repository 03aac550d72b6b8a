// What the pipeline itself costs per transaction: memory store, an engine that does next to
// nothing, no sockets. Prints one JSON object. usage: bench_pipeline [transactions]
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "unit/pipeline/fakes/load.hpp"
#include "unit/pipeline/fakes/thread_pool.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

} // namespace

int main(int argc, char** argv) {
  const std::size_t transactions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 64'000;
  World world;
  Load load;
  load.callers = 4;
  load.in_flight_per_caller = 64;
  load.commands_per_caller = transactions / load.callers;
  for (std::size_t i = 0; i < load.callers; ++i)
    world.allocate_all({"p" + std::to_string(i)});
  LoadResult result;
  const double cpu_before = cpu_seconds();
  {
    ThreadPool pool(2);
    world.host().give_tasks_to([&](auto task) { pool.post(std::move(task)); });
    result = run_load(world, load);
  }
  world.host().give_tasks_to({});
  const double count = static_cast<double>(result.committed);
  std::printf("{\"transactions\": %.0f, \"transactions_per_s\": %.0f, "
              "\"cpu_us_per_transaction\": %.1f, \"transactions_per_block\": %.1f}\n",
              count, count / result.seconds, (cpu_seconds() - cpu_before) * 1e6 / count,
              count / static_cast<double>(world.status().height()));
  return result.other == 0 ? 0 : 1;
}
