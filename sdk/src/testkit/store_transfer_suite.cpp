// The store suite: pruning, and the export and import of a state.
#include <algorithm>
#include <thread>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/sparse_proof.hpp"

#include "store_suite_parts.hpp"

namespace tenon::testkit {

using merkle::KeySpan;
using plugin::BlockPart;
using plugin::KeyClass;
using plugin::Store;

namespace {

// Small, so that a state has many ranges.
constexpr std::uint64_t kRangeBytes = 200;

Result<plugin::StoreTarget> head_target(const Store& store) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  TENON_EXPECT(!head.empty);
  return plugin::StoreTarget{head.height, head.block_id, head.result_hash, head.state_root};
}

// What one export_range gives, with the next hash to ask for; nothing after the last range.
Result<std::optional<Hash>> export_next(const plugin::StoreSnapshot& snapshot, const Hash& first,
                                        std::uint64_t max_bytes, const Hash& root,
                                        std::vector<Bytes>& ranges) {
  TENON_ASSIGN_OR_RETURN(Bytes encoded, snapshot.export_range(first, max_bytes));
  TENON_ASSIGN_OR_RETURN(const auto range, merkle::decode_snapshot_range(encoded));
  TENON_RETURN_IF_ERROR(merkle::verify_snapshot_range(range, root));
  TENON_EXPECT(range.span.first == first);
  ranges.push_back(std::move(encoded));
  return merkle::next_hash(range.span.last);
}

Result<std::vector<Bytes>> export_all(const plugin::StoreSnapshot& snapshot, const Hash& root,
                                      std::uint64_t max_bytes = kRangeBytes) {
  std::vector<Bytes> ranges;
  for (std::optional<Hash> next = Hash(); next;) {
    TENON_ASSIGN_OR_RETURN(next, export_next(snapshot, *next, max_bytes, root, ranges));
  }
  return ranges;
}

Status import_ranges(Store& store, const std::vector<Bytes>& ranges) {
  for (const Bytes& range : ranges)
    TENON_RETURN_IF_ERROR(store.import_range(range));
  return {};
}

Status finish(Store& store, std::uint64_t height) {
  const ModelLog log(height);
  const std::vector<plugin::StoreBlock> blocks = {log.block()};
  return store.import_finish(blocks);
}

// Is the answer that this is gone, with the oldest height that is not?
Status expect_gone(const Status& status, std::uint64_t oldest) {
  return expect(status.code() == Code::kOutOfRange && !status.fault() &&
                    status.message().find(std::to_string(oldest)) != std::string::npos,
                "OUT_OF_RANGE naming block " + std::to_string(oldest) + ", found " +
                    status.to_string());
}

Status expect_imported(Store& store, const History& history, std::uint64_t height) {
  TENON_ASSIGN_OR_RETURN(const auto head, store.head());
  TENON_EXPECT(!head.empty && head.height == height);
  TENON_EXPECT(head.state_root == history.roots[height]);
  TENON_EXPECT(head.block_id == ModelLog(height).block().block_id);
  TENON_EXPECT(head.result_hash == ModelLog(height).block().result_hash);
  TENON_EXPECT(head.without_index);
  TENON_RETURN_IF_ERROR(expect_version(store, history.model, height, &history.roots[height]));
  TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(plugin::kHeadHeight));
  TENON_RETURN_IF_ERROR(expect_entries(*view, KeyClass::kIndex, {}));
  TENON_ASSIGN_OR_RETURN(const auto horizon, store.horizon());
  TENON_EXPECT((horizon == plugin::StoreHorizon{height, height}));
  TENON_ASSIGN_OR_RETURN(const auto under_way, store.import_missing());
  TENON_EXPECT(!under_way);
  TENON_ASSIGN_OR_RETURN(const auto part, store.read_block(height, BlockPart::kBody));
  TENON_EXPECT(part == ModelLog(height).part(1));
  if (height > 0) {
    TENON_RETURN_IF_ERROR(expect_gone(store.snapshot(height - 1).status(), height));
    TENON_RETURN_IF_ERROR(
        expect_gone(store.read_block(height - 1, BlockPart::kHeader).status(), height));
  }
  return verified(store);
}

