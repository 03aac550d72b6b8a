#include "backup/service.hpp"

#include <catch2/catch.hpp>

#include "services/posix_disk.hpp"
#include "tenon/testkit/temporary_folder.hpp"
#include "../fakes.hpp"

namespace tenon::host::backup {
namespace {

using Catch::Matchers::Contains;

// Gives one file for every checkpoint, and nothing else.
class FileStore final : public plugin::Store {
public:
  explicit FileStore(std::size_t bytes) : bytes_(bytes) {}

  [[nodiscard]] Result<plugin::StoreCheckpoint> checkpoint(const std::string& folder) override {
    services::PosixDisk disk;
    TENON_ASSIGN_OR_RETURN(const auto file, disk.create(folder + "/data"));
    TENON_RETURN_IF_ERROR(file->append(Bytes(bytes_, 'x')));
    plugin::StoreCheckpoint made;
    made.head.empty = false;
    made.head.height = 41;
    made.files.push_back({"data", "one"});
    return made;
  }

  [[nodiscard]] bool durable() const override { return true; }
  [[nodiscard]] Result<plugin::StoreHead> head() const override { return none(); }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>>
  snapshot(std::uint64_t) const override {
    return none();
  }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreStage>>
  stage(plugin::StoreStage*, std::span<const plugin::StoreWrite>) override {
    return none();
  }
  [[nodiscard]] Status commit(plugin::StoreStage&, const plugin::StoreBlock&, bool) override {
    return none();
  }
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t,
                                                        plugin::BlockPart) const override {
    return none();
  }
  [[nodiscard]] Status verify(plugin::ProgressVisitor) override { return none(); }
  [[nodiscard]] Result<plugin::StoreHorizon> horizon() const override { return none(); }
  [[nodiscard]] Status prune(std::uint64_t) override { return none(); }
  [[nodiscard]] Status put_block(const plugin::StoreBlock&) override { return none(); }
  [[nodiscard]] Status import_begin(const plugin::StoreTarget&) override { return none(); }
  [[nodiscard]] Status import_range(BytesView) override { return none(); }
  [[nodiscard]] Result<std::optional<plugin::StoreImport>> import_missing() const override {
    return none();
  }
  [[nodiscard]] Status import_finish(std::span<const plugin::StoreBlock>) override {
    return none();
  }
  [[nodiscard]] Status import_abandon() override { return none(); }
  [[nodiscard]] Status put_index(std::span<const plugin::StoreWrite>, bool) override {
    return none();
  }

private:
  static Status none() { return plugin::not_offered("this"); }
  std::size_t bytes_;
};

struct World {
  testkit::TemporaryFolder folder;
  services::PosixDisk disk;
  testing::Parts parts;
  FileStore store;
  std::string data = (folder.path() / "data").string();
  std::string to = (folder.path() / "backups").string();
  Service service;

  explicit World(std::size_t bytes)
      : store(bytes),
        service(disk, {store, parts.signer, "node-1", "files", "genesis", data, data + "/store"},
                parts.clock, parts.log, parts.metrics) {}

  ServiceState ended() {
    for (;;) {
      ServiceState state = service.state();
      if (!state.running)
        return state;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
};

} // namespace

TEST_CASE("backup service: one is made, told, logged and counted", "[host][backup]") {
  World world(100'000);
  CHECK_FALSE(world.service.state().result);
  REQUIRE(world.service.start(world.to, 0).ok());
  const ServiceState state = world.ended();
  REQUIRE(state.result);
  // The signer of this test signs anything the same way, which only a reader minds.
  REQUIRE(state.result->ok());
  CHECK((*state.result)->height == 41);
  CHECK(state.copied_bytes == 100'000);
  CHECK(world.parts.log.contains("backup: backup 1 of block 41 is made"));
  const std::string metrics = world.parts.metrics.text();
  CHECK_THAT(metrics, Contains("tenon_backups_total 1") &&
                          Contains("tenon_backup_failures_total 0") &&
                          Contains("tenon_backup_last_height 41") &&
                          Contains("tenon_backup_new_bytes_total 100007") &&
                          Contains("tenon_backup_seconds_count 1"));
}

TEST_CASE("backup service: a failure is told and counted, and harms no later one",
          "[host][backup]") {
  World world(10);
  CHECK_THAT(world.service.start(world.data + "/x", 0).message(),
             Contains("is inside the data directory"));
  CHECK_THAT(world.service.start(world.data + "/../data/x/", 0).message(),
             Contains("is inside the data directory"));
  REQUIRE(world.disk.make_folder(world.to).ok());
  REQUIRE(world.disk.create(world.to + "/photo").ok());
  REQUIRE(world.service.start(world.to, 0).ok());
  const ServiceState state = world.ended();
  REQUIRE(state.result);
  CHECK_THAT(state.result->status().message(), Contains("is no folder of backups"));
  CHECK(world.parts.log.contains("a backup into " + world.to + " failed"));
  CHECK_THAT(world.parts.metrics.text(), Contains("tenon_backup_failures_total 1"));
  REQUIRE(world.service.start(world.to + "2", 0).ok());
  CHECK(world.ended().result->ok());
}

TEST_CASE("backup service: a slow one holds off another, and ends when the node stops",
          "[host][backup]") {
  World world(1'000'000);
  REQUIRE(world.service.start(world.to, 1000).ok()); // a quarter of an hour
  CHECK_THAT(world.service.start(world.to, 0).message(), Contains("is under way"));
  world.service.stop();
  const ServiceState state = world.service.state();
  REQUIRE(state.result);
  CHECK(state.result->status().code() == Code::kCancelled);
  CHECK_THAT(world.service.start(world.to, 0).message(), Contains("the node is stopping"));
  CHECK(world.disk.names(world.to + "/files")->empty());
  CHECK(world.disk.names(world.to + "/backups")->empty());
  CHECK(world.disk.names(world.data + "/store")->empty());
}

} // namespace tenon::host::backup
