#include <catch2/catch.hpp>

#include "common/memory_backend.hpp"
#include "common/store_core.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/store_model.hpp"
#include "tenon/testkit/store_suite.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

std::uint32_t rounds() {
  return testkit::full_run() ? 8 : 1;
}

StoreOptions options_with(std::uint64_t flush_blocks) {
  StoreOptions options;
  options.chain = crypto::sha256("test chain");
  options.flush_blocks = flush_blocks;
  options.scrub_bytes_per_second = 1u << 20;
  return options;
}

// Every page leaves memory as soon as it may.
StoreOptions options_without_room(std::uint64_t flush_blocks) {
  StoreOptions options = options_with(flush_blocks);
  options.page_cache_bytes = 0;
  return options;
}

Result<std::unique_ptr<plugin::Store>> upcast(Result<std::unique_ptr<StoreCore>> core) {
  if (!core.ok())
    return core.status();
  return std::unique_ptr<plugin::Store>(std::move(*core));
}

Result<std::unique_ptr<plugin::Store>> open_memory() {
  return upcast(StoreCore::open(std::make_unique<MemoryBackend>(), options_with(32)));
}

Result<std::unique_ptr<plugin::Store>> open_rocksdb(const std::string& directory,
                                                    const StoreOptions& options) {
  RocksdbOptions database;
  database.directory = directory;
  auto backend = RocksdbBackend::open(database);
  if (!backend.ok())
    return backend.status();
  return upcast(StoreCore::open(std::move(*backend), options));
}

void run_suite(const testkit::StoreSuiteOptions& options) {
  for (const testkit::NamedTest& test : testkit::store_suite(options)) {
    DYNAMIC_SECTION(test.name) {
      const Status status = test.run();
      INFO(status.to_string());
      CHECK(status.ok());
    }
  }
}

} // namespace

TEST_CASE("memory store: conforms", "[store][conformance]") {
  run_suite({[](const std::string&) { return open_memory(); }, 1, rounds()});
}

TEST_CASE("rocksdb store: conforms, whether tree pages are written at once or behind",
          "[store][conformance]") {
  for (const std::uint64_t flush_blocks : {1u, 5u, 32u}) {
    DYNAMIC_SECTION("pages every " << flush_blocks << " blocks") {
      const testkit::TemporaryFolder directory;
      run_suite({[&](const std::string& name) {
                   return open_rocksdb(directory.path().string() + "/" + name,
                                       options_with(flush_blocks));
                 },
                 static_cast<std::uint32_t>(flush_blocks), rounds()});
    }
  }
}

TEST_CASE("rocksdb store: conforms without room for pages in memory", "[store][conformance]") {
  const testkit::TemporaryFolder directory;
  run_suite({[&](const std::string& name) {
               return open_rocksdb(directory.path().string() + "/" + name, options_without_room(5));
             },
             5, rounds()});
}

TEST_CASE("stores: memory and rocksdb give equal roots for the same writes",
          "[store][conformance]") {
  const testkit::TemporaryFolder directory;
  const auto memory = open_memory();
  const auto rocksdb = open_rocksdb(directory.path().string() + "/db", options_with(3));
  const auto cramped = open_rocksdb(directory.path().string() + "/cramped",
                                    options_without_room(3));
  REQUIRE(memory.ok());
  REQUIRE(rocksdb.ok());
  REQUIRE(cramped.ok());
  std::mt19937 random(11);
  for (std::uint64_t height = 0; height < 60u * rounds(); ++height) {
    const auto block = testkit::random_block(random, random() % 60, 300);
    const auto first = testkit::commit_block(**memory, height, block);
    const auto second = testkit::commit_block(**rocksdb, height, block);
    const auto third = testkit::commit_block(**cramped, height, block);
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    REQUIRE(third.ok());
    REQUIRE(first->state_root == second->state_root);
    REQUIRE(first->state_root == third->state_root);
    REQUIRE(first->writes_root == second->writes_root);
  }
}