// Both go on from the same state: the same blocks have the same roots.
Status expect_same_future(Store& first, Store& second, History& history, std::mt19937& random) {
  const std::size_t from = history.model.blocks();
  TENON_RETURN_IF_ERROR(second.put_index({}, /*whole=*/true));
  for (std::size_t height = from; height < from + 20; ++height) {
    ModelBlock block = random_block(random, random() % 40, 150);
    block.index.clear(); // the imported state begins without an index
    TENON_ASSIGN_OR_RETURN(const auto one, commit_block(first, height, block));
    TENON_ASSIGN_OR_RETURN(const auto two, commit_block(second, height, block));
    TENON_EXPECT(one.state_root == two.state_root && one.writes_root == two.writes_root);
    history.model.commit(block);
    history.roots.push_back(one.state_root);
  }
  for (std::size_t height = from - 1; height < history.model.blocks(); ++height) {
    TENON_RETURN_IF_ERROR(expect_version(second, history.model, height, &history.roots[height]));
  }
  return verified(second);
}

Status round_trip(Store& source, Store& copy, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  TENON_RETURN_IF_ERROR(extend(source, history, random, 30));
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(source));
  TENON_ASSIGN_OR_RETURN(const auto snapshot, source.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(std::vector<Bytes> ranges, export_all(*snapshot, target.state_root));
  TENON_EXPECT(ranges.size() > 10);
  // Larger ones over them, so that ranges overlap.
  TENON_ASSIGN_OR_RETURN(const auto larger,
                         export_all(*snapshot, target.state_root, 7 * kRangeBytes));
  ranges.insert(ranges.end(), larger.begin(), larger.end());
  std::shuffle(ranges.begin(), ranges.end(), random);
  TENON_RETURN_IF_ERROR(copy.import_begin(target));
  TENON_RETURN_IF_ERROR(import_ranges(copy, ranges));
  TENON_RETURN_IF_ERROR(import_ranges(copy, larger));
  TENON_RETURN_IF_ERROR(copy.import_begin(target)); // again, which changes nothing
  TENON_RETURN_IF_ERROR(finish(copy, target.height));
  TENON_RETURN_IF_ERROR(expect_imported(copy, history, target.height));
  return expect_same_future(source, copy, history, random);
}

Status smallest_states(Store& source, Store& copy) {
  History history;
  for (const ModelBlock& block : {ModelBlock(), block_of({{"a", "1"}}), block_of({{"b", "2"}})}) {
    const std::size_t height = history.model.blocks();
    TENON_ASSIGN_OR_RETURN(const auto roots, commit_block(source, height, block));
    history.model.commit(block);
    history.roots.push_back(roots.state_root);
    TENON_ASSIGN_OR_RETURN(const auto target, head_target(source));
    TENON_ASSIGN_OR_RETURN(const auto snapshot, source.snapshot(height));
    TENON_ASSIGN_OR_RETURN(const auto ranges, export_all(*snapshot, target.state_root, 1));
    TENON_EXPECT(ranges.size() <= height + 1);
    TENON_ASSIGN_OR_RETURN(const auto whole, export_all(*snapshot, target.state_root, 1 << 20));
    TENON_EXPECT(whole.size() == 1);
    // The second and the third replace an imported state by another one.
    TENON_RETURN_IF_ERROR(copy.import_begin(target));
    TENON_RETURN_IF_ERROR(import_ranges(copy, ranges));
    TENON_RETURN_IF_ERROR(finish(copy, height));
    TENON_RETURN_IF_ERROR(expect_imported(copy, history, height));
  }
  return {};
}

// A range written anew with other entries, and the proof that it came with.
Bytes rewritten(const merkle::SnapshotRange& range, bool reaches_end,
                const std::vector<std::pair<Bytes, Bytes>>& entries) {
  merkle::SnapshotRangeWriter writer(range.span.first);
  for (const auto& [key, entry] : entries)
    writer.add(key, entry, crypto::sha256(key));
  return writer.finish(reaches_end, range.proof);
}

