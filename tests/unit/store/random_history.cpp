#include "unit/store/random_history.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/store_model.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kMaxWrites = 60;   // of one block
constexpr std::uint64_t kLookEvery = 24; // blocks; a look at everything takes a while

// Keys that lie next to each other among many: their hashes share what many hashes must.
std::vector<Bytes> neighbours(std::size_t count) {
  constexpr std::size_t kCandidates = 1u << 17;
  std::vector<std::pair<Hash, std::uint32_t>> hashes;
  for (std::uint32_t i = 0; i < kCandidates; ++i)
    hashes.emplace_back(crypto::sha256("key " + std::to_string(i)), i);
  std::sort(hashes.begin(), hashes.end());
  std::vector<std::pair<std::uint64_t, std::size_t>> gaps; // by how near the two are
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    gaps.emplace_back(read_be64(hashes[i].first.view()) - read_be64(hashes[i - 1].first.view()),
                      i);
  }
  std::sort(gaps.begin(), gaps.end());
  std::vector<Bytes> keys;
  for (std::size_t i = 0; keys.size() < count; ++i) {
    for (const std::size_t place : {gaps[i].second - 1, gaps[i].second})
      keys.push_back("key " + std::to_string(hashes[place].second));
  }
  return keys;
}

std::vector<Bytes> keys_of(Distribution distribution) {
  if (distribution == Distribution::kSharedPrefixes)
    return neighbours(200);
  std::vector<Bytes> keys;
  const std::size_t count = distribution == Distribution::kFewKeys ? 8 : 3000;
  for (std::size_t i = 0; i < count; ++i)
    keys.push_back("key " + std::to_string(i));
  return keys;
}

class Historian {
public:
  Historian(const OpenStore& open, Distribution distribution, unsigned seed)
      : open_(open), removals_in_ten_(distribution == Distribution::kMostlyRemovals ? 7 : 3),
        keys_(keys_of(distribution)), random_(seed) {}

  [[nodiscard]] Status begin() { return restart(); }
  // One block, and what may come with it; how many operations it had.
  [[nodiscard]] Result<std::size_t> step() {
    TENON_RETURN_IF_ERROR(maybe_give_up_stages());
    const testkit::ModelBlock block = random_block();
    TENON_ASSIGN_OR_RETURN(const auto roots, testkit::commit_block(*store_, height_, block));
    for (const auto& [key, value] : block.state) {
      history_.script += value ? "put " + to_hex(key) + " " + to_hex(*value) + "\n"
                               : "del " + to_hex(key) + "\n";
      if (value)
        entries_[key] = *value;
      else
        entries_.erase(key);
    }
    history_.script += "commit\n";
    history_.answers.push_back(to_hex(roots.state_root.view()));
    ++height_;
    TENON_RETURN_IF_ERROR(prove_some());
    if (one_in(20))
      TENON_RETURN_IF_ERROR(store_->prune(height_ - 1 - random_() % std::min(height_, kLookEvery)));
    if (one_in(20))
      TENON_RETURN_IF_ERROR(restart());
    if (height_ % kLookEvery == 0)
      TENON_RETURN_IF_ERROR(look_at_everything(roots.state_root));
    return block.state.size();
  }
  [[nodiscard]] History told() && { return std::move(history_); }

private:
  [[nodiscard]] bool one_in(unsigned chances) { return random_() % chances == 0; }
  [[nodiscard]] const Bytes& some_key() { return keys_[random_() % keys_.size()]; }

  [[nodiscard]] testkit::ModelBlock random_block() {
    testkit::ModelBlock block;
    for (auto i = 1 + random_() % kMaxWrites; i > 0; --i) {
      block.state[some_key()] = random_() % 10 < removals_in_ten_
                                    ? std::nullopt
                                    : std::optional("value " + std::to_string(random_()));
    }
    return block;
  }

  [[nodiscard]] Status restart() {
    store_.reset();
    TENON_ASSIGN_OR_RETURN(store_, open_());
    return {};
  }

  // Of two stages on each other the lower one is let go of first.
  [[nodiscard]] Status maybe_give_up_stages() {
    if (!one_in(4))
      return {};
    TENON_ASSIGN_OR_RETURN(auto lower, store_->stage(nullptr, random_block().writes()));
    TENON_ASSIGN_OR_RETURN(const auto upper, store_->stage(lower.get(), random_block().writes()));
    lower.reset();
    return upper->snapshot().status();
  }

  [[nodiscard]] Status prove_some() {
    TENON_ASSIGN_OR_RETURN(const auto view, store_->snapshot(plugin::kHeadHeight));
    const BytesView keys[] = {some_key(), "no such key"};
    TENON_ASSIGN_OR_RETURN(const auto proofs, view->prove(keys));
    for (std::size_t i = 0; i < std::size(keys); ++i) {
      history_.script += "prove " + to_hex(keys[i]) + "\n";
      history_.answers.push_back(to_hex(proofs[i]));
    }
    return {};
  }

  [[nodiscard]] Status look_at_everything(const Hash& root) {
    TENON_ASSIGN_OR_RETURN(const auto view, store_->snapshot(plugin::kHeadHeight));
    TENON_RETURN_IF_ERROR(
        testkit::expect_entries(*view, plugin::KeyClass::kState, entries_)
            .with_context("after block " + std::to_string(height_ - 1)));
    if (testkit::StoreModel::state_root(entries_) == root)
      return {};
    return failed_precondition("the root of block " + std::to_string(height_ - 1) +
                               " is not that of the definition");
  }

  const OpenStore& open_;
  std::size_t removals_in_ten_;
  std::vector<Bytes> keys_;
  std::mt19937 random_;
  std::unique_ptr<plugin::Store> store_;
  std::uint64_t height_ = 0;
  testkit::StoreModel::Entries entries_;
  History history_;
};

} // namespace

Result<History> live_through(const OpenStore& open, Distribution distribution, unsigned seed,
                             std::size_t operations) {
  Historian historian(open, distribution, seed);
  TENON_RETURN_IF_ERROR(historian.begin());
  for (std::size_t done = 0; done < operations;) {
    TENON_ASSIGN_OR_RETURN(const std::size_t more, historian.step());
    done += more;
  }
  return std::move(historian).told();
}

} // namespace tenon::store
