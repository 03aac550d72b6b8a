#include "common/tree/version.hpp"

#include <catch2/catch.hpp>
#include <malloc.h>

#include <deque>
#include <random>
#include <thread>

#include "common/tree/tree.hpp"
#include "tenon/crypto/sha256.hpp"
#include "unit/store/known_tree.hpp"
#include "unit/store/map_source.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

class World {
public:
  explicit World(unsigned seed) : random_(seed) {
    for (int i = 0; i < 200; ++i)
      keys_.push_back(crypto::sha256(std::to_string(i)));
  }

  Known next_of(const Known& base, std::vector<Path>* removed = nullptr) {
    std::map<Hash, std::optional<Hash>> changes;
    for (auto i = pick(25); i > 0; --i) {
      changes[keys_[pick(keys_.size())]] =
          pick(3) == 0 ? std::nullopt : std::optional(crypto::sha256(std::to_string(random_())));
    }
    Known result = base;
    std::vector<TreeChange> list;
    for (const auto& [key, value] : changes) {
      list.push_back({key, value, std::nullopt});
      if (value)
        result.leaves[key] = *value;
      else
        result.leaves.erase(key);
    }
    std::vector<Path> ignored;
    result.tree = base.tree.apply(list, removed != nullptr ? *removed : ignored).value();
    return result;
  }
  std::size_t pick(std::size_t below) { return random_() % below; }

private:
  std::mt19937 random_;
  std::vector<Hash> keys_;
};

} // namespace

TEST_CASE("versions: whoever holds a tree has all of it, whatever is let go of in whatever order",
          "[store][tree]") {
  for (unsigned seed = 0; seed < 8; ++seed) {
    World world(seed);
    Known head;
    std::vector<Known> held;  // by views, for a while
    std::deque<Known> stages; // upon each other, upon the head
    for (int step = 0; step < 600; ++step) {
      switch (world.pick(8)) {
      case 0:
      case 1:
      case 2: // stage one more
        if (stages.size() < 16)
          stages.push_back(world.next_of(stages.empty() ? head : stages.back()));
        break;
      case 3:
      case 4: // commit the oldest
        if (!stages.empty()) {
          stages.front().tree.settle();
          head = stages.front();
          stages.pop_front();
        }
        break;
      case 5: // a rival of the stages, which is lost, with one that stands on it
        held.push_back(world.next_of(world.next_of(head)));
        break;
      case 6: // a view of the head, or of a stage
        held.push_back(stages.empty() ? head : stages[world.pick(stages.size())]);
        break;
      default: // let go of something
        if (!held.empty()) {
          std::swap(held[world.pick(held.size())], held.back());
          held.pop_back();
        }
        if (world.pick(40) == 0)
          stages.clear(); // the branch was abandoned
      }
      if (!held.empty())
        held[world.pick(held.size())].check();
      head.check();
      if (!stages.empty())
        stages.back().check();
    }
  }
}

TEST_CASE("versions: trees on pages from disk share what one of them loads", "[store][tree]") {
  World world(7);
  Known head;
  MapSource disk;
  std::vector<Path> removed;
  const auto flush = [&] {
    for (const Path& path : removed)
      disk.pages.erase(encode_path(path));
    removed.clear();
    head.tree.visit_unwritten([&](const Path& path, const Page& page) {
      disk.pages[encode_path(path)] = page.encode();
      page.mark_persisted(1);
    });
  };
  for (int i = 0; i < 40; ++i) {
    head = world.next_of(head, &removed);
    head.tree.settle();
  }
  flush();
  for (int round = 0; round < 30; ++round) {
    head.tree = Tree(borrowed(disk), head.tree.root()); // a restart
    std::vector<Known> older;
    for (int block = 0; block < 20; ++block) {
      older.push_back(head);
      head = world.next_of(head, &removed);
      head.tree.settle();
      if (world.pick(4) == 0)
        flush();
      if (world.pick(3) == 0)
        older.erase(older.begin() + static_cast<std::ptrdiff_t>(world.pick(older.size())));
    }
    // A page that was overwritten had been loaded, for all who share it.
    for (const Known& known : older) {
      known.check();
      for (const auto& [key, value] : known.leaves)
        REQUIRE(known.tree.find(key).value() == value);
    }
    flush();
  }
}

TEST_CASE("versions: an old one in use keeps nothing of what came and went after it",
          "[store][tree]") {
  World world(5);
  Known head;
  const auto commit = [&](int blocks) {
    for (int i = 0; i < blocks; ++i) {
      head = world.next_of(head);
      head.tree.settle();
    }
  };
  commit(50);
  std::vector<Known> held;
  for (int i = 0; i < 3; ++i) {
    held.push_back(head);
    commit(20);
  }
  const std::size_t before = mallinfo2().uordblks; // 0 where the allocator is another one
  commit(3000);
  const std::size_t after = mallinfo2().uordblks;
  CHECK(after < before + (1u << 20)); // of some 50 MiB that came and went
  for (const Known& known : held)
    known.check();
}

TEST_CASE("versions: a long line is let go of without nesting", "[store][tree]") {
  World world(3);
  Known first;
  first = world.next_of(first);
  Known head = first;
  first.tree.settle();
  for (int i = 0; i < 50'000; ++i) {
    const Hash key = crypto::sha256(std::to_string(i % 50));
    std::vector<TreeChange> change = {{key, crypto::sha256(std::to_string(i)), std::nullopt}};
    std::vector<Path> removed;
    head.tree = head.tree.apply(change, removed).value();
    head.tree.settle();
  }
  const Hash root = head.tree.root_hash();
  first = Known(); // the oldest holds all that came after it
  CHECK(head.tree.root_hash() == root);
  Known branch = head;
  for (int i = 0; i < 50'000; ++i) { // and what never joins holds all that it stands on
    std::vector<TreeChange> change = {
        {crypto::sha256("x"), crypto::sha256(std::to_string(i)), std::nullopt}};
    std::vector<Path> removed;
    branch.tree = branch.tree.apply(change, removed).value();
  }
  branch = Known();
  CHECK(head.tree.root_hash() == root);
}

TEST_CASE("versions: threads read and let go of trees while others are made", "[store][tree]") {
  World world(11);
  Known head;
  for (int i = 0; i < 20; ++i) {
    head = world.next_of(head);
    head.tree.settle();
  }
  std::vector<std::thread> readers;
  for (int i = 0; i < 300; ++i) {
    readers.emplace_back([known = head] {
      for (const auto& [key, value] : known.leaves) {
        if (known.tree.find(key).value() != value)
          std::abort();
      }
    });
    head = world.next_of(head);
    head.tree.settle();
    if (readers.size() > 4) {
      readers.front().join();
      readers.erase(readers.begin());
    }
  }
  for (std::thread& reader : readers)
    reader.join();
  head.check();
}