std::vector<Bytes> lies_about(const merkle::SnapshotRange& range) {
  std::vector<std::pair<Bytes, Bytes>> entries;
  for (const auto& entry : range.entries)
    entries.emplace_back(entry.key, entry.entry);
  auto omitted = entries;
  omitted.erase(omitted.begin() + 1);
  auto changed = entries;
  changed[1].second += "?";
  auto doubled = entries;
  doubled.insert(doubled.begin(), doubled.front());
  auto reordered = entries;
  std::swap(reordered[0], reordered[1]);
  auto added = entries;
  added.emplace_back("a key that is not there", "entry");
  std::sort(added.begin(), added.end(), [](const auto& a, const auto& b) {
    return crypto::sha256(a.first) < crypto::sha256(b.first);
  });
  auto shortened = entries;
  shortened.pop_back();
  const Bytes whole = rewritten(range, false, entries);
  return {rewritten(range, false, omitted),   rewritten(range, false, changed),
          rewritten(range, false, doubled),   rewritten(range, false, reordered),
          rewritten(range, false, added),     rewritten(range, false, shortened),
          rewritten(range, true, entries),    rewritten(range, true, {}),
          whole.substr(0, whole.size() - 1),  whole + Bytes(1, '\0'),
          Bytes(),                            "not a range"};
}

Status lying_ranges(Store& source, Store& copy, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  TENON_RETURN_IF_ERROR(extend(source, history, random, 20));
  TENON_ASSIGN_OR_RETURN(const auto older, source.snapshot(18));
  TENON_ASSIGN_OR_RETURN(std::vector<Bytes> lies, export_all(*older, history.roots[18], 2000));
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(source));
  TENON_ASSIGN_OR_RETURN(const auto snapshot, source.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto ranges, export_all(*snapshot, target.state_root));
  for (const std::size_t which : {std::size_t{0}, ranges.size() / 2}) {
    TENON_ASSIGN_OR_RETURN(const auto range, merkle::decode_snapshot_range(ranges[which]));
    TENON_EXPECT(range.entries.size() > 2);
    for (Bytes& lie : lies_about(range))
      lies.push_back(std::move(lie));
  }
  TENON_RETURN_IF_ERROR(copy.import_begin(target));
  for (std::size_t i = 0; i < lies.size(); ++i) {
    const Status refused = copy.import_range(lies[i]);
    TENON_RETURN_IF_ERROR(expect(refused.code() == Code::kInvalidArgument && !refused.fault(),
                                 "lie " + std::to_string(i) + " is refused, found " +
                                     refused.to_string()));
  }
  TENON_ASSIGN_OR_RETURN(const auto under_way, copy.import_missing());
  const plugin::KeyHashSpan all{KeySpan::all().first, KeySpan::all().last};
  TENON_EXPECT(under_way && under_way->missing == std::vector<plugin::KeyHashSpan>{all});
  // The truth is still welcome.
  TENON_RETURN_IF_ERROR(import_ranges(copy, ranges));
  TENON_RETURN_IF_ERROR(finish(copy, target.height));
  return expect_imported(copy, history, target.height);
}

