// What `tenon db` shows of a ledger, against what the ledger itself says.
#include <catch2/catch.hpp>

#include <sstream>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/database_compare.hpp"
#include "tenon/database_inspect.hpp"
#include "tenon/merkle/multi_proof.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/state_file.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;
using tool::Json;

namespace {

constexpr auto kIgnored = [](std::uint64_t) {};

// Grows in the same way whenever it is made.
struct Grown {
  World world;

  explicit Grown(int transfers) {
    world.allocate_all({"alice", "bob"});
    world.submit("mint", {"alice"}, "mint alice 1000");
    for (int i = 0; i < transfers; ++i)
      world.submit("t" + std::to_string(i), {"alice"}, "mint bob " + std::to_string(i + 1));
  }
  [[nodiscard]] plugin::Store& store() { return world.store(); }
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> entries(std::uint64_t height) {
    std::vector<std::pair<Bytes, Bytes>> all;
    const auto view = store().snapshot(height).value();
    REQUIRE(view->scan(plugin::KeyClass::kState, "", "", [&](BytesView key, BytesView entry) {
      all.emplace_back(key, entry);
      return true;
    }).ok());
    return all;
  }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

} // namespace

TEST_CASE("db compare: ledgers with one history are equal, whatever of it is pruned",
          "[tool][database]") {
  Grown first(6);
  Grown second(6);
  const std::uint64_t head = first.store().head()->height;
  auto found = tool::compare_stores(first.store(), second.store(), 10, kIgnored);
  REQUIRE(found.ok());
  CHECK(found->equal());
  CHECK(found->common == std::pair<std::uint64_t, std::uint64_t>(0, head));
  CHECK(found->state_height == head);
  CHECK(found->entries == first.entries(head).size());
  REQUIRE(second.store().prune(3).ok());
  found = tool::compare_stores(first.store(), second.store(), 10, kIgnored);
  REQUIRE(found.ok());
  CHECK(found->equal());
  CHECK(found->common->first == 3);
  Grown longer(9);
  found = tool::compare_stores(longer.store(), second.store(), 10, kIgnored);
  REQUIRE(found.ok());
  CHECK(found->equal());
  CHECK(found->common->second == head);
}

TEST_CASE("db compare: the first height that differs is named, with the keys that do",
          "[tool][database]") {
  Grown first(4);
  Grown second(4);
  const std::uint64_t common = first.store().head()->height;
  first.world.submit("x", {"alice"}, "mint alice 5");
  second.world.submit("x", {"alice"}, "mint alice 6");
  first.world.submit("y", {"alice"}, "mint bob 1");
  second.world.submit("y", {"alice"}, "mint bob 1");
  const auto found = tool::compare_stores(first.store(), second.store(), 100, kIgnored);
  REQUIRE(found.ok());
  CHECK_FALSE(found->equal());
  REQUIRE(found->first_difference == common + 1);
  CHECK(found->state_roots_differ);
  CHECK(found->state_height == common + 1);
  std::map<Bytes, Bytes> left;
  for (const auto& [key, entry] : first.entries(common + 1))
    left[key] = entry;
  std::map<Bytes, Bytes> right;
  for (const auto& [key, entry] : second.entries(common + 1))
    right[key] = entry;
  std::map<Bytes, tool::KeyDifference::Kind> expected;
  using Kind = tool::KeyDifference::Kind;
  for (const auto& [key, entry] : left) {
    if (!right.contains(key))
      expected[key] = Kind::kOnlyFirst;
    else if (right[key] != entry)
      expected[key] = Kind::kOtherEntry;
  }
  for (const auto& [key, entry] : right) {
    if (!left.contains(key))
      expected[key] = Kind::kOnlySecond;
  }
  REQUIRE_FALSE(expected.empty());
  CHECK(found->different_keys == expected.size());
  std::map<Bytes, Kind> named;
  for (const tool::KeyDifference& key : found->keys)
    named[key.key] = key.kind;
  CHECK(named == expected);
  const auto cut = tool::compare_stores(first.store(), second.store(), 1, kIgnored);
  CHECK(cut->keys.size() == 1);
  CHECK(cut->different_keys == expected.size());
}

TEST_CASE("db compare: without a block in common nothing is said", "[tool][database]") {
  Grown first(8);
  Grown second(0);
  REQUIRE(first.store().prune(second.store().head()->height + 1).ok());
  const auto found = tool::compare_stores(first.store(), second.store(), 10, kIgnored);
  REQUIRE(found.ok());
  CHECK_FALSE(found->common);
  CHECK_FALSE(found->equal());
}

TEST_CASE("db export-state: lines of JSON from which the root can be computed",
          "[tool][database]") {
  Grown grown(5);
  const plugin::StoreHead head = grown.store().head().value();
  for (const std::uint64_t height : {head.height, head.height - 3}) {
    std::ostringstream out;
    const auto report = tool::export_state(grown.store(), Hash(), height,
                                           tool::StateFormat::kJsonLines, out, kIgnored);
    REQUIRE(report.ok());
    const auto lines = lines_of(out.str());
    const Json first = Json::parse(lines.at(0));
    CHECK(first["height"] == std::to_string(height));
    CHECK(first["state_root"] == to_hex(report->state_root.view()));
    std::map<Bytes, Bytes> expected;
    for (const auto& [key, entry] : grown.entries(height))
      expected[key] = entry;
    std::vector<merkle::RangeLeaf> leaves;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const Json line = Json::parse(lines[i]);
      leaves.push_back({hash_from_hex(line["key_hash"].get<std::string>()).value(),
                        hash_from_hex(line["value_hash"].get<std::string>()).value()});
      CHECK(line.contains("value"));
    }
    CHECK(report->entries == expected.size());
    REQUIRE(leaves.size() == expected.size());
    CHECK(merkle::subtree_root(leaves, 0) == report->state_root);
  }
}

