#include "common/store_core.hpp"

#include <catch2/catch.hpp>

#include <random>

#include "common/memory_backend.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/testkit/temporary_folder.hpp"
#include "unit/store/shared_backend.hpp"

using namespace tenon;
using namespace tenon::store;
using plugin::KeyClass;
using plugin::StoreWrite;

namespace {

// Changes one record behind the store's back.
void overwrite(Backend& backend, Column column, BytesView key, std::optional<BytesView> value) {
  const auto batch = backend.batch(Slot::kFirst);
  if (value)
    batch->put(column, key, *value);
  else
    batch->remove(column, key);
  REQUIRE(backend.write(*batch, true).ok());
}

using Changes = std::map<Bytes, std::optional<Bytes>>;
using Model = std::map<Bytes, Bytes>;

struct StagedWrites {
  std::vector<StoreWrite> writes;
  explicit StagedWrites(const Changes& changes) {
    for (const auto& [key, value] : changes) {
      writes.push_back({KeyClass::kState, !value, key, value ? BytesView(*value) : BytesView()});
    }
  }
};

std::unique_ptr<plugin::StoreStage> stage(plugin::Store& store, plugin::StoreStage* parent,
                                          const Changes& changes) {
  auto made = store.stage(parent, StagedWrites(changes).writes);
  REQUIRE(made.ok());
  return std::move(*made);
}

Status commit(plugin::Store& store, std::unique_ptr<plugin::StoreStage> staged,
              std::uint64_t height) {
  const Bytes body = "body " + std::to_string(height);
  plugin::StoreBlock block{height, crypto::sha256(body), crypto::sha256("r" + body), {}};
  block.parts[1] = body;
  return store.commit(*staged, block, true);
}

Model read_all(const plugin::StoreSnapshot& snapshot) {
  Model all;
  REQUIRE(snapshot
              .scan(KeyClass::kState, "", "",
                    [&](BytesView key, BytesView value) { return all.emplace(key, value).second; })
              .ok());
  return all;
}

void apply(Model& model, const Changes& changes) {
  for (const auto& [key, value] : changes) {
    if (value) {
      model[key] = *value;
    } else {
      model.erase(key);
    }
  }
}

Changes random_changes(std::mt19937& random) {
  Changes changes;
  for (auto i = random() % 12; i > 0; --i) {
    // Keys with zero bytes and keys that are prefixes of others are the hard ones for ordering.
    Bytes key = "k" + std::to_string(random() % 40);
    if (random() % 4 == 0)
      key.push_back('\0');
    changes[key] =
        random() % 3 == 0 ? std::nullopt : std::optional<Bytes>("v" + std::to_string(random()));
  }
  return changes;
}

void check_version(const plugin::StoreSnapshot& snapshot, const Model& model) {
  CHECK(read_all(snapshot) == model);
  for (int i = 0; i < 40; ++i) {
    const Bytes key = "k" + std::to_string(i);
    const auto found = model.find(key);
    const auto value = snapshot.get(KeyClass::kState, key);
    REQUIRE(value.ok());
    CHECK(*value == (found == model.end() ? std::nullopt : std::optional(found->second)));
  }
}

} // namespace