Status unfinished_imports(Store& source, Store& copy, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  TENON_RETURN_IF_ERROR(extend(source, history, random, 12));
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(source));
  TENON_ASSIGN_OR_RETURN(const auto snapshot, source.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto ranges, export_all(*snapshot, target.state_root));
  const auto refused = [](const Status& status, Code code) {
    return expect(status.code() == code && !status.fault(),
                  "a refusal that is no fault, found " + status.to_string());
  };
  TENON_RETURN_IF_ERROR(refused(copy.import_range(ranges[0]), Code::kFailedPrecondition));
  TENON_RETURN_IF_ERROR(refused(finish(copy, target.height), Code::kFailedPrecondition));
  TENON_RETURN_IF_ERROR(copy.import_abandon()); // nothing to do
  TENON_RETURN_IF_ERROR(copy.import_begin(target));
  plugin::StoreTarget another = target;
  ++another.height;
  TENON_RETURN_IF_ERROR(refused(copy.import_begin(another), Code::kFailedPrecondition));
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    TENON_RETURN_IF_ERROR(refused(finish(copy, target.height), Code::kFailedPrecondition));
    // From the end towards the beginning, so that one gap shrinks.
    TENON_RETURN_IF_ERROR(copy.import_range(ranges[ranges.size() - 1 - i]));
    TENON_ASSIGN_OR_RETURN(const auto under_way, copy.import_missing());
    TENON_EXPECT(under_way && under_way->target == target);
    TENON_EXPECT(under_way->missing.size() == (i + 1 < ranges.size() ? 1 : 0));
  }
  TENON_RETURN_IF_ERROR(refused(finish(copy, target.height - 1), Code::kInvalidArgument));
  TENON_RETURN_IF_ERROR(refused(copy.import_finish({}), Code::kInvalidArgument));
  const ModelLog first(target.height - 2);
  const ModelLog last(target.height);
  const std::vector<plugin::StoreBlock> with_a_gap = {first.block(), last.block()};
  TENON_RETURN_IF_ERROR(refused(copy.import_finish(with_a_gap), Code::kInvalidArgument));
  TENON_RETURN_IF_ERROR(finish(copy, target.height));
  TENON_RETURN_IF_ERROR(refused(copy.import_begin(target), Code::kFailedPrecondition));
  return expect_imported(copy, history, target.height);
}

Status beside_a_state(Store& source, Store& copy, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  History own;
  TENON_RETURN_IF_ERROR(extend(source, history, random, 40));
  TENON_RETURN_IF_ERROR(extend(copy, own, random, 10));
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(source));
  TENON_ASSIGN_OR_RETURN(const auto snapshot, source.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto ranges, export_all(*snapshot, target.state_root));
  const auto undisturbed = [&]() -> Status {
    for (std::size_t height = 0; height < own.model.blocks(); ++height)
      TENON_RETURN_IF_ERROR(expect_version(copy, own.model, height, &own.roots[height]));
    TENON_ASSIGN_OR_RETURN(const auto view, copy.snapshot(plugin::kHeadHeight));
    TENON_RETURN_IF_ERROR(expect_entries(*view, KeyClass::kIndex, own.model.index()));
    return verified(copy);
  };
  for (int attempt = 0; attempt < 2; ++attempt) {
    TENON_RETURN_IF_ERROR(copy.import_begin(target));
    for (const Bytes& range : ranges) {
      TENON_RETURN_IF_ERROR(copy.import_range(range));
      if (own.model.blocks() < 30)
        TENON_RETURN_IF_ERROR(extend(copy, own, random, 1));
    }
    TENON_RETURN_IF_ERROR(undisturbed());
    if (attempt == 0)
      TENON_RETURN_IF_ERROR(copy.import_abandon());
    TENON_RETURN_IF_ERROR(undisturbed());
  }
  TENON_ASSIGN_OR_RETURN(const auto old_view, copy.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto old_stage, copy.stage(nullptr, {}));
  TENON_ASSIGN_OR_RETURN(const auto old_stage_view, old_stage->snapshot());
  TENON_RETURN_IF_ERROR(finish(copy, target.height));
  TENON_RETURN_IF_ERROR(expect_imported(copy, history, target.height));
  // What stands on the old state is as it was, or says that it is gone.
  for (const Status& status :
       {expect_entries(*old_view, KeyClass::kState, own.model.state(own.model.blocks() - 1)),
        old_view->export_range({}, 1).status(), old_stage_view->get(KeyClass::kState, "x").status(),
        old_stage->snapshot().status(), copy.stage(old_stage.get(), {}).status()}) {
    const bool gone = status.code() == Code::kAborted && !status.fault();
    TENON_RETURN_IF_ERROR(
        expect(status.ok() || gone, "the old state or ABORTED, found " + status.to_string()));
  }
  TENON_EXPECT(!copy.commit(*old_stage, ModelLog(target.height + 1).block(), false).ok());
  return expect_imported(copy, history, target.height);
}

