// What the pipeline itself costs per transaction: memory store, an engine that does next to
// nothing, no sockets. Prints one JSON object. Of the followers the first hosts all parties and so
// sees every transaction; the others, like the idle clients, host none.
// usage: bench_pipeline [transactions [followers [idle clients]]]
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
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

std::size_t argument(int argc, char** argv, int place, std::size_t otherwise) {
  return argc > place ? std::strtoull(argv[place], nullptr, 10) : otherwise;
}

// The node's own client is the first follower.
WorldOptions with_clients(std::size_t followers, std::size_t idle) {
  WorldOptions options;
  options.change_genesis = [followers, idle](std::string& document) {
    const auto add = [&](const std::string& id, const std::string& more) {
      const auto key = crypto::PrivateKey::from_seed(crypto::sha256(id).view());
      const std::string clients = "\"clients\": [";
      document.insert(document.find(clients) + clients.size(),
                      "{\"id\": \"" + id + "\", \"public_key\": \"" +
                          to_hex(key->public_key()) + "\"" + more + "},");
    };
    const std::string own = "\"may_allocate_parties\": true";
    if (followers > 0)
      document.replace(document.find(own), own.size(), own + ", \"streams\": true");
    const std::string no_parties = ", \"may_allocate_parties\": false";
    for (std::size_t i = 1; i < followers; ++i)
      add("follower" + std::to_string(i), no_parties + ", \"streams\": true");
    for (std::size_t i = 0; i < idle; ++i)
      add("idle" + std::to_string(i), no_parties);
  };
  return options;
}

} // namespace

int main(int argc, char** argv) {
  const std::size_t transactions = argument(argc, argv, 1, 64'000);
  World world(memory_store(),
              with_clients(argument(argc, argv, 2, 0), argument(argc, argv, 3, 0)));
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
