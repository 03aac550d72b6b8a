#include "pipeline/block_tree.hpp"

#include <algorithm>

namespace tenon::host::pipeline {

namespace {

// Consensus may report a block final after its descendant, and name one as an ancestor that has
// become final meanwhile; so many are remembered for that.
constexpr std::size_t kRecentlyFinal = 1024;

} // namespace

void BlockTree::start(BlockPointer head) {
  const std::lock_guard lock(mutex_);
  recently_final_.push_back({head->id, {head->height(), head->schedule}});
  final_tip_ = std::move(head);
}

void BlockTree::restart(BlockPointer head) {
  std::map<Hash, BlockPointer> staged; // let go of without the lock
  BlockPointer old_tip;
  {
    const std::lock_guard lock(mutex_);
    staged.swap(staged_);
    old_tip.swap(final_tip_);
    recently_final_.clear();
  }
  start(std::move(head));
}

BlockTree::BlockPointer BlockTree::find(const Hash& id) const {
  const std::lock_guard lock(mutex_);
  if (final_tip_ != nullptr && final_tip_->id == id)
    return final_tip_;
  const auto found = staged_.find(id);
  return found == staged_.end() ? nullptr : found->second;
}

BlockTree::BlockPointer BlockTree::final_tip() const {
  const std::lock_guard lock(mutex_);
  return final_tip_;
}

std::optional<BlockTree::Executed> BlockTree::executed(const Hash& id) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = staged_.find(id); found != staged_.end())
    return Executed{found->second->height(), found->second->schedule};
  const auto found = std::find_if(recently_final_.rbegin(), recently_final_.rend(),
                                  [&](const auto& block) { return block.first == id; });
  return found == recently_final_.rend() ? std::optional<Executed>() : found->second;
}

std::size_t BlockTree::size() const {
  const std::lock_guard lock(mutex_);
  return staged_.size();
}

Status BlockTree::insert(BlockPointer block) {
  const std::lock_guard lock(mutex_);
  if (staged_.size() >= max_staged_) {
    return resource_exhausted("expected at most " + std::to_string(max_staged_) +
                              " executed blocks that are neither final nor abandoned; consensus "
                              "must finalize or abandon some");
  }
  const Hash id = block->id;
  staged_.emplace(id, std::move(block));
  return {};
}

std::vector<BlockTree::BlockPointer> BlockTree::take(bool standing, const ExecutedBlock* ancestor,
                                                     const ExecutedBlock* floor) {
  const auto stands = [&](const ExecutedBlock* at) {
    while (at != nullptr && at != ancestor && at != floor)
      at = at->parent.get();
    return at == ancestor;
  };
  std::vector<BlockPointer> taken;
  for (auto it = staged_.begin(); it != staged_.end();) {
    if (stands(it->second.get()) == standing) {
      taken.push_back(std::move(it->second));
      it = staged_.erase(it);
    } else {
      ++it;
    }
  }
  return taken;
}

BlockTree::Finalized BlockTree::finalize(const Hash& id) {
  const std::lock_guard lock(mutex_);
  Finalized result;
  const auto found = staged_.find(id);
  if (found == staged_.end()) {
    result.known = std::any_of(recently_final_.begin(), recently_final_.end(),
                               [&](const auto& block) { return block.first == id; });
    return result;
  }
  result.known = true;
  for (BlockPointer at = found->second; at != final_tip_; at = at->parent)
    result.path.push_back(at);
  std::reverse(result.path.begin(), result.path.end());
  for (const BlockPointer& block : result.path) {
    staged_.erase(block->id);
    recently_final_.push_back({block->id, {block->height(), block->schedule}});
  }
  while (recently_final_.size() > kRecentlyFinal)
    recently_final_.pop_front();
  const BlockPointer old_tip = std::exchange(final_tip_, result.path.back());
  result.dropped = take(false, final_tip_.get(), old_tip.get());
  return result;
}

std::vector<BlockTree::BlockPointer> BlockTree::abandon(const Hash& id) {
  const std::lock_guard lock(mutex_);
  const auto found = staged_.find(id);
  if (found == staged_.end())
    return {};
  const BlockPointer root = found->second;
  return take(true, root.get(), final_tip_.get());
}

} // namespace tenon::host::pipeline