Status import_resumes(const StoreSuiteOptions& options) {
  std::mt19937 random(options.seed);
  History history;
  TENON_ASSIGN_OR_RETURN(const StorePointer source, options.open("resumed source"));
  TENON_RETURN_IF_ERROR(extend(*source, history, random, 25));
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(*source));
  TENON_ASSIGN_OR_RETURN(const auto snapshot, source->snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(std::vector<Bytes> ranges, export_all(*snapshot, target.state_root));
  std::shuffle(ranges.begin(), ranges.end(), random);
  std::vector<plugin::KeyHashSpan> missing;
  for (std::size_t next = 0; next <= ranges.size(); ++next) {
    TENON_ASSIGN_OR_RETURN(const StorePointer copy, options.open("resumed copy"));
    if (!copy->durable())
      return {}; // volatile, and says so
    TENON_ASSIGN_OR_RETURN(const auto head, copy->head());
    TENON_EXPECT(head.empty);
    TENON_ASSIGN_OR_RETURN(const auto before, copy->import_missing());
    TENON_EXPECT(before.has_value() == (next > 0));
    TENON_EXPECT(!before || (before->target == target && before->missing == missing));
    TENON_RETURN_IF_ERROR(copy->import_begin(target));
    if (next == ranges.size()) {
      TENON_RETURN_IF_ERROR(finish(*copy, target.height));
      break;
    }
    TENON_RETURN_IF_ERROR(copy->import_range(ranges[next]));
    TENON_ASSIGN_OR_RETURN(const auto after, copy->import_missing());
    TENON_EXPECT(after.has_value());
    missing = after->missing;
  }
  {
    TENON_ASSIGN_OR_RETURN(const StorePointer copy, options.open("resumed copy"));
    TENON_RETURN_IF_ERROR(expect_imported(*copy, history, target.height));
    TENON_RETURN_IF_ERROR(expect_same_future(*source, *copy, history, random));
  }
  TENON_ASSIGN_OR_RETURN(const StorePointer copy, options.open("resumed copy"));
  return expect_version(*copy, history.model, history.roots.size() - 1, &history.roots.back());
}

Status long_export(Store& source, Store& copy, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  TENON_RETURN_IF_ERROR(extend(source, history, random, 30));
  // One is of an older version, whose tree is worked out when the first range is asked for.
  for (const std::uint64_t height : {std::uint64_t{29}, std::uint64_t{20}}) {
    TENON_ASSIGN_OR_RETURN(const auto snapshot, source.snapshot(height));
    TENON_ASSIGN_OR_RETURN(const auto at_once, export_all(*snapshot, history.roots[height]));
    TENON_ASSIGN_OR_RETURN(const auto held, source.snapshot(height));
    std::vector<Bytes> ranges;
    for (std::optional<Hash> next = Hash(); next;) {
      TENON_ASSIGN_OR_RETURN(
          next, export_next(*held, *next, kRangeBytes, history.roots[height], ranges));
      // Many more blocks than proofs reach back, in all.
      TENON_RETURN_IF_ERROR(extend(source, history, random, height == 29 ? 0 : 15));
      TENON_RETURN_IF_ERROR(source.prune(history.model.blocks() / 2));
    }
    TENON_EXPECT(ranges == at_once);
  }
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(source));
  TENON_ASSIGN_OR_RETURN(const auto last, source.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto ranges, export_all(*last, target.state_root));
  TENON_RETURN_IF_ERROR(copy.import_begin(target));
  TENON_RETURN_IF_ERROR(import_ranges(copy, ranges));
  TENON_RETURN_IF_ERROR(finish(copy, target.height));
  return expect_imported(copy, history, target.height);
}

Status ranges_at_once(Store& source, Store& copy, std::uint32_t seed) {
  constexpr std::size_t kPeers = 4;
  std::mt19937 random(seed);
  History history;
  History own;
  TENON_RETURN_IF_ERROR(extend(source, history, random, 60));
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(source));
  TENON_ASSIGN_OR_RETURN(const auto snapshot, source.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto ranges, export_all(*snapshot, target.state_root));
  TENON_RETURN_IF_ERROR(copy.import_begin(target));
  std::vector<Status> failures(kPeers);
  std::vector<std::thread> peers;
  for (std::size_t peer = 0; peer < kPeers; ++peer) {
    peers.emplace_back([&, peer] {
      // Each range comes from two peers.
      for (std::size_t i = 0; i < ranges.size() && failures[peer].ok(); ++i) {
        if (i % kPeers == peer || (i + 1) % kPeers == peer)
          failures[peer] = copy.import_range(ranges[i]);
      }
    });
  }
  const Status committed = extend(copy, own, random, 20);
  for (std::thread& peer : peers)
    peer.join();
  failures.push_back(committed);
  for (const Status& failure : failures)
    TENON_RETURN_IF_ERROR(failure);
  TENON_RETURN_IF_ERROR(finish(copy, target.height));
  return expect_imported(copy, history, target.height);
}

