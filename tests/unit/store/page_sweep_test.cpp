#include "common/tree/page_sweep.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <random>
#include <utility>

#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/full_run.hpp"
#include "unit/store/known_tree.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

using Pages = std::map<Bytes, Bytes>; // by encoded path

// The disk as one flush has left it.
class DiskView final : public PageSource {
public:
  DiskView(std::shared_ptr<PageMemory> memory, std::shared_ptr<const Pages> pages,
           std::uint32_t flush)
      : PageSource(std::move(memory)), pages_(std::move(pages)), flush_(flush) {}
  [[nodiscard]] Result<Bytes> load_page(const Path& path) const override {
    const auto found = pages_->find(encode_path(path));
    return found == pages_->end() ? Result<Bytes>(data_loss("no such page"))
                                  : Result<Bytes>(found->second);
  }
  [[nodiscard]] std::uint32_t flush() const override { return flush_; }

private:
  std::shared_ptr<const Pages> pages_;
  std::uint32_t flush_;
};

// A store's use of its tree: stages upon each other, commits, flushes, views of any age.
class World {
public:
  World(unsigned seed, std::size_t keys, std::int64_t limit) : random_(seed) {
    memory->limit = limit;
    for (std::size_t i = 0; i < keys; ++i)
      keys_.push_back(crypto::sha256(std::to_string(i)));
    head.tree = Tree(source());
  }

  [[nodiscard]] Known staged_on(Known base, std::size_t changes, bool with_sweep = true) {
    std::map<Hash, std::optional<Hash>> wanted;
    for (std::size_t i = 0; i < changes; ++i) {
      wanted[some_key()] = pick(4) == 0 ? std::nullopt
                                        : std::optional(crypto::sha256(std::to_string(random_())));
    }
    std::vector<TreeChange> list;
    for (const auto& [key, value] : wanted) {
      list.push_back({key, value, std::nullopt});
      if (value)
        base.leaves[key] = *value;
      else
        base.leaves.erase(key);
    }
    std::vector<Path> gone;
    base.tree = base.tree.apply(list, gone, with_sweep ? &sweep_ : nullptr).value();
    removed_of_[base.tree.root_hash()] = gone;
    return base;
  }

  void commit(Known staged, bool flushed) {
    staged.tree.settle();
    const auto& gone = removed_of_[staged.tree.root_hash()];
    removed_.insert(removed_.end(), gone.begin(), gone.end());
    if (flushed)
      flush(staged.tree);
    head = {staged.tree.with_source(source()), std::move(staged.leaves)};
  }

  // The next block, upon the head.
  void advance(std::size_t changes, bool flushed) {
    commit(staged_on(std::exchange(head, {head.tree, {}}), changes), flushed);
  }

  [[nodiscard]] std::size_t pick(std::size_t below) { return random_() % below; }
  [[nodiscard]] const Hash& some_key() { return keys_[pick(keys_.size())]; }

  std::shared_ptr<PageMemory> memory = std::make_shared<PageMemory>();
  Known head;

private:
  [[nodiscard]] std::shared_ptr<const PageSource> source() const {
    return std::make_shared<DiskView>(memory, disk_, flushes_);
  }
  void flush(const Tree& tree) {
    auto pages = std::make_shared<Pages>(*disk_);
    for (const Path& path : removed_)
      pages->erase(encode_path(path));
    removed_.clear();
    ++flushes_;
    tree.visit_unwritten([&](const Path& path, const Page& page) {
      (*pages)[encode_path(path)] = page.encode();
      page.mark_persisted(flushes_);
    });
    disk_ = std::move(pages);
  }

  std::mt19937 random_;
  std::vector<Hash> keys_;
  std::shared_ptr<const Pages> disk_ = std::make_shared<Pages>();
  std::uint32_t flushes_ = 1;
  std::vector<Path> removed_;
  std::map<Hash, std::vector<Path>> removed_of_;
  PageSweep sweep_;
};

} // namespace

