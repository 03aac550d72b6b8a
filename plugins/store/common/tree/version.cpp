#include "common/tree/version.hpp"

#include <utility>

namespace tenon::store {

namespace {

// Lets go of a chain of versions one by one: each would otherwise be freed within the one before.
void let_go(std::shared_ptr<Version> version) {
  thread_local std::vector<std::shared_ptr<Version>>* waiting = nullptr; // while one is being freed
  if (waiting != nullptr) {
    waiting->push_back(std::move(version));
    return;
  }
  std::vector<std::shared_ptr<Version>> chain;
  chain.push_back(std::move(version));
  waiting = &chain;
  while (!chain.empty()) {
    const std::shared_ptr<Version> next = std::move(chain.back());
    chain.pop_back();
  }
  waiting = nullptr;
}

} // namespace

Version::~Version() {
  if (!in_line_) {
    for (const Node* const node : created_)
      destroy(node);
    let_go(std::move(base_));
  } else if (!ended_) {
    if (root_ != nullptr)
      destroy_subtree(root_);
  } else {
    for (const Node* const node : dying_)
      destroy(node);
    let_go(std::move(successor_));
  }
}

void Version::succeed(const std::shared_ptr<Version>& version) {
  if (version->in_line_)
    return;
  Version& base = *version->base_;
  base.dying_ = std::move(version->replaced_);
  base.successor_ = version;
  base.ended_ = true;
  version->in_line_ = true;
  version->created_ = {};
  version->base_.reset();
}

} // namespace tenon::store
