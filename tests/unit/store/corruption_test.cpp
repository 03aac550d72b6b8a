#include <catch2/catch.hpp>

#include <rocksdb/env.h>

#include "common/store_core.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/store_model.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

constexpr BytesView kDirectory = "/database";
constexpr std::uint64_t kBlocksPerLife = 8;

using Files = std::map<std::string, std::string>; // by name, without the directory

Result<std::unique_ptr<StoreCore>> open_store(rocksdb::Env& env, const Hash& chain) {
  RocksdbOptions database;
  database.directory = Bytes(kDirectory);
  database.env = &env;
  StoreOptions options;
  options.chain = chain;
  options.flush_blocks = 3;
  TENON_ASSIGN_OR_RETURN(auto backend, RocksdbBackend::open(database));
  return StoreCore::open(std::move(backend), options);
}

std::unique_ptr<rocksdb::Env> memory_disk() {
  return std::unique_ptr<rocksdb::Env>(rocksdb::NewMemEnv(rocksdb::Env::Default()));
}

Hash test_chain() {
  return crypto::sha256("chain");
}

// A database with tables, a log with blocks in it and a manifest, as an orderly stop leaves it.
struct Written {
  Files files;
  testkit::StoreModel model;
  plugin::StoreHead head;

  Written() {
    const auto disk = memory_disk();
    std::mt19937 random(3);
    for (std::uint64_t life = 0; life < 2; ++life) {
      const auto store = open_store(*disk, test_chain());
      REQUIRE(store.ok());
      for (std::uint64_t i = 0; i < kBlocksPerLife; ++i) {
        const auto block = testkit::random_block(random, 20, 60);
        REQUIRE(testkit::commit_block(**store, model.blocks(), block, true).ok());
        model.commit(block);
      }
      head = (*store)->head().value();
    }
    std::vector<std::string> names;
    REQUIRE(disk->GetChildren(Bytes(kDirectory), &names).ok());
    for (const std::string& name : names) {
      if (rocksdb::ReadFileToString(disk.get(), Bytes(kDirectory) + "/" + name, &files[name]).ok())
        continue;
      files.erase(name);
    }
    REQUIRE(rocksdb::ReadFileToString(disk.get(), Bytes(kDirectory) + ".durable", &files[""]).ok());
  }
};

const Written& written() {
  static const Written instance;
  return instance;
}

std::unique_ptr<rocksdb::Env> disk_with(const Files& files) {
  auto disk = memory_disk();
  REQUIRE(disk->CreateDirIfMissing(Bytes(kDirectory)).ok());
  for (const auto& [name, content] : files) {
    const std::string path = Bytes(kDirectory) + (name.empty() ? ".durable" : "/" + name);
    REQUIRE(rocksdb::WriteStringToFile(disk.get(), content, path).ok());
  }
  return disk;
}

struct Outcome {
  Status said;      // what the store complained about
  Status unnoticed; // what was wrong without a complaint
};

Outcome examine(rocksdb::Env& disk) {
  const auto store = open_store(disk, test_chain());
  if (!store.ok())
    return {store.status(), {}};
  const Status verified = (*store)->verify([](std::uint64_t, std::uint64_t) { return true; });
  if (!verified.ok())
    return {verified, {}};
  const auto head = (*store)->head();
  if (head->height != written().head.height || head->state_root != written().head.state_root)
    return {{}, data_loss("another head")};
  for (std::uint64_t height = 0; height <= head->height; ++height) {
    const Status same = testkit::expect_version(**store, written().model, height, nullptr);
    if (!same.ok())
      return same.fault() ? Outcome{same, {}} : Outcome{{}, same};
    const testkit::ModelLog log(height);
    for (std::size_t i = 0; i < plugin::kBlockParts; ++i) {
      const auto part = (*store)->read_block(height, static_cast<plugin::BlockPart>(i));
      if (!part.ok())
        return {part.status(), {}};
      if (*part != log.part(i))
        return {{}, data_loss("another block")};
    }
  }
  return {};
}

bool names_a_place(const std::string& message) {
  for (const char* const place : {"/database", "block", "page", "record", "root", "key", "log"}) {
    if (message.find(place) != std::string::npos)
      return true;
  }
  return false;
}

} // namespace

TEST_CASE("rocksdb store: an undamaged copy of the files is found whole", "[store][corruption]") {
  const auto disk = disk_with(written().files);
  const Outcome outcome = examine(*disk);
  INFO(outcome.said.to_string() << outcome.unnoticed.to_string());
  CHECK((outcome.said.ok() && outcome.unnoticed.ok()));
}