TEST_CASE("store: every version reads as it was, before and after a restart", "[store]") {
  auto memory = std::make_shared<MemoryBackend>();
  const bool on_disk = GENERATE(false, true);
  const testkit::TemporaryFolder directory;
  const auto open = [&]() {
    StoreOptions options;
    options.flush_blocks = 7;
    std::unique_ptr<Backend> backend = std::make_unique<SharedBackend>(memory);
    if (on_disk)
      backend = RocksdbBackend::open({directory.path().string() + "/db"}).value();
    auto store = StoreCore::open(std::move(backend), options);
    INFO(store.status().to_string());
    REQUIRE(store.ok());
    return std::move(*store);
  };
  auto store = open();
  std::mt19937 random(11);
  std::vector<Model> versions;
  std::vector<Hash> roots;
  Model model;
  for (std::uint64_t height = 0; height < 50; ++height) {
    const Changes changes = random_changes(random);
    auto staged = stage(*store, nullptr, changes);
    apply(model, changes);
    check_version(*staged->snapshot().value(), model);
    roots.push_back(staged->roots().state_root);
    REQUIRE(commit(*store, std::move(staged), height).ok());
    versions.push_back(model);
    if (height % 9 == 4) {
      store.reset();
      store = open();
      REQUIRE(store->head()->state_root == roots.back());
    }
  }
  for (std::uint64_t height = 0; height < 50; ++height) {
    const auto snapshot = store->snapshot(height).value();
    check_version(*snapshot, versions[height]);
    const BytesView keys[] = {"k1", "k7", "absent"};
    const auto proofs = snapshot->prove(keys);
    REQUIRE(proofs.ok());
    for (std::size_t i = 0; i < 3; ++i) {
      const auto found = versions[height].find(Bytes(keys[i]));
      const auto value_hash = found == versions[height].end()
                                  ? std::nullopt
                                  : std::optional(merkle::entry_hash(found->second));
      CHECK(merkle::verify_proof(merkle::decode_proof((*proofs)[i]).value(), roots[height],
                                 crypto::sha256(keys[i]), value_hash)
                .ok());
    }
  }
  CHECK(store->read_block(3, plugin::BlockPart::kBody).value() == "body 3");
  CHECK_FALSE(store->read_block(50, plugin::BlockPart::kBody).value().has_value());
  CHECK(store->snapshot(50).status().code() == Code::kNotFound);
  CHECK(store->verify([](std::uint64_t, std::uint64_t) { return true; }).ok());
}

TEST_CASE("store: stages stack, show their own version, and can be abandoned", "[store]") {
  auto store = StoreCore::open(std::make_unique<MemoryBackend>(), {}).value();
  REQUIRE(commit(*store, stage(*store, nullptr, {{"a", "0"}, {"b", "0"}}), 0).ok());
  auto first = stage(*store, nullptr, {{"a", "1"}});
  auto second = stage(*store, first.get(), {{"b", std::nullopt}, {"c", "2"}});
  auto rival = stage(*store, first.get(), {{"c", "3"}});
  CHECK(read_all(*second->snapshot().value()) == Model{{"a", "1"}, {"c", "2"}});
  CHECK(read_all(*rival->snapshot().value()) == Model{{"a", "1"}, {"b", "0"}, {"c", "3"}});
  rival.reset();
  const auto before = store->snapshot(plugin::kHeadHeight).value();
  const auto pending = second->snapshot().value();
  REQUIRE(commit(*store, std::move(first), 1).ok());
  CHECK(read_all(*pending) == Model{{"a", "1"}, {"c", "2"}});
  CHECK(read_all(*second->snapshot().value()) == Model{{"a", "1"}, {"c", "2"}});
  REQUIRE(commit(*store, std::move(second), 2).ok());
  CHECK(read_all(*before) == Model{{"a", "0"}, {"b", "0"}});
  CHECK(read_all(*pending) == Model{{"a", "1"}, {"c", "2"}});
  CHECK(store->head()->height == 2);
}

TEST_CASE("store: a commit that does not follow the head is a fault and changes nothing",
          "[store]") {
  auto store = StoreCore::open(std::make_unique<MemoryBackend>(), {}).value();
  CHECK(commit(*store, stage(*store, nullptr, {{"a", "0"}}), 1).fault());
  REQUIRE(commit(*store, stage(*store, nullptr, {{"a", "0"}}), 0).ok());
  auto first = stage(*store, nullptr, {{"a", "1"}});
  auto second = stage(*store, first.get(), {{"a", "2"}});
  CHECK(commit(*store, std::move(second), 1).fault());
  CHECK(store->head()->height == 0);
}