Status blocks_backwards(Store& source, Store& copy, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  TENON_RETURN_IF_ERROR(extend(source, history, random, 10));
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(source));
  TENON_ASSIGN_OR_RETURN(const auto snapshot, source.snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto ranges, export_all(*snapshot, target.state_root));
  TENON_RETURN_IF_ERROR(copy.import_begin(target));
  TENON_RETURN_IF_ERROR(import_ranges(copy, ranges));
  const ModelLog before(8);
  const ModelLog last(9);
  const std::vector<plugin::StoreBlock> blocks = {before.block(), last.block()};
  TENON_RETURN_IF_ERROR(copy.import_finish(blocks));
  for (const std::uint64_t wrong : {9u, 8u, 6u})
    TENON_EXPECT(copy.put_block(ModelLog(wrong).block()).code() == Code::kFailedPrecondition);
  for (std::uint64_t height = 8; height-- > 0;) {
    TENON_RETURN_IF_ERROR(
        expect_gone(copy.read_block(height, BlockPart::kBody).status(), height + 1));
    const ModelLog log(height);
    TENON_RETURN_IF_ERROR(copy.put_block(log.block()));
    for (std::size_t i = 0; i < plugin::kBlockParts; ++i) {
      TENON_ASSIGN_OR_RETURN(const auto part, copy.read_block(height, static_cast<BlockPart>(i)));
      TENON_EXPECT(part == log.part(i));
    }
    TENON_ASSIGN_OR_RETURN(const auto horizon, copy.horizon());
    TENON_EXPECT((horizon == plugin::StoreHorizon{height, 9}));
  }
  TENON_EXPECT(copy.put_block(last.block()).code() == Code::kFailedPrecondition);
  TENON_RETURN_IF_ERROR(expect_gone(copy.snapshot(8).status(), 9));
  TENON_RETURN_IF_ERROR(verified(copy));
  TENON_RETURN_IF_ERROR(copy.prune(5));
  TENON_ASSIGN_OR_RETURN(const auto horizon, copy.horizon());
  TENON_EXPECT((horizon == plugin::StoreHorizon{5, 9}));
  return verified(copy);
}

