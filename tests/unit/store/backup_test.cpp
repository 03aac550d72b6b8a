#include <catch2/catch.hpp>

#include <set>
#include <thread>

#include "common/memory_backend.hpp"
#include "tenon/core/encoding.hpp"
#include "unit/store/backup_world.hpp"
#include "unit/store/failing_disk.hpp"

using namespace tenon;
using namespace tenon::store;
using Catch::Matchers::Contains;
using host::backup::BackedUpFile;
using host::backup::Manifest;

namespace {

// Large enough that RocksDB writes tables, which backups share.
DiskLedgerOptions large_ledger() {
  DiskLedgerOptions options;
  options.blocks = 30;
  options.value_bytes = 500;
  return options;
}

struct OneBackup {
  BackupWorld world;
  std::unique_ptr<StoreCore> store;
  Manifest manifest;

  OneBackup() {
    auto opened = world.open();
    REQUIRE(opened.ok());
    store = *std::move(opened);
    REQUIRE(world.ledger.commit_up_to(*store, 5).ok());
    auto made = world.back_up(*store);
    INFO(made.status().to_string());
    REQUIRE(made.ok());
    manifest = *std::move(made);
  }
  // The largest file of the backup, as it lies in the folder.
  [[nodiscard]] std::string a_file() {
    const auto largest = std::max_element(
        manifest.files.begin(), manifest.files.end(),
        [](const BackedUpFile& a, const BackedUpFile& b) { return a.size < b.size; });
    return world.folder().file_of(*largest);
  }
  [[nodiscard]] std::string read(const std::string& name) {
    std::string content;
    REQUIRE(rocksdb::ReadFileToString(world.disk.env(), name, &content).ok());
    return content;
  }
  void write(const std::string& name, const std::string& content) {
    REQUIRE(rocksdb::WriteStringToFile(world.disk.env(), content, name, true).ok());
  }
  [[nodiscard]] std::string check() {
    return world.folder().check_files(manifest, at_once).to_string();
  }
};

} // namespace

TEST_CASE("backup: what is restored is the store as it was at the block that the manifest names",
          "[store][backup]") {
  OneBackup one;
  CHECK(one.manifest.id == 1);
  CHECK(one.manifest.height == 4);
  CHECK(one.manifest.state_root == one.world.ledger.root(4));
  CHECK(one.manifest.new_bytes == one.manifest.bytes());
  // What comes afterwards is not in it.
  REQUIRE(one.world.ledger.commit_up_to(*one.store, 8).ok());
  const Status whole = one.world.expect_backup(1);
  INFO(whole.to_string());
  CHECK(whole.ok());
  CHECK(one.read("/restored/genesis.json") == one.world.genesis);
  CHECK(one.world.ledger.expect_whole(*one.store).ok());
}

TEST_CASE("backup: beside a thread that commits, each copy stands at one block with its root",
          "[store][backup]") {
  BackupWorld world(large_ledger());
  const auto store = world.open();
  REQUIRE(store.ok());
  REQUIRE(world.ledger.commit_up_to(**store, 2).ok());
  Status committed;
  std::thread committer(
      [&] { committed = world.ledger.commit_up_to(**store, world.ledger.blocks()); });
  std::vector<Manifest> made;
  do {
    auto next = world.back_up(**store);
    INFO(next.status().to_string());
    CHECK(next.ok());
    if (!next.ok())
      break;
    made.push_back(*std::move(next));
  } while (made.size() < 40 && made.back().height + 1 < world.ledger.blocks());
  committer.join();
  REQUIRE(committed.ok());
  REQUIRE(made.size() >= 2);
  for (const Manifest& manifest : made) {
    CHECK(manifest.state_root == world.ledger.root(manifest.height));
    const Status whole = world.expect_backup(manifest.id);
    INFO("backup " << manifest.id << " of block " << manifest.height << ": "
                   << whole.to_string());
    CHECK(whole.ok());
  }
}