TEST_CASE("store: what stands on a state that an import replaced answers ABORTED", "[store]") {
  auto source = StoreCore::open(std::make_unique<MemoryBackend>(), {}).value();
  for (std::uint64_t height = 0; height < 3; ++height)
    REQUIRE(commit(*source, stage(*source, nullptr, {{"b", std::to_string(height)}}), height).ok());
  auto store = StoreCore::open(std::make_unique<MemoryBackend>(), {}).value();
  REQUIRE(commit(*store, stage(*store, nullptr, {{"a", "0"}}), 0).ok());
  const auto view = store->snapshot(0).value();
  const auto staged = stage(*store, nullptr, {{"a", "1"}});
  const auto staged_view = staged->snapshot().value();
  const auto head = source->head().value();
  REQUIRE(store->import_begin({2, head.block_id, head.result_hash, head.state_root}).ok());
  REQUIRE(
      store->import_range(source->snapshot(2).value()->export_range({}, 1000).value()).ok());
  const plugin::StoreBlock block{2, head.block_id, head.result_hash, {}};
  REQUIRE(store->import_finish(std::span(&block, 1)).ok());
  CHECK(read_all(*store->snapshot(2).value()) == Model{{"b", "2"}});
  const BytesView keys[] = {"a"};
  for (const Status& status :
       {view->get(KeyClass::kState, "a").status(), view->get(KeyClass::kIndex, "a").status(),
        view->scan(KeyClass::kState, "", "", [](BytesView, BytesView) { return true; }),
        view->prove(keys).status(), view->export_range({}, 1).status(),
        staged_view->get(KeyClass::kState, "a").status(), staged->snapshot().status(),
        store->stage(staged.get(), {}).status(), store->commit(*staged, {}, true)}) {
    INFO(status.to_string());
    CHECK(status.code() == Code::kAborted);
    CHECK_FALSE(status.fault());
  }
}

TEST_CASE("store: malformed stages are refused", "[store]") {
  auto store = StoreCore::open(std::make_unique<MemoryBackend>(), {}).value();
  const StoreWrite twice[] = {{KeyClass::kState, false, "a", "1"},
                              {KeyClass::kState, false, "a", "2"}};
  CHECK(store->stage(nullptr, twice).status().code() == Code::kInvalidArgument);
  const StoreWrite nameless[] = {{KeyClass::kState, false, "", "1"}};
  CHECK(store->stage(nullptr, nameless).status().code() == Code::kInvalidArgument);
}

TEST_CASE("store: data of another chain or a newer format is refused, naming both", "[store]") {
  auto memory = std::make_shared<MemoryBackend>();
  StoreOptions ours;
  ours.chain = crypto::sha256("ours");
  REQUIRE(StoreCore::open(std::make_unique<SharedBackend>(memory), ours).ok());
  StoreOptions theirs;
  theirs.chain = crypto::sha256("theirs");
  const Status other = StoreCore::open(std::make_unique<SharedBackend>(memory), theirs).status();
  CHECK(other.code() == Code::kFailedPrecondition);
  CHECK(other.message().find("belongs to chain") != std::string::npos);
  overwrite(*memory, Column::kMeta, "format", Bytes("\0\0\0\x63", 4));
  const Status newer = StoreCore::open(std::make_unique<SharedBackend>(memory), ours).status();
  CHECK(newer.message().find("written in format 99") != std::string::npos);
}

TEST_CASE("store: a changed or lost record is found and named", "[store]") {
  auto memory = std::make_shared<MemoryBackend>();
  auto store = StoreCore::open(std::make_unique<SharedBackend>(memory), {}).value();
  Changes changes;
  for (int i = 0; i < 100; ++i)
    changes["k" + std::to_string(i)] = "value";
  REQUIRE(commit(*store, stage(*store, nullptr, changes), 0).ok());
  const auto verify = [&] {
    return store->verify([](std::uint64_t, std::uint64_t) { return true; });
  };
  REQUIRE(verify().ok());
  overwrite(*memory, Column::kLatest, "k7", encode_latest(0, "valuf"));
  CHECK(verify().code() == Code::kDataLoss);
  CHECK(verify().message().find("key 6b37") != std::string::npos);
  overwrite(*memory, Column::kLatest, "k7", std::nullopt);
  CHECK(verify().message().find("missing") != std::string::npos);
  overwrite(*memory, Column::kLatest, "k7", encode_latest(0, "value"));
  REQUIRE(verify().ok());
  const Bytes key = block_key(0, plugin::BlockPart::kBody);
  overwrite(*memory, Column::kBlocks, key, "bodx 0 abcd");
  CHECK(verify().message() == "part 1 of block 0 does not fit its checksum");
}
