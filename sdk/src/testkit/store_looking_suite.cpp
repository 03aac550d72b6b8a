// The store suite: what a store may offer to people and tools that look into it. A store that is
// without says so, and passes.
#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/multi_proof.hpp"
#include "tenon/merkle/state_entry.hpp"

#include "store_suite_parts.hpp"

namespace tenon::testkit {

using plugin::Store;

namespace {

constexpr std::size_t kBlocks = 30;

bool is_without(const Status& status) {
  return status.code() == Code::kUnimplemented;
}

Result<std::vector<ModelBlock>> commit_blocks(Store& store, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<ModelBlock> blocks;
  for (std::size_t height = 0; height < kBlocks; ++height) {
    blocks.push_back(random_block(random, random() % 40, 50));
    TENON_RETURN_IF_ERROR(commit_block(store, height, blocks.back()).status());
  }
  return blocks;
}

std::vector<Bytes> keys_of(const std::vector<ModelBlock>& blocks) {
  std::vector<Bytes> keys = {"no such key"};
  for (const ModelBlock& block : blocks) {
    for (const auto& [key, entry] : block.state)
      keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

using Version = std::pair<std::uint64_t, std::optional<Bytes>>;

// By the definition. A removal of what is not there leaves nothing.
std::vector<Version> versions_of(const std::vector<ModelBlock>& blocks, const Bytes& key) {
  std::vector<Version> versions;
  bool present = false;
  for (std::uint64_t height = 0; height < blocks.size(); ++height) {
    const auto written = blocks[height].state.find(key);
    if (written == blocks[height].state.end() || (!written->second && !present))
      continue;
    present = written->second.has_value();
    versions.emplace_back(height, written->second);
  }
  std::reverse(versions.begin(), versions.end());
  return versions;
}

Status check_versions(const Store& store, const std::vector<ModelBlock>& blocks) {
  for (const Bytes& key : keys_of(blocks)) {
    const std::vector<Version> expected = versions_of(blocks, key);
    std::vector<Version> found;
    const Status status = store.versions(key, [&](const plugin::StoreVersion& version) {
      found.emplace_back(version.height,
                         version.entry ? std::optional<Bytes>(*version.entry) : std::nullopt);
      return true;
    });
    if (is_without(status))
      return {};
    TENON_RETURN_IF_ERROR(status);
    TENON_RETURN_IF_ERROR(expect(found == expected, "the versions that blocks made of " + key));
  }
  std::size_t seen = 0;
  TENON_RETURN_IF_ERROR(store.versions("key 1", [&](const plugin::StoreVersion&) {
    ++seen;
    return false;
  }));
  return expect(seen == 1, "a visitor that has had enough is not called again");
}

Status check_changes(const Store& store, const std::vector<ModelBlock>& blocks) {
  std::map<Hash, std::optional<Hash>> state;
  for (std::uint64_t height = 0; height < blocks.size(); ++height) {
    std::map<Hash, std::pair<Bytes, std::optional<Hash>>> expected;
    for (const auto& [key, entry] : blocks[height].state) {
      expected[crypto::sha256(key)] = {
          key, entry ? std::optional(merkle::entry_hash(*entry)) : std::nullopt};
    }
    auto next = expected.begin();
    bool same = true;
    const Status status = store.changes(height, [&](const plugin::StoreChange& change) {
      same = same && next != expected.end() && change.key_hash == next->first &&
             change.value_hash == next->second.second &&
             change.old_value_hash == state[change.key_hash] &&
             (change.key == next->second.first || change.key.empty());
      state[change.key_hash] = change.value_hash;
      ++next;
      return same;
    });
    if (is_without(status))
      return {};
    TENON_RETURN_IF_ERROR(status);
    TENON_RETURN_IF_ERROR(expect(same && next == expected.end(),
                                 "the changes of block " + std::to_string(height)));
  }
  const Status above =
      store.changes(blocks.size(), [](const plugin::StoreChange&) { return true; });
  return expect(above.code() == Code::kNotFound && !above.fault(), "no changes above the head");
}

Status versions_and_changes(Store& store, std::uint32_t seed) {
  TENON_ASSIGN_OR_RETURN(const auto blocks, commit_blocks(store, seed));
  TENON_RETURN_IF_ERROR(check_versions(store, blocks));
  return check_changes(store, blocks);
}

Status proofs_of_many(Store& store, std::uint32_t seed) {
  std::mt19937 random(seed);
  History history;
  TENON_RETURN_IF_ERROR(extend(store, history, random, kBlocks));
  for (const std::size_t height : {kBlocks - 1, kBlocks / 2}) {
    const StoreModel::Entries& entries = history.model.state(height);
    std::vector<BytesView> keys = {"no such key", "nor this one", "no such key"};
    std::map<Hash, std::optional<Hash>> claims = {{crypto::sha256(keys[0]), std::nullopt},
                                                  {crypto::sha256(keys[1]), std::nullopt}};
    for (const auto& [key, entry] : entries) {
      keys.push_back(key);
      claims[crypto::sha256(key)] = merkle::entry_hash(entry);
    }
    TENON_ASSIGN_OR_RETURN(const auto view, store.snapshot(height));
    const auto encoded = view->prove_many(keys);
    if (is_without(encoded.status()))
      return {};
    TENON_RETURN_IF_ERROR(encoded.status());
    TENON_ASSIGN_OR_RETURN(const auto proof, merkle::decode_multi_proof(*encoded));
    std::vector<merkle::KeyClaim> sorted;
    for (const auto& [key_hash, value_hash] : claims)
      sorted.push_back({key_hash, value_hash});
    const Hash& root = history.roots[height];
    TENON_RETURN_IF_ERROR(merkle::verify_multi_proof(proof, root, sorted));
    sorted.front().value_hash = sorted.front().value_hash ? std::nullopt : std::optional(root);
    TENON_EXPECT(!merkle::verify_multi_proof(proof, root, sorted).ok());
    const auto of_nothing = view->prove_many({});
    TENON_EXPECT(!of_nothing.ok() && !of_nothing.status().fault());
  }
  return {};
}

Status check_description(const Store& store) {
  for (const bool whole : {false, true}) {
    const auto json = store.describe(whole, [](std::uint64_t, std::uint64_t) { return true; });
    if (is_without(json.status()))
      return {};
    TENON_RETURN_IF_ERROR(json.status());
    TENON_EXPECT(json->starts_with('{') && json->ends_with('}'));
  }
  return {};
}

Status check_scrub(Store& store, std::uint32_t seed) {
  std::mt19937_64 random(seed);
  std::uint64_t bytes = 0;
  for (;;) {
    const auto piece = store.scrub(random());
    if (is_without(piece.status()))
      return {};
    TENON_RETURN_IF_ERROR(piece.status());
    if (piece->wait_ms == 0)
      return {}; // it is configured not to
    bytes += piece->bytes;
    if (piece->cycles == 2)
      return expect(bytes > 0, "a cycle that has looked at something");
  }
}

Status description_and_scrub(Store& store, std::uint32_t seed) {
  TENON_RETURN_IF_ERROR(commit_blocks(store, seed).status());
  TENON_RETURN_IF_ERROR(check_description(store));
  return check_scrub(store, seed);
}

} // namespace

void add_looking_tests(const StoreSuiteOptions& options, std::vector<NamedTest>& tests) {
  const auto add = [&](const std::string& name, Status (*body)(Store&, std::uint32_t)) {
    const std::string store_name = "looked into " + std::to_string(tests.size());
    tests.push_back({name, [=]() -> Status {
                       TENON_ASSIGN_OR_RETURN(const StorePointer store, options.open(store_name));
                       return body(*store, options.seed);
                     }});
  };
  add("versions of a key are what blocks made of it, changes of a block its writes",
      versions_and_changes);
  add("one proof of many keys, present and absent, holds under the root", proofs_of_many);
  add("it describes itself, and checked piece by piece it is as it was written",
      description_and_scrub);
}

} // namespace tenon::testkit
