// Maps against a plain model, and what they keep to themselves.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>

#include "interpreter/map.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using Model = std::map<std::int64_t, std::int64_t>;

std::vector<std::pair<std::int64_t, std::int64_t>> entries_of(const Word& map) {
  std::vector<std::pair<std::int64_t, std::int64_t>> entries;
  MapIterator iterator(map.map);
  while (const MapNode* node = iterator.next())
    entries.emplace_back(node->key.integer, node->value.integer);
  return entries;
}

// The height, or 0 where the tree is not balanced or a height is wrong.
std::uint32_t checked_height(const MapNode* node, bool& sound) {
  if (node == nullptr)
    return 0;
  const std::uint32_t left = checked_height(node->left, sound);
  const std::uint32_t right = checked_height(node->right, sound);
  sound = sound && node->height == std::max(left, right) + 1 &&
          std::max(left, right) - std::min(left, right) <= 1;
  return node->height;
}

struct Fixture {
  Meter meter{1'000'000'000};
  Heap heap{meter, 1u << 30};
  Comparer comparer{meter};
  MapEditor editor{heap, comparer};
  Word empty = map_word(Kind::kGenMap, nullptr, 0);
};

TEST_CASE("maps: behave like a plain map, whatever is done", "[daml][interpreter][maps]") {
  Fixture f;
  std::mt19937 random(7);
  for (const std::int64_t range : {std::int64_t{8}, std::int64_t{200}, std::int64_t{100000}}) {
    Word map = f.empty;
    Model model;
    for (int i = 0; i < 3000; ++i) {
      const auto key = static_cast<std::int64_t>(random()) % range;
      if (random() % 3 != 0) {
        map = *f.editor.insert(map, int64_word(key), int64_word(i));
        model[key] = i;
      } else {
        map = *f.editor.remove(map, int64_word(key));
        model.erase(key);
      }
      const MapNode* const found = *f.editor.find(map.map, int64_word(key));
      REQUIRE((found != nullptr) == model.contains(key));
    }
    const auto entries = entries_of(map);
    CHECK(entries == std::vector<std::pair<std::int64_t, std::int64_t>>(model.begin(),
                                                                       model.end()));
    CHECK(map.size == model.size());
    bool sound = true;
    (void)checked_height(map.map, sound);
    CHECK(sound);
  }
}

TEST_CASE("maps: what was made before stays as it is", "[daml][interpreter][maps]") {
  Fixture f;
  std::vector<Word> versions{f.empty};
  for (std::int64_t i = 0; i < 200; ++i)
    versions.push_back(*f.editor.insert(versions.back(), int64_word(i * 37 % 200),
                                        int64_word(i)));
  for (std::int64_t i = 0; i < 200; ++i)
    (void)*f.editor.remove(versions.back(), int64_word(i));
  for (std::size_t i = 0; i < versions.size(); ++i) {
    CHECK(versions[i].size == i);
    CHECK(entries_of(versions[i]).size() == i);
  }
}

TEST_CASE("maps: one change costs the way to the root", "[daml][interpreter][maps]") {
  Fixture f;
  std::vector<MapEntry> entries;
  constexpr std::int64_t kMany = 100'000;
  for (std::int64_t i = 0; i < kMany; ++i)
    entries.push_back({int64_word(2 * i), int64_word(i)});
  const Word map = map_word(Kind::kGenMap, f.editor.build(entries), kMany);
  bool sound = true;
  CHECK(checked_height(map.map, sound) == 17);
  CHECK(sound);
  const std::uint64_t before = f.heap.used();
  const Word more = *f.editor.insert(map, int64_word(77'777), int64_word(0));
  CHECK(more.size == kMany + 1);
  CHECK(f.heap.used() - before < 25 * sizeof(MapNode));
  // Removing what is not there makes nothing.
  const std::uint64_t then = f.heap.used();
  CHECK(f.editor.remove(map, int64_word(1))->map == map.map);
  CHECK(f.heap.used() == then);
}

TEST_CASE("maps: the order of insertion does not matter to what they hold",
          "[daml][interpreter][maps]") {
  Fixture f;
  Word forwards = f.empty;
  Word backwards = f.empty;
  for (std::int64_t i = 0; i < 500; ++i) {
    forwards = *f.editor.insert(forwards, int64_word(i), int64_word(i));
    backwards = *f.editor.insert(backwards, int64_word(499 - i), int64_word(499 - i));
  }
  CHECK(entries_of(forwards) == entries_of(backwards));
  CHECK(*f.comparer.compare(forwards, backwards) == std::strong_ordering::equal);
  const Word fewer = *f.editor.remove(forwards, int64_word(499));
  CHECK(*f.comparer.compare(fewer, forwards) == std::strong_ordering::less);
  const Word other = *f.editor.insert(forwards, int64_word(0), int64_word(1));
  CHECK(*f.comparer.compare(other, forwards) == std::strong_ordering::greater);
}

} // namespace
} // namespace tenon::daml::interpreter::test
