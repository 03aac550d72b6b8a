// The index of active contracts.
#include <catch2/catch.hpp>

#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

TEST_CASE("daml engine: the index that a state gives is the one that its transactions wrote",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  std::vector<json> ious;
  for (int i = 0; i < 20; ++i)
    ious.push_back(
        world.accepted({"bank"}, create_iou("bank", i % 3 == 0 ? "alice" : "bob", i))["result"]);
  for (int i = 0; i < 20; i += 4)
    world.accepted({"bank"}, exercise("#tenon-iou:Iou:Iou", ious[static_cast<std::size_t>(i)],
                                      "Archive"));
  testkit::MemoryState::Entries derived;
  for (const auto& [key, entry] : world.state().entries()) {
    const auto writes = world.engine().index_of(key, entry.value);
    REQUIRE(writes.ok());
    for (const plugin::EngineWrite& write : *writes) {
      CHECK(write.key_class == plugin::KeyClass::kIndex);
      derived[write.key] = {*write.value, {}};
    }
  }
  CHECK(derived.size() == 30);
  CHECK(std::equal(derived.begin(), derived.end(), world.state().index().begin(),
                   world.state().index().end(), [](const auto& left, const auto& right) {
                     return left.first == right.first && left.second.value == right.second.value;
                   }));
}

} // namespace
} // namespace tenon::daml::engine::test
