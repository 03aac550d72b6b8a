#include "unit/store/random_history.hpp"

#include <catch2/catch.hpp>

#include "common/store_core.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::store;

TEST_CASE("rocksdb store: random puts, removals, abandoned stages, prunings and restarts leave the "
          "map and the root of the definition",
          "[store]") {
  for (const Distribution distribution : kDistributions) {
    const testkit::TemporaryFolder folder;
    const auto history = live_through(
        [&]() -> Result<std::unique_ptr<plugin::Store>> {
          RocksdbOptions database;
          database.directory = folder.path().string() + "/db";
          StoreOptions options;
          options.flush_blocks = 9;
          TENON_ASSIGN_OR_RETURN(auto backend, RocksdbBackend::open(database));
          TENON_ASSIGN_OR_RETURN(auto store, StoreCore::open(std::move(backend), options));
          return std::unique_ptr<plugin::Store>(std::move(store));
        },
        distribution, 1, testkit::full_run() ? 100'000 : 2'000);
    INFO("distribution " << static_cast<int>(distribution) << ": "
                         << history.status().to_string());
    REQUIRE(history.ok());
  }
}
