#include "pipeline/recent_blocks.hpp"

#include <catch2/catch.hpp>

using namespace tenon;
using namespace tenon::host::pipeline;

namespace {

Bytes block_of(std::uint64_t height, const std::string& client, std::size_t padding = 0) {
  v1::BlockHeader header;
  header.set_height(height);
  v1::TransactionBatch batch;
  batch.set_client(client);
  batch.add_transactions(std::string(padding, '.'));
  v1::Block block;
  block.set_header(header.SerializeAsString());
  block.mutable_body()->add_batches(batch.SerializeAsString());
  return block.SerializeAsString();
}

} // namespace

TEST_CASE("recent blocks: the same bytes are taken apart once", "[pipeline]") {
  RecentBlocks blocks;
  const auto first = blocks.decode(block_of(1, "a"));
  REQUIRE(first.ok());
  CHECK((*first)->header.height() == 1);
  CHECK(*blocks.decode(block_of(1, "a")) == *first);
  CHECK(*blocks.decode(block_of(2, "a")) != *first);
}

TEST_CASE("recent blocks: another body under the same header is another block", "[pipeline]") {
  RecentBlocks blocks;
  const auto first = blocks.decode(block_of(1, "a"));
  const auto other = blocks.decode(block_of(1, "b"));
  REQUIRE(first.ok());
  REQUIRE(other.ok());
  CHECK((*first)->id == (*other)->id);
  CHECK((*other)->batches[0].message.client() == "b");
  blocks.root_is_right(**first);
  CHECK(blocks.has_right_root(**first));
  CHECK_FALSE(blocks.has_right_root(**other));
}

TEST_CASE("recent blocks: the root of what was built here needs no check, of these bytes alone",
          "[pipeline]") {
  RecentBlocks blocks;
  blocks.add_own(block_of(1, "a"));
  const auto own = blocks.decode(block_of(1, "a"));
  const auto other = blocks.decode(block_of(1, "b"));
  REQUIRE(own.ok());
  REQUIRE(other.ok());
  CHECK(blocks.has_right_root(**own));
  CHECK(*blocks.decode(block_of(1, "a")) == *own);
  CHECK_FALSE(blocks.has_right_root(**other));
}

TEST_CASE("recent blocks: bytes that no reader knows are no part of a body", "[pipeline]") {
  RecentBlocks blocks;
  const auto block = blocks.decode(block_of(1, "a"));
  const auto padded = blocks.decode(block_of(1, "a") + "\x12\x02\x78\x01"); // field 15 of the body
  REQUIRE(block.ok());
  REQUIRE(padded.ok());
  CHECK((*padded)->body_bytes == (*block)->body_bytes);
}

TEST_CASE("recent blocks: what is no block is not kept, and what is old is let go of",
          "[pipeline]") {
  RecentBlocks blocks;
  CHECK(blocks.decode("no block").status().code() == Code::kInvalidArgument);
  const auto first = blocks.decode(block_of(1, "a"));
  REQUIRE(first.ok());
  blocks.root_is_right(**first);
  SECTION("by their number") {
    for (std::uint64_t height = 2; height < 40; ++height)
      REQUIRE(blocks.decode(block_of(height, "a")).ok());
  }
  SECTION("by their size") {
    for (std::uint64_t height = 2; height < 8; ++height)
      REQUIRE(blocks.decode(block_of(height, "a", 4u << 20)).ok());
  }
  CHECK_FALSE(blocks.has_right_root(**first));
  CHECK(*blocks.decode(block_of(1, "a")) != *first);
}
