#include "tenon/testkit/store_suite.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/testkit/store_model.hpp"

#include "store_suite_parts.hpp"

namespace tenon::testkit {

using plugin::BlockPart;
using plugin::KeyClass;
using plugin::Store;

namespace {

using StagePointer = std::unique_ptr<plugin::StoreStage>;

Result<StagePointer> stage_on(Store& store, plugin::StoreStage* parent, const ModelBlock& block) {
  return store.stage(parent, block.writes());
}

Status commit_stage(Store& store, StagePointer stage, std::uint64_t height) {
  return store.commit(*stage, ModelLog(height).block(), false);
}

Status fresh_store(Store& store) {
  TENON_ASSIGN_OR_RETURN(const auto head, store.head());
  TENON_EXPECT(head.empty);
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
  TENON_RETURN_IF_ERROR(expect_entries(*view, KeyClass::kState, {}));
  TENON_RETURN_IF_ERROR(expect_entries(*view, KeyClass::kIndex, {}));
  TENON_EXPECT(!store.snapshot(0).ok());
  TENON_ASSIGN_OR_RETURN(const auto part, store.read_block(0, BlockPart::kHeader));
  TENON_EXPECT(!part);
  TENON_ASSIGN_OR_RETURN(const auto roots, commit_block(store, 0, {}));
  TENON_EXPECT(roots.state_root == merkle::empty_hash());
  TENON_ASSIGN_OR_RETURN(const auto first, store.head());
  TENON_EXPECT(!first.empty && first.height == 0 && first.state_root == roots.state_root);
  TENON_EXPECT(first.block_id == ModelLog(0).block().block_id);
  TENON_EXPECT(first.result_hash == ModelLog(0).block().result_hash);
  return {};
}

Status roots_and_history(Store& store, std::uint32_t seed, std::uint32_t rounds) {
  std::mt19937 random(seed);
  History history;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    TENON_RETURN_IF_ERROR(extend(store, history, random, 40));
    for (std::size_t height = 0; height < history.model.blocks(); ++height) {
      // Proofs are promised for recent versions only.
      const bool recent = history.model.blocks() - height <= 64;
      TENON_RETURN_IF_ERROR(
          expect_version(store, history.model, height, recent ? &history.roots[height] : nullptr));
    }
    TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
    TENON_RETURN_IF_ERROR(expect_entries(*view, KeyClass::kIndex, history.model.index()));
  }
  return store.verify([](std::uint64_t, std::uint64_t) { return true; });
}

Status same_state_same_root(Store& first, Store& second, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  TENON_RETURN_IF_ERROR(extend(first, history, random, 20));
  ModelBlock all_at_once;
  for (const auto& [key, entry] : history.model.state(history.model.blocks() - 1))
    all_at_once.state[key] = entry;
  TENON_ASSIGN_OR_RETURN(const auto roots, commit_block(second, 0, all_at_once));
  TENON_EXPECT(roots.state_root == history.roots.back());
  for (auto& [key, entry] : all_at_once.state)
    entry = std::nullopt;
  TENON_ASSIGN_OR_RETURN(const auto emptied, commit_block(second, 1, all_at_once));
  TENON_EXPECT(emptied.state_root == merkle::empty_hash());
  return {};
}

Status stages_stack(Store& store) {
  TENON_RETURN_IF_ERROR(
      commit_block(store, 0, block_of({{"a", "0"}, {"b", "0"}, {"gone", "0"}})).status());
  TENON_ASSIGN_OR_RETURN(auto one, stage_on(store, nullptr, block_of({{"a", "1"}})));
  TENON_ASSIGN_OR_RETURN(
      auto two, stage_on(store, one.get(), block_of({{"b", "2"}, {"gone", std::nullopt}})));
  TENON_ASSIGN_OR_RETURN(auto three, stage_on(store, two.get(), block_of({{"c", "3"}})));
  TENON_ASSIGN_OR_RETURN(const auto view, three->snapshot());
  TENON_ASSIGN_OR_RETURN(const auto middle, one->snapshot());
  const StoreModel::Entries top = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  const StoreModel::Entries low = {{"a", "1"}, {"b", "0"}, {"gone", "0"}};
  TENON_EXPECT(three->roots().state_root == StoreModel::state_root(top));
  // The views mean the same while their stages are pending, half committed and committed.
  const auto unchanged = [&]() -> Status {
    TENON_RETURN_IF_ERROR(expect_entries(*view, KeyClass::kState, top));
    return expect_entries(*middle, KeyClass::kState, low);
  };
  TENON_RETURN_IF_ERROR(unchanged());
  TENON_ASSIGN_OR_RETURN(const auto head_view, store.snapshot(plugin::kHeadHeight));
  TENON_RETURN_IF_ERROR(commit_stage(store, std::move(one), 1));
  TENON_RETURN_IF_ERROR(unchanged());
  TENON_RETURN_IF_ERROR(commit_stage(store, std::move(two), 2));
  TENON_RETURN_IF_ERROR(unchanged());
  TENON_ASSIGN_OR_RETURN(const auto late, three->snapshot());
  TENON_RETURN_IF_ERROR(commit_stage(store, std::move(three), 3));
  TENON_RETURN_IF_ERROR(unchanged());
  TENON_RETURN_IF_ERROR(expect_entries(*late, KeyClass::kState, top));
  TENON_RETURN_IF_ERROR(
      expect_entries(*head_view, KeyClass::kState, {{"a", "0"}, {"b", "0"}, {"gone", "0"}}));
  TENON_ASSIGN_OR_RETURN(const auto head, store.head());
  TENON_EXPECT(head.height == 3 && head.state_root == StoreModel::state_root(top));
  return {};
}

Status stage_views_prove(Store& store) {
  TENON_RETURN_IF_ERROR(commit_block(store, 0, block_of({{"a", "0"}, {"b", "0"}})).status());
  TENON_ASSIGN_OR_RETURN(auto one, stage_on(store, nullptr, block_of({{"b", std::nullopt}})));
  TENON_ASSIGN_OR_RETURN(auto two, stage_on(store, one.get(), block_of({{"c", "2"}})));
  TENON_ASSIGN_OR_RETURN(const auto view, two->snapshot());
  const std::vector<BytesView> keys = {"b", "c"};
  TENON_ASSIGN_OR_RETURN(const auto proofs, view->prove(keys));
  TENON_ASSIGN_OR_RETURN(const auto absent, merkle::decode_proof(proofs[0]));
  TENON_ASSIGN_OR_RETURN(const auto present, merkle::decode_proof(proofs[1]));
  const Hash root = two->roots().state_root;
  TENON_RETURN_IF_ERROR(merkle::verify_proof(absent, root, crypto::sha256("b"), std::nullopt));
  // Bytes that are no state entry are hashed as they are.
  return merkle::verify_proof(present, root, crypto::sha256("c"), crypto::sha256("2"));
}

Status forks_and_abandons(Store& store) {
  TENON_RETURN_IF_ERROR(commit_block(store, 0, block_of({{"a", "0"}})).status());
  TENON_ASSIGN_OR_RETURN(auto lost, stage_on(store, nullptr, block_of({{"a", "lost"}})));
  TENON_ASSIGN_OR_RETURN(auto lost_child, stage_on(store, lost.get(), block_of({{"b", "lost"}})));
  TENON_ASSIGN_OR_RETURN(auto kept,
                         stage_on(store, nullptr, block_of({{"a", "kept"}, {"d", "kept"}})));
  TENON_ASSIGN_OR_RETURN(auto kept_child, stage_on(store, kept.get(), block_of({{"c", "kept"}})));
  TENON_RETURN_IF_ERROR(commit_stage(store, std::move(kept), 1));
  // The other branch stays what it was until it is dropped.
  TENON_ASSIGN_OR_RETURN(const auto view, lost_child->snapshot());
  TENON_RETURN_IF_ERROR(expect_entries(*view, KeyClass::kState, {{"a", "lost"}, {"b", "lost"}}));
  lost_child.reset();
  lost.reset();
  TENON_RETURN_IF_ERROR(commit_stage(store, std::move(kept_child), 2));
  TENON_ASSIGN_OR_RETURN(const auto head, store.snapshot(plugin::kHeadHeight));
  TENON_RETURN_IF_ERROR(
      expect_entries(*head, KeyClass::kState, {{"a", "kept"}, {"c", "kept"}, {"d", "kept"}}));
  return store.verify([](std::uint64_t, std::uint64_t) { return true; });
}

Status stale_stage(Store& store) {
  TENON_RETURN_IF_ERROR(commit_block(store, 0, block_of({{"a", "0"}})).status());
  TENON_ASSIGN_OR_RETURN(auto one, stage_on(store, nullptr, block_of({{"a", "1"}})));
  TENON_ASSIGN_OR_RETURN(auto other, stage_on(store, nullptr, block_of({{"b", "1"}})));
  TENON_RETURN_IF_ERROR(commit_stage(store, std::move(one), 1));
  const Status refused = commit_stage(store, std::move(other), 2);
  TENON_EXPECT(!refused.ok() && refused.fault());
  TENON_ASSIGN_OR_RETURN(auto gap, stage_on(store, nullptr, block_of({{"b", "2"}})));
  TENON_EXPECT(!commit_stage(store, std::move(gap), 7).ok());
  TENON_ASSIGN_OR_RETURN(const auto head, store.snapshot(plugin::kHeadHeight));
  return expect_entries(*head, KeyClass::kState, {{"a", "1"}});
}

Status scan_of(const plugin::StoreSnapshot& view, BytesView begin, BytesView end, std::size_t limit,
               std::vector<Bytes>& keys) {
  keys.clear();
  return view.scan(KeyClass::kState, begin, end, [&](BytesView key, BytesView) {
    keys.emplace_back(key);
    return keys.size() < limit;
  });
}

Status scans(Store& store) {
  using Keys = std::vector<Bytes>;
  const Bytes zero("\0", 1);
  const Bytes high("\xff\xff", 2);
  TENON_RETURN_IF_ERROR(commit_block(store, 0,
                                     block_of({{"b", "0"},
                                               {"b" + zero, "0"},
                                               {"b" + zero + "\xff", "0"},
                                               {"bb", "0"},
                                               {"d", "0"},
                                               {high, "0"}}))
                            .status());
  TENON_RETURN_IF_ERROR(commit_block(store, 1, block_of({{"z", "1"}})).status());
  TENON_ASSIGN_OR_RETURN(
      auto stage,
      stage_on(store, nullptr, block_of({{"a", "2"}, {"bb", std::nullopt}, {"c", "2"}})));
  TENON_ASSIGN_OR_RETURN(const auto staged, stage->snapshot());
  TENON_ASSIGN_OR_RETURN(const auto old, store.snapshot(0));
  Keys keys;
  TENON_RETURN_IF_ERROR(scan_of(*staged, "", "", 100, keys));
  TENON_EXPECT((keys == Keys{"a", "b", "b" + zero, "b" + zero + "\xff", "c", "d", "z", high}));
  TENON_RETURN_IF_ERROR(scan_of(*staged, "b", "d", 100, keys));
  TENON_EXPECT((keys == Keys{"b", "b" + zero, "b" + zero + "\xff", "c"}));
  TENON_RETURN_IF_ERROR(scan_of(*staged, "a", "", 2, keys));
  TENON_EXPECT((keys == Keys{"a", "b"}));
  TENON_RETURN_IF_ERROR(scan_of(*staged, "bb", "c", 100, keys));
  TENON_EXPECT(keys.empty());
  TENON_RETURN_IF_ERROR(scan_of(*old, "", "", 100, keys));
  TENON_EXPECT((keys == Keys{"b", "b" + zero, "b" + zero + "\xff", "bb", "d", high}));
  TENON_RETURN_IF_ERROR(scan_of(*old, "b" + zero, "bb", 100, keys));
  TENON_EXPECT((keys == Keys{"b" + zero, "b" + zero + "\xff"}));
  TENON_RETURN_IF_ERROR(scan_of(*old, "e", "a", 100, keys));
  TENON_EXPECT(keys.empty());
  return {};
}

Status index_class(Store& store) {
  ModelBlock block = block_of({{"k", "state"}});
  block.index["k"] = "index 0";
  TENON_ASSIGN_OR_RETURN(const auto roots, commit_block(store, 0, block));
  TENON_EXPECT(roots.state_root == StoreModel::state_root({{"k", "state"}}));
  ModelBlock next;
  next.index["k"] = "index 1";
  next.index["other"] = "index 1";
  TENON_ASSIGN_OR_RETURN(auto stage, stage_on(store, nullptr, next));
  TENON_EXPECT(stage->roots().state_root == roots.state_root);
  TENON_EXPECT(stage->roots().writes_root == StoreModel::writes_root({}));
  TENON_ASSIGN_OR_RETURN(const auto staged, stage->snapshot());
  const StoreModel::Entries expected = {{"k", "index 1"}, {"other", "index 1"}};
  TENON_RETURN_IF_ERROR(expect_entries(*staged, KeyClass::kIndex, expected));
  TENON_RETURN_IF_ERROR(commit_stage(store, std::move(stage), 1));
  TENON_ASSIGN_OR_RETURN(const auto head, store.snapshot(plugin::kHeadHeight));
  return expect_entries(*head, KeyClass::kIndex, expected);
}

Status block_log(Store& store) {
  for (std::uint64_t height = 0; height < 3; ++height)
    TENON_RETURN_IF_ERROR(commit_block(store, height, {}).status());
  const ModelLog last(3);
  plugin::StoreBlock block = last.block();
  const Bytes large(300'000, 'x');
  block.parts[0] = {};
  block.parts[1] = large;
  TENON_ASSIGN_OR_RETURN(auto stage, stage_on(store, nullptr, {}));
  TENON_RETURN_IF_ERROR(store.commit(*stage, block, true));
  for (std::uint64_t height = 0; height <= 3; ++height) {
    const ModelLog log(height);
    for (std::size_t i = 0; i < plugin::kBlockParts; ++i) {
      TENON_ASSIGN_OR_RETURN(const auto part, store.read_block(height, static_cast<BlockPart>(i)));
      const BytesView expected = height == 3 ? block.parts[i] : BytesView(log.part(i));
      TENON_EXPECT(part && *part == expected);
    }
  }
  TENON_ASSIGN_OR_RETURN(const auto above, store.read_block(4, BlockPart::kBody));
  TENON_EXPECT(!above);
  return {};
}

Status bad_writes(Store& store) {
  const std::vector<plugin::StoreWrite> twice = {{KeyClass::kState, false, "k", "1"},
                                                 {KeyClass::kState, false, "k", "2"}};
  const auto refused = store.stage(nullptr, twice);
  TENON_EXPECT(!refused.ok() && !refused.status().fault());
  const std::vector<plugin::StoreWrite> unknown = {{static_cast<KeyClass>(7), false, "k", "1"}};
  const auto also_refused = store.stage(nullptr, unknown);
  TENON_EXPECT(!also_refused.ok() && !also_refused.status().fault());
  TENON_ASSIGN_OR_RETURN(auto stage, stage_on(store, nullptr, block_of({{"gone", std::nullopt}})));
  TENON_EXPECT(stage->roots().state_root == merkle::empty_hash());
  TENON_EXPECT(!store.read_block(0, static_cast<BlockPart>(99)).ok());
  return {};
}

// Every block moves an amount between two of sixteen accounts; whoever reads sees the same total.
constexpr std::uint64_t kAccounts = 16;
constexpr std::uint64_t kTotal = 1600;

Status expect_total(const plugin::StoreSnapshot& view, std::atomic<std::uint64_t>& reads) {
  std::uint64_t total = 0;
  std::uint64_t accounts = 0;
  TENON_RETURN_IF_ERROR(view.scan(KeyClass::kState, "account", "", [&](BytesView, BytesView value) {
    total += parse_u64(value).value_or(0);
    ++accounts;
    return true;
  }));
  ++reads;
  return expect(total == kTotal && accounts == kAccounts, "the total of " + std::to_string(kTotal) +
                                                              " in every view, found " +
                                                              std::to_string(total));
}

ModelBlock transfer(std::map<Bytes, std::uint64_t>& balances, std::mt19937& random) {
  const auto account = [](std::uint64_t i) { return "account " + std::to_string(100 + i); };
  const Bytes from = account(random() % kAccounts);
  const Bytes to = account(random() % kAccounts);
  const std::uint64_t amount = random() % (balances[from] + 1);
  balances[from] -= amount;
  balances[to] += amount;
  return block_of({{from, std::to_string(balances[from])}, {to, std::to_string(balances[to])}});
}

// One thread stages, this one commits what it is given, others read.
Status concurrent_use(Store& store, std::uint32_t seed, std::uint32_t rounds) {
  std::map<Bytes, std::uint64_t> balances;
  ModelBlock genesis;
  for (std::uint64_t i = 0; i < kAccounts; ++i) {
    const Bytes key = "account " + std::to_string(100 + i);
    balances[key] = kTotal / kAccounts;
    genesis.state[key] = std::to_string(balances[key]);
  }
  TENON_RETURN_IF_ERROR(commit_block(store, 0, genesis).status());
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> reads = 0;
  std::vector<Status> failures(3);
  const auto read = [&](std::size_t reader) {
    while (!done && failures[reader].ok()) {
      const auto head = store.head();
      const auto view = store.snapshot(reader == 0 ? plugin::kHeadHeight : head->height / 2);
      failures[reader] = view.ok() ? expect_total(**view, reads) : view.status();
    }
  };
  std::thread head_reader(read, 0);
  std::thread history_reader(read, 1);
  std::mt19937 random(seed);
  StagePointer current;
  Status& failure = failures[2];
  const std::uint64_t blocks = 200u * rounds;
  for (std::uint64_t height = 1; height <= blocks && failure.ok(); ++height) {
    auto staged = stage_on(store, nullptr, transfer(balances, random));
    StagePointer child;
    std::thread sequencer;
    if (staged.ok() && height < blocks) {
      // The next block is staged on this one, and read, while this one is being committed.
      sequencer = std::thread([&, next = transfer(balances, random)] {
        auto made = stage_on(store, staged->get(), next);
        failure = made.status();
        if (!failure.ok())
          return;
        child = std::move(*made);
        const auto grandchild = stage_on(store, child.get(), block_of({{"x", "y"}}));
        const auto view = child->snapshot();
        failure = !grandchild.ok() ? grandchild.status()
                  : view.ok()      ? expect_total(**view, reads)
                                   : view.status();
      });
    }
    const Status committed =
        staged.ok() ? store.commit(**staged, ModelLog(height).block(), false) : staged.status();
    if (sequencer.joinable())
      sequencer.join();
    if (!committed.ok())
      failure = committed;
    if (failure.ok() && child)
      failure = commit_stage(store, std::move(child), ++height);
  }
  done = true;
  head_reader.join();
  history_reader.join();
  for (const Status& status : failures)
    TENON_RETURN_IF_ERROR(status);
  return expect(reads > 0, "at least one concurrent read");
}

Status reopening(const StoreSuiteOptions& options, const std::string& name) {
  std::mt19937 random(options.seed);
  History history;
  {
    TENON_ASSIGN_OR_RETURN(const StorePointer store, options.open(name));
    if (!store->durable())
      return {}; // volatile, and says so
    TENON_RETURN_IF_ERROR(extend(*store, history, random, 45));
    // What is staged but not committed is gone afterwards.
    TENON_RETURN_IF_ERROR(stage_on(*store, nullptr, block_of({{"staged", "only"}})).status());
  }
  for (std::uint32_t round = 0; round < options.rounds + 1; ++round) {
    TENON_ASSIGN_OR_RETURN(const StorePointer store, options.open(name));
    TENON_ASSIGN_OR_RETURN(const auto head, store->head());
    const std::size_t last = history.model.blocks() - 1;
    TENON_EXPECT(!head.empty && head.height == last && head.state_root == history.roots.back());
    TENON_EXPECT(head.block_id == ModelLog(last).block().block_id);
    for (std::size_t height = last - 40; height <= last; ++height) {
      TENON_RETURN_IF_ERROR(expect_version(*store, history.model, height, &history.roots[height]));
    }
    TENON_RETURN_IF_ERROR(store->verify([](std::uint64_t, std::uint64_t) { return true; }));
    TENON_RETURN_IF_ERROR(extend(*store, history, random, 7));
  }
  return {};
}

} // namespace

Status extend(Store& store, History& history, std::mt19937& random, std::size_t blocks) {
  for (std::size_t i = 0; i < blocks; ++i) {
    const ModelBlock block = random_block(random, random() % 40, 150);
    const std::size_t height = history.model.blocks();
    TENON_ASSIGN_OR_RETURN(const auto roots, commit_block(store, height, block));
    history.model.commit(block);
    history.roots.push_back(roots.state_root);
    const std::string where = "block " + std::to_string(height) + ": ";
    TENON_RETURN_IF_ERROR(
        expect(roots.state_root == StoreModel::state_root(history.model.state(height)),
               where + "the state root of the tree's definition"));
    TENON_RETURN_IF_ERROR(expect(roots.writes_root == StoreModel::writes_root(block),
                                 where + "the writes root of its definition"));
  }
  return {};
}

std::vector<NamedTest> store_suite(const StoreSuiteOptions& options) {
  std::vector<NamedTest> tests;
  // A test over one fresh store of its own.
  const auto add = [&](const std::string& name, std::function<Status(Store&)> body) {
    const std::string store_name = "store" + std::to_string(tests.size());
    tests.push_back({name, [=]() -> Status {
                       TENON_ASSIGN_OR_RETURN(const StorePointer store, options.open(store_name));
                       return body(*store);
                     }});
  };
  add("a fresh store is empty, and its first block is height 0", fresh_store);
  add("roots, entries, proofs and every older version equal the definition's",
      [=](Store& store) { return roots_and_history(store, options.seed, options.rounds); });
  add("stages stack, and their views keep their meaning through the commits", stages_stack);
  add("a stage proves presence and absence under its own root", stage_views_prove);
  add("an abandoned branch leaves nothing behind", forks_and_abandons);
  add("a stage that does not stand on the head is refused, as a fault", stale_stage);
  add("scans merge staged and committed keys in byte order", scans);
  add("the index class is outside the roots", index_class);
  add("the block log gives back every part byte for byte", block_log);
  add("malformed calls are refused, and are not faults", bad_writes);
  add("readers see whole blocks while others stage and commit",
      [=](Store& store) { return concurrent_use(store, options.seed, options.rounds); });
  tests.push_back({"the same entries have the same root, whatever came before", [=]() -> Status {
                     TENON_ASSIGN_OR_RETURN(const StorePointer first, options.open("twin one"));
                     TENON_ASSIGN_OR_RETURN(const StorePointer second, options.open("twin two"));
                     return same_state_same_root(*first, *second, options.seed);
                   }});
  tests.push_back({"a durable store comes back with all that was committed",
                   [=] { return reopening(options, "reopened"); }});
  add_transfer_tests(options, tests);
  add_looking_tests(options, tests);
  return tests;
}

} // namespace tenon::testkit