TEST_CASE("db export-state: ranges that hold under the root, and cover everything",
          "[tool][database]") {
  Grown grown(5);
  const plugin::StoreHead head = grown.store().head().value();
  std::ostringstream out;
  const auto report =
      tool::export_state(grown.store(), crypto::sha256("chain"), plugin::kHeadHeight,
                         tool::StateFormat::kRanges, out, kIgnored);
  REQUIRE(report.ok());
  CHECK(report->state_root == head.state_root);
  const std::string file = out.str();
  Reader reader(file);
  BytesView magic;
  Hash chain;
  std::uint64_t height = 0;
  Hash root;
  REQUIRE((reader.take(14, magic) && reader.hash(chain) && reader.be64(height) &&
           reader.hash(root)));
  CHECK(magic == "TENON STATE 1\n");
  CHECK(chain == crypto::sha256("chain"));
  CHECK(height == head.height);
  CHECK(root == head.state_root);
  std::uint64_t entries = 0;
  std::optional<Hash> next = Hash();
  while (!reader.empty()) {
    std::uint32_t size = 0;
    BytesView bytes;
    REQUIRE((reader.be32(size) && reader.take(size, bytes)));
    const auto range = merkle::decode_snapshot_range(bytes).value();
    CHECK(range.span.first == next);
    CHECK(merkle::verify_snapshot_range(range, root).ok());
    entries += range.entries.size();
    next = merkle::next_hash(range.span.last);
  }
  CHECK_FALSE(next);
  CHECK(entries == grown.entries(head.height).size());
  CHECK(entries == report->entries);
}