TEST_CASE("rocksdb store: a changed byte in any file is noticed and named, or harmless",
          "[store][corruption]") {
  const std::size_t stride = testkit::full_run() ? 31 : 307;
  std::map<std::string, std::size_t> noticed; // by extension
  for (const auto& [name, content] : written().files) {
    if (name.starts_with("LOG") || name.starts_with("OPTIONS"))
      continue; // for people; never read back
    for (std::size_t offset = content.size() % stride / 2; offset < content.size();
         offset += stride) {
      Files files = written().files;
      // Every bit has its turn, and now and then all of them.
      const unsigned bits = offset / stride % 9 == 8 ? 0xffu : 1u << (offset / stride % 9);
      files[name][offset] = static_cast<char>(static_cast<unsigned>(files[name][offset]) ^ bits);
      const auto disk = disk_with(files);
      const Outcome outcome = examine(*disk);
      INFO("byte " << offset << " of " << content.size() << " in " << name << ": "
                   << outcome.said.to_string() << " / " << outcome.unnoticed.to_string());
      REQUIRE(outcome.unnoticed.ok());
      if (outcome.said.ok())
        continue;
      ++noticed[name.substr(0, 8) == "MANIFEST" ? "MANIFEST" : name.substr(name.size() - 3)];
      REQUIRE(outcome.said.fault());
      REQUIRE(names_a_place(outcome.said.message()));
    }
  }
  // The test would prove nothing if the damage never mattered.
  INFO(noticed["sst"] << " in tables, " << noticed["log"] << " in logs, " << noticed["MANIFEST"]
                      << " in manifests");
  CHECK(noticed["sst"] > 10);
  CHECK(noticed["log"] > 0);
  CHECK(noticed["MANIFEST"] > 0);
}

TEST_CASE("rocksdb store: a changed byte behind a table's entries does not end the process",
          "[store][corruption]") {
  std::size_t noticed = 0;
  for (const auto& [name, content] : written().files) {
    if (!name.ends_with(".sst"))
      continue;
    constexpr std::size_t kEnd = 150; // of the properties, and what stands behind them
    for (std::size_t offset = content.size() - kEnd; offset < content.size() - 50; ++offset) {
      Files files = written().files;
      files[name][offset] = static_cast<char>(files[name][offset] ^ 0x80);
      const auto disk = disk_with(files);
      const Status status = open_store(*disk, test_chain()).status();
      INFO("byte " << offset << " of " << content.size() << " in " << name << ": "
                   << status.to_string());
      CHECK((status.ok() || status.code() == Code::kDataLoss));
      noticed += status.message().find("the table /database/") != std::string::npos ? 1 : 0;
    }
    if (!testkit::full_run())
      break;
  }
  CHECK(noticed > 0);
}

TEST_CASE("rocksdb store: a log cut short anywhere below a synced block is noticed",
          "[store][corruption]") {
  for (const auto& [name, content] : written().files) {
    if (!name.ends_with(".log") || content.empty())
      continue;
    for (std::size_t size = 0; size + 1 < content.size(); size += content.size() / 13 + 1) {
      Files files = written().files;
      files[name].resize(size);
      const auto disk = disk_with(files);
      const Outcome outcome = examine(*disk);
      INFO(name << " cut to " << size << " of " << content.size() << " bytes");
      CHECK(outcome.said.code() == Code::kDataLoss);
    }
  }
}

TEST_CASE("rocksdb store: a manifest that is changed or cut short is refused, also at its end",
          "[store][corruption]") {
  const auto manifest =
      std::find_if(written().files.begin(), written().files.end(),
                   [](const auto& file) { return file.first.starts_with("MANIFEST"); });
  REQUIRE(manifest != written().files.end());
  const auto& [name, content] = *manifest;
  const auto refused = [&, &name = name](const std::string& changed) {
    Files files = written().files;
    files[name] = changed;
    const auto disk = disk_with(files);
    const Status status = open_store(*disk, test_chain()).status();
    INFO(changed.size() << " bytes: " << status.to_string());
    CHECK(status.code() == Code::kDataLoss);
    CHECK(status.message().find("/database/" + name) != std::string::npos);
    CHECK(status.message().find("it is damaged, or an older copy was put back") !=
          std::string::npos);
  };
  const std::size_t stride = testkit::full_run() ? 1 : 97;
  constexpr std::size_t kEnd = 60; // RocksDB takes changes here for a record cut short
  for (std::size_t offset = 0; offset < content.size();
       offset += offset + kEnd < content.size() ? stride : 7) {
    std::string changed = content;
    changed[offset] = static_cast<char>(changed[offset] ^ 0x10);
    refused(changed);
    refused(content.substr(0, offset));
  }
  refused(content.substr(0, content.size() - 1));
}

TEST_CASE("rocksdb store: another chain's database is refused, naming both chains",
          "[store][corruption]") {
  const auto disk = disk_with(written().files);
  const Hash other = crypto::sha256("another chain");
  const auto store = open_store(*disk, other);
  REQUIRE_FALSE(store.ok());
  CHECK(store.status().code() == Code::kFailedPrecondition);
  CHECK_FALSE(store.status().fault());
  CHECK(store.status().message().find(to_hex(other.view())) != std::string::npos);
  CHECK(store.status().message().find(to_hex(test_chain().view())) != std::string::npos);
}

TEST_CASE("rocksdb store: a newer format is refused, naming both versions", "[store][corruption]") {
  const auto disk = disk_with(written().files);
  {
    RocksdbOptions database;
    database.directory = Bytes(kDirectory);
    database.env = disk.get();
    auto backend = RocksdbBackend::open(database);
    REQUIRE(backend.ok());
    Bytes version;
    append_be32(version, kFormatVersion + 1);
    const auto batch = (*backend)->batch(Slot::kFirst);
    batch->put(Column::kMeta, kMetaFormat, version);
    REQUIRE((*backend)->write(*batch, true).ok());
  }
  const auto store = open_store(*disk, test_chain());
  REQUIRE_FALSE(store.ok());
  CHECK(store.status().code() == Code::kFailedPrecondition);
  CHECK(store.status().message().find("format 3") != std::string::npos);
  CHECK(store.status().message().find("format 2") != std::string::npos);
}