TEST_CASE("page sweep: whoever holds a tree has all of it, whatever leaves memory meanwhile",
          "[store][tree]") {
  std::uint64_t swept = 0;
  std::uint64_t loads = 0;
  for (unsigned seed = 0; seed < (testkit::full_run() ? 60u : 4u); ++seed) {
    World world(seed, seed % 2 == 0 ? 8'000 : 2'000, seed % 3 == 0 ? 0 : 150'000);
    world.commit(world.staged_on(world.head, 6'000), true);
    std::vector<Known> held;
    std::deque<Known> stages; // upon each other, upon the head
    for (int step = 0; step < 250; ++step) {
      switch (world.pick(9)) {
      case 0:
      case 1:
      case 2:
        if (stages.size() < 6)
          stages.push_back(world.staged_on(stages.empty() ? world.head : stages.back(),
                                           1 + world.pick(60)));
        break;
      case 3:
      case 4:
        if (!stages.empty()) {
          world.commit(stages.front(), world.pick(3) == 0);
          stages.pop_front();
        }
        break;
      case 5: // a rival of the stages, which is lost, with one that stands on it
        held.push_back(world.staged_on(world.staged_on(world.head, 20), 20));
        break;
      case 6: // an older tree worked out for a proof
        held.push_back(world.staged_on(held.empty() ? world.head : held.back(), 10, false));
        break;
      case 7:
        held.push_back(stages.empty() ? world.head : stages[world.pick(stages.size())]);
        break;
      default:
        if (!held.empty()) {
          std::swap(held[world.pick(held.size())], held.back());
          held.pop_back();
        }
        if (world.pick(20) == 0)
          stages.clear();
      }
      world.head.check(world.some_key());
      if (!held.empty())
        held[world.pick(held.size())].check(world.some_key());
      if (step % 30 == 0) {
        world.head.check();
        for (const Known& known : held)
          known.check();
      }
    }
    swept += world.memory->swept;
    loads += world.memory->loads;
  }
  CHECK(swept > 10'000);
  CHECK(loads > 10'000);
}

TEST_CASE("page sweep: the tree stays within its memory, and what is used stays in it",
          "[store][tree]") {
  World world(1, 40'000, INT64_MAX);
  world.commit(world.staged_on(world.head, 80'000), true);
  const std::int64_t whole = world.head.tree.size().in_memory;
  world.memory->limit = whole / 4;
  for (int block = 0; block < 250; ++block) {
    world.advance(50, block % 5 == 0);
    const std::int64_t used = world.head.tree.size().in_memory;
    if (block > 150)
      REQUIRE(used < whole / 4 + whole / 20);
  }
  world.head.check();
  // Reads alone do not go beyond it either, and find in memory what they ask for again and again.
  const Hash often = world.some_key();
  for (int i = 0; i < 10'000; ++i)
    world.head.check(world.some_key());
  CHECK(world.memory->used() < whole / 4 + whole / 20);
  std::uint64_t loads = 0;
  for (int block = 0; block < 100; ++block) {
    for (int i = 0; i < 3; ++i)
      world.head.check(often);
    world.advance(50, block % 5 == 0);
    const std::uint64_t before = world.memory->loads;
    world.head.check(often);
    loads += world.memory->loads - before;
  }
  CHECK(loads < 50);
}

TEST_CASE("page sweep: what the disk has and what is counted come to nothing once all is let go of",
          "[store][tree]") {
  World world(2, 5'000, 100'000);
  const std::shared_ptr<PageMemory> memory = world.memory;
  for (int block = 0; block < 100; ++block) {
    world.advance(100, block % 3 == 0);
    for (int i = 0; i < 10; ++i)
      world.head.check(world.some_key());
  }
  REQUIRE(memory->loads > 0);
  world.head = Known();
  CHECK(memory->loaded == 0);
}
