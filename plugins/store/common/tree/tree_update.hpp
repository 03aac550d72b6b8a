// One update of the state tree: which pages change, worked out from the root downwards, then made
// and hashed from the deepest upwards, all of one depth side by side. One thread, used once.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "common/tree/page_forge.hpp"
#include "common/tree/page_sweep.hpp"
#include "common/tree/tree.hpp"

namespace tenon::store {

class TreeUpdate {
public:
  // `version`: the number of the one that is made.
  TreeUpdate(const PageSource* source, std::uint64_t version, std::vector<Path>& removed)
      : source_(source), version_(version), removed_(removed) {}
  ~TreeUpdate();
  TreeUpdate(const TreeUpdate&) = delete;
  TreeUpdate& operator=(const TreeUpdate&) = delete;

  // From the root, which is a page, a leaf or neither. False: nothing changed.
  [[nodiscard]] Result<bool> apply(const Node* root, const Leaf* lone,
                                   std::span<TreeChange> changes);

  // Then: takes pages out of memory, while the whole tree, `size` before the update, has too many.
  void sweep(PageSweep& hand, const TreeSize& size);

  // Afterwards: the version with the new root, which owns what was made for it.
  [[nodiscard]] std::shared_ptr<Version> finish(std::shared_ptr<Version> base);
  [[nodiscard]] const std::optional<Leaf>& lone() const { return lone_; }

private:
  // What an update leaves at a place.
  struct Outcome {
    enum class Kind : std::uint8_t { kSame, kEmpty, kLeaf, kPage };
    Kind kind = Kind::kSame;
    PagePlan::Slot slot{}; // kLeaf: the leaf; kPage: the number of the plan
  };

  static void fetch(const Node* root, std::span<const TreeChange> changes);
  Result<Outcome> update_page(const Node* node, std::span<TreeChange> changes);
  Result<Outcome> build(std::span<TreeChange> changes, const Leaf* leaf);
  template <typename Update>
  Status update_slots(PagePlan& plan, std::span<TreeChange> changes, Update update);
  Result<Outcome> outcome_of(const PagePlan& plan);
  void make_pages();

  const PageSource* source_;
  std::uint64_t version_;
  std::vector<Path>& removed_;
  Path path_;
  std::deque<Leaf> leaves_; // new ones, and those that came to stand elsewhere
  std::vector<Leaf*> unhashed_;
  std::deque<PagePlan> plans_;
  std::vector<std::vector<std::size_t>> plans_by_depth_;
  std::vector<Page*> made_; // by plan
  std::vector<const Node*> created_; // none before all pages are made
  std::vector<Replaced> replaced_;
  TreeSize grown_;
  const Node* root_ = nullptr;
  std::optional<Leaf> lone_;
};

} // namespace tenon::store
