#include <catch2/catch.hpp>

#include "desk.hpp"
#include "model.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index::test {

namespace {

// A random history, its index and its model.
struct World {
  explicit World(std::uint64_t seed) : history(seed) {}

  void grow(std::uint64_t transactions) {
    for (std::uint64_t i = 0; i < transactions; ++i) {
      if (history.below(10) == 0) {
        offsets.push_back(desk.ledger.append_other());
        continue;
      }
      const Draft draft = history.next();
      offsets.push_back(desk.ledger.append(draft));
      model.add(offsets.back(), draft);
    }
  }
  std::uint64_t any_offset() { return offsets[history.below(offsets.size())] - history.below(2); }

  // Everything that can be asked after `pruned` is answered as the model does.
  void compare(std::uint64_t pruned) {
    for (int i = 0; i < 12; ++i) {
      const Interest interest = history.interest();
      const std::uint64_t after = std::max(pruned, history.below(3) == 0 ? 0 : any_offset());
      const std::uint64_t up_to = history.below(3) == 0 ? kForever : any_offset();
      const std::uint64_t items = 1 + history.below(20);
      for (const Shape shape : {Shape::kFlat, Shape::kTree}) {
        CHECK(desk.offsets(interest, shape, after, up_to, items) ==
              model.offsets(interest, shape, after, up_to));
      }
      const Parties parties = history.parties();
      CHECK(desk.completion_offsets("app1", parties, after, up_to, items) ==
            model.completions("app1", parties, after, up_to));
      const std::uint64_t at = std::max(pruned, any_offset());
      CHECK(desk.active(interest, at, items) == model.active(interest, at));
    }
    compare_contracts(pruned);
    for (const char key : {'a', 'b', 'c'})
      compare_key(std::string(32, key), history.parties().front(), pruned);
  }

  void compare_contracts(std::uint64_t pruned) {
    for (const Sample& sample : history.all_contracts()) {
      const auto [created, archived] = model.life_of(sample.id);
      const auto events = desk.index().contract_events(to_hex(sample.id));
      REQUIRE(events.ok());
      const bool gone = archived != 0 && archived <= pruned;
      CHECK(events->created.has_value() == (created != 0 && !gone));
      CHECK(events->archived.has_value() == (archived != 0 && !gone));
      if (!gone) {
        CHECK((events->created ? events->created->offset : 0) == created);
        CHECK(events->archived_at == archived);
      }
    }
  }

  void compare_key(const std::string& key, const std::string& party, std::uint64_t pruned) {
    std::optional<Position> before;
    for (;;) {
      const auto found = desk.index().key_events(key, {party}, before);
      REQUIRE(found.ok());
      std::optional<Position> expected = model.newest(key, party, before);
      if (pruned != 0 && !found->events.created)
        return; // those that are left out were archived before the pruned offset: see above
      CHECK(found->continue_before.has_value() == expected.has_value());
      if (!found->events.created || !expected)
        return;
      if (pruned == 0)
        CHECK(*found->continue_before == *expected);
      before = found->continue_before;
    }
  }

  Desk desk;
  RandomHistory history;
  Model model;
  std::vector<std::uint64_t> offsets;
};

} // namespace

TEST_CASE("index: it answers as a reader of the whole ledger would, also after restarts",
          "[daml_api][index]") {
  const auto seed = GENERATE(range(1, 13));
  World world(static_cast<std::uint64_t>(seed));
  Desk& desk = world.desk;
  // From a tail that holds nothing to one that holds all.
  desk.settings.tail_bytes = world.history.below(3) * 20'000;
  desk.settings.page_transactions = 1 + world.history.below(20);
  world.grow(1 + world.history.below(40));
  desk.open_and_catch_up();
  for (int round = 0; round < 3; ++round) {
    world.grow(1 + world.history.below(60));
    if (world.history.below(2) == 0)
      desk.close();
    desk.open_and_catch_up();
    world.compare(0);
  }
}

TEST_CASE("index: after pruning it answers for the rest as if nothing had happened",
          "[daml_api][index]") {
  const auto seed = GENERATE(range(20, 30));
  World world(static_cast<std::uint64_t>(seed));
  Desk& desk = world.desk;
  desk.settings.tail_bytes = world.history.below(2) * 1'000'000;
  world.grow(80);
  desk.open_and_catch_up();
  std::uint64_t pruned = 0;
  for (int round = 0; round < 3; ++round) {
    pruned = std::max(pruned, world.any_offset());
    REQUIRE(desk.index().prune(pruned, false).ok());
    world.compare(pruned); // some rows may still be there
    desk.wait_until_freed();
    world.compare(pruned);
    world.grow(20);
    if (round == 1)
      desk.close();
    desk.open_and_catch_up();
    world.compare(pruned);
  }
  // Archived contracts of nobody's interest any more have left nothing behind.
  const auto last = world.offsets.back();
  REQUIRE(desk.index().prune(last, false).ok());
  desk.wait_until_freed();
  const auto active = world.model.active(all_of({"p0", "p1", "p2", "p3"}), last);
  CHECK(desk.rows("events") == static_cast<std::int64_t>(active.size()));
  CHECK(desk.rows("contracts") == static_cast<std::int64_t>(active.size()));
  CHECK(desk.rows("archived") == 0);
  CHECK(desk.rows("postings") == 0);
  CHECK(desk.rows("completions") == 0);
  CHECK(desk.rows("transactions") == 0);
}

TEST_CASE("index: a process that dies at any page leaves an index that goes on from there",
          "[daml_api][index]") {
  World world(99);
  Desk& desk = world.desk;
  desk.settings.page_transactions = 7;
  world.grow(60);
  desk.ledger.show(0);
  REQUIRE(desk.open().ok());
  const std::filesystem::path original = desk.settings.directory;
  std::vector<std::filesystem::path> copies;
  for (std::uint64_t shown = 5; shown <= 60; shown += 11) {
    desk.ledger.show(shown);
    desk.catch_up(world.offsets[shown - 1]);
    copies.push_back(desk.folder.path() / ("copy" + std::to_string(shown)));
    desk.copy_files(copies.back());
  }
  desk.close();
  desk.ledger.show(UINT64_MAX);
  for (const std::filesystem::path& copy : copies) {
    desk.settings.directory = copy;
    desk.open_and_catch_up();
    world.compare(0);
    desk.close();
  }
}

} // namespace tenon::daml_api::index::test
