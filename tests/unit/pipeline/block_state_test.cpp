#include <catch2/catch.hpp>

#include "pipeline/block_state.hpp"

using namespace tenon;
using host::pipeline::BlockState;
using plugin::KeyClass;

namespace {

constexpr std::uint64_t kNowUs = 1'000;

// One committed state that counts how often it is asked.
class CountingSnapshot final : public plugin::StoreSnapshot {
public:
  void put(const Bytes& key, BytesView value, std::uint64_t expires_at_us = 0) {
    entries_[key] = merkle::encode_entry({Hash{}, expires_at_us, {}, value});
  }
  [[nodiscard]] Result<std::optional<Bytes>> get(KeyClass, BytesView key) const override {
    ++asked;
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::optional<Bytes>() : std::optional<Bytes>(found->second);
  }
  [[nodiscard]] Status scan(KeyClass, BytesView, BytesView, plugin::ScanVisitor) const override {
    return {};
  }
  [[nodiscard]] Result<std::vector<Bytes>> prove(std::span<const BytesView>) const override {
    return std::vector<Bytes>();
  }
  [[nodiscard]] Result<Bytes> export_range(const Hash&, std::uint64_t) const override {
    return Bytes();
  }

  mutable int asked = 0;

private:
  std::map<Bytes, Bytes, std::less<>> entries_;
};

std::optional<Bytes> value_of(const BlockState& state, BytesView key) {
  auto value = state.value(key);
  REQUIRE(value.ok());
  return *std::move(value);
}

} // namespace

TEST_CASE("block state: an entry that several transactions read is asked of the store once",
          "[pipeline][block_state]") {
  const auto before = std::make_shared<CountingSnapshot>();
  before->put("contract", "code");
  const BlockState state(before, kNowUs);
  for (int i = 0; i < 3; ++i)
    CHECK(value_of(state, "contract") == "code");
  CHECK(state.entry("contract")->has_value());
  CHECK(before->asked == 1);
}

TEST_CASE("block state: a write takes the place of what was read before it",
          "[pipeline][block_state]") {
  const auto before = std::make_shared<CountingSnapshot>();
  before->put("balance", "1");
  BlockState state(before, kNowUs);
  CHECK(value_of(state, "balance") == "1");
  state.put("balance", {Hash{}, 0, {}, "2"});
  CHECK(value_of(state, "balance") == "2");
  state.remove("balance");
  CHECK(value_of(state, "balance") == std::nullopt);
}

TEST_CASE("block state: an expired entry is absent each time it is read",
          "[pipeline][block_state]") {
  const auto before = std::make_shared<CountingSnapshot>();
  before->put("offer", "old", kNowUs);
  before->put("order", "open", kNowUs + 1);
  const BlockState state(before, kNowUs);
  for (int i = 0; i < 2; ++i) {
    CHECK(value_of(state, "offer") == std::nullopt);
    CHECK(value_of(state, "order") == "open");
  }
}

TEST_CASE("block state: however much a block reads, it keeps little and answers right",
          "[pipeline][block_state]") {
  constexpr int kMany = 3'000;
  const auto before = std::make_shared<CountingSnapshot>();
  const Bytes large(100'000, 'x');
  before->put("large", large);
  for (int i = 0; i < kMany; ++i)
    before->put("key" + std::to_string(i), std::to_string(i));
  const BlockState state(before, kNowUs);
  for (int i = 0; i < kMany; ++i)
    CHECK(value_of(state, "key" + std::to_string(i)) == std::to_string(i));
  before->asked = 0;
  for (int i = 0; i < 2; ++i) {
    CHECK(value_of(state, "large") == large);
    CHECK(value_of(state, "key" + std::to_string(kMany - 1)) == std::to_string(kMany - 1));
  }
  CHECK(before->asked == 4);
}