TEST_CASE("backup: what an earlier one has is not copied again", "[store][backup]") {
  BackupWorld world(large_ledger());
  const auto store = world.open();
  REQUIRE(store.ok());
  REQUIRE(world.ledger.commit_up_to(**store, 20).ok());
  std::set<Hash> digests;
  std::set<std::string> contents;
  std::uint64_t tables_left_alone = 0;
  for (std::size_t blocks = 21; blocks <= world.ledger.blocks(); ++blocks) {
    REQUIRE(world.ledger.commit_next(**store).ok());
    std::uint64_t read = 0;
    const auto made = world.back_up(**store, [&](std::uint64_t bytes) {
      read += bytes;
      return Status();
    });
    REQUIRE(made.ok());
    std::uint64_t added = 0;
    std::uint64_t to_read = 0;
    for (const BackedUpFile& file : made->files) {
      CHECK((file.content.empty() != file.name.ends_with(".sst")));
      added += digests.insert(file.sha256).second ? file.size : 0;
      const bool known = contents.contains(file.content);
      tables_left_alone += known ? 1 : 0;
      to_read += known || file.name == host::backup::kGenesisName ? 0 : file.size;
    }
    CHECK(made->new_bytes == added);
    CHECK(read == to_read);
    for (const BackedUpFile& file : made->files) {
      if (!file.content.empty())
        contents.insert(file.content);
    }
  }
  // RocksDB merges tables when it likes, but not all of them between any two blocks.
  CHECK(tables_left_alone > 0);
  CHECK(world.expect_backup(1).ok());
  CHECK(world.expect_backup(10).ok());
}

TEST_CASE("backup: files that no manifest names any more go with the next one",
          "[store][backup]") {
  OneBackup one;
  REQUIRE(one.world.ledger.commit_up_to(*one.store, 7).ok());
  const auto second = one.world.back_up(*one.store);
  REQUIRE(second.ok());
  REQUIRE(one.world.files.remove(one.world.folder().manifest_file(1)).ok());
  const auto third = one.world.back_up(*one.store);
  REQUIRE(third.ok());
  CHECK(third->id == 3);
  std::set<std::string> named;
  for (const Manifest& manifest : {*second, *third}) {
    for (const BackedUpFile& file : manifest.files)
      named.insert(to_hex(file.sha256.view()));
  }
  const auto there = one.world.files.names("/backups/files");
  REQUIRE(there.ok());
  CHECK(std::set<std::string>(there->begin(), there->end()) == named);
  CHECK_THAT(one.world.folder().read(1).status().message(), Contains("only 2, 3"));
  CHECK(one.world.expect_backup(2).ok());
}

TEST_CASE("backup: one that is stopped leaves nothing, and the next one works",
          "[store][backup]") {
  OneBackup one;
  const auto before = one.world.files.names("/backups/files");
  REQUIRE(one.world.ledger.commit_up_to(*one.store, 6).ok());
  const auto stopped = one.world.back_up(
      *one.store, [](std::uint64_t) { return Status(Code::kCancelled, "enough"); });
  CHECK(stopped.status().code() == Code::kCancelled);
  CHECK(*one.world.files.names("/backups/files") == *before);
  CHECK(one.world.back_up(*one.store).ok());
}

TEST_CASE("backup: a file that is changed, cut short or gone has its own sentence",
          "[store][backup]") {
  OneBackup one;
  REQUIRE(one.check() == Status().to_string());
  const std::string name = one.a_file();
  std::string content = one.read(name);
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  one.write(name, content);
  CHECK_THAT(one.check(), Contains(name) && Contains("was changed: its SHA-256 is"));
  CHECK_THAT(one.world.restore(1).message(), Contains("was changed"));
  one.write(name, content.substr(1));
  CHECK_THAT(one.check(), Contains("another size: expected " + std::to_string(content.size()) +
                                   " bytes, found " + std::to_string(content.size() - 1)));
  REQUIRE(one.world.files.remove(name).ok());
  CHECK_THAT(one.check(), Contains(name) && Contains("is missing"));
  // The next backup copies it again.
  REQUIRE(one.world.back_up(*one.store).ok());
  CHECK(one.world.expect_backup(2).ok());
}

TEST_CASE("backup: a full disk is told, and earlier backups stay", "[store][backup]") {
  OneBackup one;
  REQUIRE(one.world.ledger.commit_up_to(*one.store, 7).ok());
  FailingDisk full(*one.world.disk.env());
  EnvDisk files(full.env());
  full.arm(2, FailingDisk::Trouble::kFull);
  const host::backup::Source source{*one.store,        one.world.signer, "node-1",
                                    "rocksdb",         one.world.genesis, "/data",
                                    "/data/plugins/store-rocksdb"};
  const auto made = host::backup::create(files, source, BackupWorld::kFolder, 0, at_once);
  CHECK_THAT(made.status().message(), Contains("o space"));
  CHECK(one.world.expect_backup(1).ok());
  CHECK(one.world.back_up(*one.store).ok());
}

