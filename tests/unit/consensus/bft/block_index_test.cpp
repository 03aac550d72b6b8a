#include <catch2/catch.hpp>

#include "consensus/bft/one_core.hpp"

using namespace tenon;
using namespace tenon::consensus::bft;

namespace {

Hash id_of(const std::string& name) {
  return crypto::sha256(name);
}

Block block(const std::string& name, const std::string& parent, Height height) {
  Block made;
  made.id = id_of(name);
  made.parent = id_of(parent);
  made.height = height;
  made.view = height;
  return made;
}

// root ── a ── b ── c, and a ── x.
BlockIndex tree() {
  BlockIndex index;
  index.reset(block("root", "before", 10));
  index.insert(block("a", "root", 11));
  index.insert(block("b", "a", 12));
  index.insert(block("c", "b", 13));
  index.insert(block("x", "a", 12));
  return index;
}

} // namespace

TEST_CASE("block index: a path goes from above the root to the block", "[bft][block_index]") {
  BlockIndex index = tree();
  const auto path = index.path(id_of("c"));
  REQUIRE(path.has_value());
  REQUIRE(path->size() == 3);
  CHECK((*path)[0]->id == id_of("a"));
  CHECK((*path)[2]->id == id_of("c"));
  CHECK(index.path(id_of("root"))->empty());
}

TEST_CASE("block index: there is no path over an unknown block", "[bft][block_index]") {
  BlockIndex index = tree();
  index.insert(block("e", "d", 15));
  CHECK_FALSE(index.path(id_of("e")).has_value());
  CHECK_FALSE(index.path(id_of("nobody")).has_value());
}

TEST_CASE("block index: a new root keeps what stands on it and drops the rest",
          "[bft][block_index]") {
  BlockIndex index = tree();
  index.find(id_of("x"))->execution = Block::Execution::kDone;
  const auto dropped = index.advance_root(id_of("b"));
  CHECK(index.root().id == id_of("b"));
  CHECK(dropped == std::vector<Hash>{id_of("x")}); // which the ledger has to be told of
  CHECK(index.find(id_of("a")) == nullptr);
  CHECK(index.find(id_of("x")) == nullptr);
  CHECK(index.find(id_of("c")) != nullptr);
}

TEST_CASE("block index: a block whose parent may still come stays", "[bft][block_index]") {
  BlockIndex index = tree();
  index.insert(block("e", "d", 15));
  CHECK(index.advance_root(id_of("b")).empty());
  CHECK(index.find(id_of("e")) != nullptr);
}

TEST_CASE("block index: the executed ancestor is the nearest one, or the root",
          "[bft][block_index]") {
  BlockIndex index = tree();
  CHECK(index.executed_ancestor(id_of("c"))->id == id_of("root"));
  index.find(id_of("a"))->execution = Block::Execution::kDone;
  index.find(id_of("b"))->execution = Block::Execution::kRunning;
  CHECK(index.executed_ancestor(id_of("c"))->id == id_of("a"));
}

TEST_CASE("block index: too many blocks lose the oldest that were never notarized",
          "[bft][block_index]") {
  BlockIndex index = tree();
  index.find(id_of("a"))->notarized = 11;
  index.find(id_of("b"))->execution = Block::Execution::kRunning;
  const auto dropped = index.shrink(2);
  CHECK(index.size() == 2);
  CHECK(index.find(id_of("a")) != nullptr);
  CHECK(index.find(id_of("c")) != nullptr);
  CHECK(dropped == std::vector<Hash>{id_of("b")});
  index.find(id_of("c"))->notarized = 13;
  CHECK(index.shrink(0).empty());
  CHECK(index.size() == 2);
}

TEST_CASE("block index: a message whose payload its header does not name is no block",
          "[bft][block_index]") {
  OneCore one;
  tenon::v1::Block made = one.block(2, "a");
  std::vector<Bytes> contents;
  const auto right = block_from_message(made.SerializeAsString(), &contents);
  REQUIRE(right.has_value());
  CHECK(right->id == crypto::sha256(made.header()));
  CHECK(right->batches == std::vector<Hash>{crypto::sha256(contents.at(0))});
  made.mutable_body()->add_batches(contents[0]);
  CHECK_FALSE(block_from_message(made.SerializeAsString(), nullptr).has_value());
  CHECK_FALSE(block_from_message("nonsense", nullptr).has_value());
}