TEST_CASE("db inspect: a key with its proof and every version of it", "[tool][database]") {
  Grown grown(5);
  const std::uint64_t head = grown.store().head()->height;
  std::size_t looked_at = 0;
  for (const auto& [key, entry] : grown.entries(head)) {
    const auto found = tool::inspect_key(grown.store(), key);
    REQUIRE(found.ok());
    CHECK((*found)["present"] == true);
    std::vector<std::uint64_t> expected; // heights at which the entry became another one
    std::optional<Bytes> before;
    for (std::uint64_t height = 0; height <= head; ++height) {
      const auto now =
          grown.store().snapshot(height).value()->get(plugin::KeyClass::kState, key).value();
      if (now != before)
        expected.insert(expected.begin(), height);
      before = now;
    }
    std::vector<std::uint64_t> told;
    for (const Json& version : (*found)["versions"])
      told.push_back(parse_u64(version["height"].get<std::string>()).value());
    // A block may write what was there before.
    for (const std::uint64_t height : expected)
      CHECK(std::find(told.begin(), told.end(), height) != told.end());
    CHECK(std::is_sorted(told.rbegin(), told.rend()));
    ++looked_at;
  }
  CHECK(looked_at > 5);
  const auto absent = tool::inspect_key(grown.store(), "no such key");
  REQUIRE(absent.ok());
  CHECK((*absent)["present"] == false);
  CHECK((*absent)["versions"].empty());
}

TEST_CASE("db inspect: a block with its transactions, outcomes and changes",
          "[tool][database]") {
  Grown grown(3);
  const std::uint64_t head = grown.store().head()->height;
  const auto block = tool::inspect_block(grown.store(), head);
  REQUIRE(block.ok());
  CHECK((*block)["result"]["state_root"] ==
        to_hex(grown.store().head()->state_root.view()));
  REQUIRE((*block)["transactions"].size() == 1);
  const Json& transaction = (*block)["transactions"][0];
  CHECK(transaction["code"] == "OK");
  CHECK(transaction["engine"] == "script");
  CHECK(transaction["act_as"] == Json({"alice"}));
  std::set<std::string> changed;
  for (const Json& change : (*block)["changes"])
    changed.insert(change["key_hash"].get<std::string>());
  std::map<Bytes, Bytes> before;
  for (const auto& [key, entry] : grown.entries(head - 1))
    before[key] = entry;
  std::size_t different = 0;
  for (const auto& [key, entry] : grown.entries(head)) {
    if (before[key] == entry)
      continue;
    ++different;
    CHECK(changed.contains(to_hex(crypto::sha256(key).view())));
  }
  CHECK(different > 0);
  CHECK(tool::inspect_block(grown.store(), head + 1).status().code() != Code::kOk);
}

TEST_CASE("db prove: one by one and together, presence and absence", "[tool][database]") {
  Grown grown(5);
  const plugin::StoreHead head = grown.store().head().value();
  const Bytes present = grown.entries(head.height).back().first;
  const std::vector<Bytes> keys = {present, "no such key"};
  const Json native =
      tool::prove_keys(grown.store(), keys, plugin::kHeadHeight, tool::ProofFormat::kNative)
          .value();
  CHECK(native["state_root"] == to_hex(head.state_root.view()));
  std::vector<merkle::KeyClaim> claims;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Json& key = native["keys"][i];
    CHECK(key["present"] == (i == 0));
    const auto value_hash = key["value_hash"].is_null()
                                ? std::nullopt
                                : hash_from_hex(key["value_hash"].get<std::string>());
    const auto proof =
        merkle::decode_proof(from_base64(key["proof"].get<std::string>()).value()).value();
    claims.push_back({crypto::sha256(keys[i]), value_hash});
    CHECK(merkle::verify_proof(proof, head.state_root, claims[i].key_hash, value_hash).ok());
  }
  const Json together =
      tool::prove_keys(grown.store(), keys, head.height, tool::ProofFormat::kMulti).value();
  const auto proof =
      merkle::decode_multi_proof(from_base64(together["proof"].get<std::string>()).value());
  if (claims[1].key_hash < claims[0].key_hash)
    std::swap(claims[0], claims[1]);
  CHECK(merkle::verify_multi_proof(proof.value(), head.state_root, claims).ok());
  const std::vector<Bytes> one = {present};
  const Json other = tool::prove_keys(grown.store(), one, head.height - 2,
                                      tool::ProofFormat::kIcs23)
                         .value();
  CHECK(from_base64(other["keys"][0]["proof"].get<std::string>())->size() > 100);
  // There is no such form for what is absent.
  CHECK_FALSE(
      tool::prove_keys(grown.store(), keys, head.height, tool::ProofFormat::kIcs23).ok());
}
