#include <catch2/catch.hpp>

#include "common/memory_backend.hpp"
#include "common/store_core.hpp"
#include "tenon/merkle/snapshot_range.hpp"
#include "tenon/testkit/store_model.hpp"

using namespace tenon;
using namespace tenon::store;

TEST_CASE("range export: entries too large to be read together are all given, within the limit",
          "[store][transfer]") {
  constexpr std::size_t kEntries = 24;
  constexpr std::size_t kEntryBytes = 1u << 20;
  constexpr std::size_t kRangeBytes = 3 * kEntryBytes;
  testkit::ModelBlock block;
  for (std::size_t i = 0; i < kEntries; ++i)
    block.state["key " + std::to_string(i)] = Bytes(kEntryBytes, static_cast<char>(i));
  const auto store = StoreCore::open(std::make_unique<MemoryBackend>(), {}).value();
  const auto roots = testkit::commit_block(*store, 0, block);
  REQUIRE(roots.ok());
  const auto view = store->snapshot(plugin::kHeadHeight).value();
  std::size_t found = 0;
  for (std::optional<Hash> first = Hash(); first;) {
    const auto encoded = view->export_range(*first, kRangeBytes);
    REQUIRE(encoded.ok());
    CHECK(encoded->size() < kRangeBytes + 10'000);
    const auto range = merkle::decode_snapshot_range(*encoded);
    REQUIRE(range.ok());
    REQUIRE(merkle::verify_snapshot_range(*range, roots->state_root).ok());
    found += range->entries.size();
    first = merkle::next_hash(range->span.last);
  }
  CHECK(found == kEntries);
}