TEST_CASE("backup: what it cannot work with is refused in words", "[store][backup]") {
  OneBackup one;
  SECTION("a folder of another chain") {
    one.world.genesis = "another chain's";
    CHECK_THAT(one.world.back_up(*one.store).status().message(),
               Contains("holds backups of chain") && Contains("this node is of chain"));
  }
  SECTION("a folder with something else in it") {
    REQUIRE(one.world.files.remove("/backups").ok());
    REQUIRE(one.world.files.make_folder("/backups").ok());
    one.write("/backups/photo", "");
    CHECK_THAT(one.world.back_up(*one.store).status().message(),
               Contains("is no folder of backups") && Contains("found \"photo\""));
  }
  SECTION("two at once") {
    const auto first = host::backup::Writer::open(one.world.files, "/backups",
                                                  one.manifest.chain);
    REQUIRE(first.ok());
    const auto second = one.world.back_up(*one.store);
    CHECK(second.status().code() == Code::kAborted);
    CHECK_THAT(second.status().message(), Contains("another backup into /backups is under way"));
  }
  SECTION("a damaged manifest, whose files must not be lost") {
    const std::string name = one.world.folder().manifest_file(1);
    one.write(name, one.read(name) + "x");
    CHECK_THAT(one.world.back_up(*one.store).status().message(),
               Contains(name) && Contains("is damaged or was changed"));
    CHECK(one.check() == Status().to_string());
  }
  SECTION("a manifest under another's name") {
    one.write(one.world.folder().manifest_file(7), one.read(one.world.folder().manifest_file(1)));
    CHECK_THAT(one.world.folder().read(7).status().message(),
               Contains("is the manifest of backup 1, expected that of backup 7"));
  }
  SECTION("a store without a block") {
    BackupWorld empty;
    const auto store = empty.open();
    REQUIRE(store.ok());
    CHECK_THAT(empty.back_up(**store).status().message(), Contains("no block has been committed"));
  }
  SECTION("a store that keeps no files") {
    const auto memory = StoreCore::open(std::make_unique<MemoryBackend>(), {});
    REQUIRE(memory.ok());
    const auto made = one.world.back_up(**memory);
    CHECK(made.status().code() == Code::kUnimplemented);
    CHECK_FALSE(made.status().fault());
    CHECK_THAT(made.status().message(), Contains("does not offer checkpoints"));
  }
}

TEST_CASE("restore: into a directory without plugins' data only, and its keys lose no vote",
          "[store][backup]") {
  OneBackup one;
  SECTION("where a node has run") {
    REQUIRE(one.world.restore(1).ok());
    CHECK_THAT(one.world.restore_again(1).message(), Contains("found plugins/ with store-rocksdb"));
  }
  SECTION("where another chain's genesis document is") {
    one.write("/restored/genesis.json", "another");
    CHECK_THAT(one.world.restore(1).message(), Contains("genesis.json is of chain"));
    CHECK(one.read("/restored/genesis.json") == "another");
  }
  SECTION("where a key counts as unused") {
    one.write("/restored/keys/node.unused", "");
    one.write("/restored/keys/node.pem", "a key");
    REQUIRE(one.world.restore(1).ok());
    CHECK(*one.world.files.names("/restored/keys") == std::vector<std::string>{"node.pem"});
    CHECK(*one.world.files.names("/restored/plugins") ==
          std::vector<std::string>{"store-rocksdb"});
  }
  SECTION("what does not hold what it says is not put in place") {
    const auto refused = host::backup::restore(
        one.world.files, one.world.folder(), one.manifest, BackupWorld::kData,
        "/restored/genesis.json", [](const std::string&) { return data_loss("no"); }, at_once);
    CHECK(refused.message() == "no");
    CHECK(one.world.files.names("/restored/plugins")->empty());
    CHECK_THAT(host::backup::check_finished(one.world.files, "/restored").message(),
               Contains("was not finished") && Contains("run `tenon backup restore` again"));
    CHECK(one.world.restore(1).ok());
    CHECK(host::backup::check_finished(one.world.files, "/restored").ok());
  }
}
