// The pipeline under real threads: many callers, readers and a watcher at once.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "tenon/testkit/temporary_folder.hpp"
#include "unit/pipeline/fakes/load.hpp"
#include "unit/pipeline/fakes/thread_pool.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("pipeline: many callers at once lose nothing and double nothing", "[pipeline][threads]") {
  const testkit::TemporaryFolder directory;
  World world(rocksdb_store(directory.path().string() + "/db"));
  std::vector<std::string> parties;
  for (int i = 0; i < 8; ++i)
    parties.push_back("p" + std::to_string(i));
  world.allocate_all(parties);
  std::atomic<std::uint64_t> last_height{0};
  std::atomic<bool> backwards{false};
  const auto watch = world.pipeline().watch([&](std::uint64_t height) {
    backwards = backwards || height <= last_height;
    last_height = height;
  });
  {
    ThreadPool pool(3);
    world.host().give_tasks_to([&](auto task) { pool.post(std::move(task)); });
    std::atomic<bool> done{false};
    std::uint64_t pages = 0;
    std::thread reader([&] {
      std::uint64_t after = 0;
      while (!done) {
        const auto page = world.transactions({"p1"}, after, 10);
        for (const auto& transaction : page.transactions()) {
          if (transaction.offset() <= after)
            backwards = true;
          after = transaction.offset();
        }
        if (!world.query({"p1"}, "get balance/p1").ok())
          backwards = true;
        ++pages;
      }
    });
    Load load;
    load.in_flight_per_caller = 4;
    load.mode = v1::MODE_PRE_EXECUTED;
    const LoadResult result = run_load(world, load);
    done = true;
    reader.join();
    CHECK(result.committed == 800);
    CHECK(result.other == 0);
    CHECK(pages > 0);
  }
  world.host().give_tasks_to({});
  CHECK_FALSE(backwards);
  CHECK(last_height == world.status().height());
  world.pipeline().unwatch(watch);
  world.restart();
  for (const std::string& party : parties)
    CHECK(*world.query({party}, "get balance/" + party) == "100");
}