// The index of an imported state comes in pieces, and no block before the last of them; what ends
// the writing between two of them is noticed.
Status index_anew(const StoreSuiteOptions& options) {
  std::mt19937 random(options.seed);
  History history;
  TENON_ASSIGN_OR_RETURN(const StorePointer source, options.open("indexed source"));
  TENON_RETURN_IF_ERROR(extend(*source, history, random, 5));
  TENON_ASSIGN_OR_RETURN(const auto target, head_target(*source));
  TENON_EXPECT(target.height == 4);
  TENON_ASSIGN_OR_RETURN(const auto snapshot, source->snapshot(plugin::kHeadHeight));
  TENON_ASSIGN_OR_RETURN(const auto ranges, export_all(*snapshot, target.state_root));
  StorePointer copy;
  TENON_ASSIGN_OR_RETURN(copy, options.open("indexed copy"));
  TENON_RETURN_IF_ERROR(copy->import_begin(target));
  TENON_RETURN_IF_ERROR(import_ranges(*copy, ranges));
  TENON_RETURN_IF_ERROR(finish(*copy, target.height));
  const auto after_restart = [&](bool without_index) -> Status {
    if (copy->durable()) {
      copy.reset();
      TENON_ASSIGN_OR_RETURN(copy, options.open("indexed copy"));
    }
    TENON_ASSIGN_OR_RETURN(const auto head, copy->head());
    return expect(head.without_index == without_index && head.height == target.height,
                  "the store says whether the index is there");
  };
  using plugin::StoreWrite;
  const StoreWrite first[] = {{KeyClass::kIndex, false, "a", "1"},
                              {KeyClass::kIndex, false, "b", "2"}};
  const StoreWrite second[] = {{KeyClass::kIndex, true, "a", ""},
                               {KeyClass::kIndex, false, "c", "3"}};
  const StoreWrite wrong[] = {{KeyClass::kState, false, "a", "1"}};
  TENON_RETURN_IF_ERROR(after_restart(true));
  TENON_RETURN_IF_ERROR(copy->put_index(first, /*whole=*/false));
  TENON_EXPECT(copy->put_index(wrong, true).code() == Code::kInvalidArgument);
  TENON_EXPECT(!commit_block(*copy, target.height + 1, block_of({{"x", "y"}})).ok());
  TENON_RETURN_IF_ERROR(after_restart(true));
  TENON_RETURN_IF_ERROR(copy->put_index(first, /*whole=*/false));
  TENON_RETURN_IF_ERROR(copy->put_index(second, /*whole=*/true));
  TENON_RETURN_IF_ERROR(after_restart(false));
  TENON_ASSIGN_OR_RETURN(const auto view, copy->snapshot(plugin::kHeadHeight));
  TENON_RETURN_IF_ERROR(expect_entries(*view, KeyClass::kIndex, {{"b", "2"}, {"c", "3"}}));
  TENON_RETURN_IF_ERROR(
      commit_block(*copy, target.height + 1, block_of({{"x", "y"}})).status());
  TENON_ASSIGN_OR_RETURN(const auto root, copy->head());
  TENON_RETURN_IF_ERROR(commit_block(*source, target.height + 1, block_of({{"x", "y"}})).status());
  TENON_ASSIGN_OR_RETURN(const auto expected, source->head());
  TENON_EXPECT(root.state_root == expected.state_root);
  return verified(*copy);
}

Status expect_pruned(Store& store, const History& history, std::uint64_t oldest) {
  TENON_ASSIGN_OR_RETURN(const auto horizon, store.horizon());
  TENON_EXPECT((horizon == plugin::StoreHorizon{oldest, oldest}));
  const std::size_t blocks = history.model.blocks();
  for (std::size_t height = 0; height < blocks; ++height) {
    if (height < oldest) {
      TENON_RETURN_IF_ERROR(expect_gone(store.snapshot(height).status(), oldest));
      TENON_RETURN_IF_ERROR(
          expect_gone(store.read_block(height, BlockPart::kResults).status(), oldest));
      continue;
    }
    const bool recent = blocks - height <= 64;
    TENON_RETURN_IF_ERROR(
        expect_version(store, history.model, height, recent ? &history.roots[height] : nullptr));
    TENON_ASSIGN_OR_RETURN(const auto part, store.read_block(height, BlockPart::kResults));
    TENON_EXPECT(part == ModelLog(height).part(3));
  }
  return verified(store);
}

Status pruning(const StoreSuiteOptions& options) {
  std::mt19937 random(options.seed);
  History history;
  StorePointer store;
  TENON_ASSIGN_OR_RETURN(store, options.open("pruned"));
  TENON_EXPECT(store->prune(0).code() == Code::kInvalidArgument); // there is no block yet
  TENON_RETURN_IF_ERROR(extend(*store, history, random, 50));
  TENON_RETURN_IF_ERROR(store->prune(0));
  TENON_RETURN_IF_ERROR(expect_pruned(*store, history, 0));
  TENON_EXPECT(store->prune(50).code() == Code::kInvalidArgument);
  for (const std::uint64_t keep_from : {7u, 3u, 30u, 49u}) {
    const std::uint64_t oldest = std::max<std::uint64_t>(keep_from, 7);
    TENON_RETURN_IF_ERROR(store->prune(keep_from));
    TENON_RETURN_IF_ERROR(expect_pruned(*store, history, oldest));
    if (store->durable()) {
      store.reset();
      TENON_ASSIGN_OR_RETURN(store, options.open("pruned"));
      TENON_RETURN_IF_ERROR(store->prune(keep_from));
      TENON_RETURN_IF_ERROR(expect_pruned(*store, history, oldest));
    }
  }
  TENON_RETURN_IF_ERROR(extend(*store, history, random, 30));
  TENON_RETURN_IF_ERROR(expect_pruned(*store, history, 49));
  TENON_RETURN_IF_ERROR(store->prune(70));
  TENON_RETURN_IF_ERROR(expect_pruned(*store, history, 70));
  // Every key can still be found by its hash.
  TENON_ASSIGN_OR_RETURN(const auto view, store->snapshot(plugin::kHeadHeight));
  return export_all(*view, history.roots.back()).status();
}

Status held_while_pruning(Store& store, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  TENON_RETURN_IF_ERROR(extend(store, history, random, 40));
  TENON_ASSIGN_OR_RETURN(auto old, store.snapshot(25));
  TENON_ASSIGN_OR_RETURN(const auto stage, store.stage(nullptr, {}));
  TENON_ASSIGN_OR_RETURN(const auto staged, stage->snapshot());
  TENON_RETURN_IF_ERROR(extend(store, history, random, 5));
  TENON_RETURN_IF_ERROR(store.prune(44));
  TENON_RETURN_IF_ERROR(expect_pruned(store, history, 44));
  TENON_RETURN_IF_ERROR(expect_entries(*old, KeyClass::kState, history.model.state(25)));
  TENON_RETURN_IF_ERROR(export_all(*old, history.roots[25]).status());
  TENON_RETURN_IF_ERROR(expect_entries(*staged, KeyClass::kState, history.model.state(39)));
  old.reset();
  TENON_RETURN_IF_ERROR(store.prune(44));
  TENON_RETURN_IF_ERROR(expect_entries(*staged, KeyClass::kState, history.model.state(39)));
  return expect_pruned(store, history, 44);
}

} // namespace

void add_transfer_tests(const StoreSuiteOptions& options, std::vector<NamedTest>& tests) {
  const std::uint32_t seed = options.seed;
  // A test over two fresh stores: the first is exported, the second imports.
  const auto add = [&](const std::string& name, std::function<Status(Store&, Store&)> body) {
    const std::string store_name = "transfer " + std::to_string(tests.size());
    tests.push_back(
        {name, [=]() -> Status {
           TENON_ASSIGN_OR_RETURN(const StorePointer first, options.open(store_name + " from"));
           TENON_ASSIGN_OR_RETURN(const StorePointer second, options.open(store_name + " to"));
           return body(*first, *second);
         }});
  };
  add("ranges in any order, more than once and overlapping make the same state elsewhere",
      [=](Store& from, Store& to) { return round_trip(from, to, seed); });
  add("a state of no key, one and two is exported and imported like any other", smallest_states);
  add("a range that lies is refused before anything is written, and is no fault",
      [=](Store& from, Store& to) { return lying_ranges(from, to, seed); });
  add("an import ends only when it is complete, and with its target's block",
      [=](Store& from, Store& to) { return unfinished_imports(from, to, seed); });
  add("an import beside a state disturbs nothing until it replaces it",
      [=](Store& from, Store& to) { return beside_a_state(from, to, seed); });
  add("a snapshot that is held exports the same ranges, whatever is committed and pruned meanwhile",
      [=](Store& from, Store& to) { return long_export(from, to, seed); });
  add("several peers' ranges are imported at once, beside commits",
      [=](Store& from, Store& to) { return ranges_at_once(from, to, seed); });
  add("older blocks are added below an imported state, one by one",
      [=](Store& from, Store& to) { return blocks_backwards(from, to, seed); });
  add("what a snapshot shows outlives pruning until it is released",
      [=](Store& store, Store&) { return held_while_pruning(store, seed); });
  tests.push_back({"an import goes on after a restart with what is missing",
                   [=] { return import_resumes(options); }});
  tests.push_back({"the index of an imported state is there before the next block, or missed",
                   [=] { return index_anew(options); }});
  tests.push_back({"pruning ends what can be read at a horizon and keeps all above it",
                   [=] { return pruning(options); }});
}

} // namespace tenon::testkit
