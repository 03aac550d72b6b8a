#include "common/tree/version.hpp"

#include <utility>

namespace tenon::store {

namespace {

// Lets go of a chain of versions one by one: each would otherwise be freed within the one before.
template <typename Next> void let_go(std::shared_ptr<Version> version, Next next) {
  while (version != nullptr && version.use_count() == 1)
    version = std::exchange(next(*version), nullptr);
}

} // namespace

Version::~Version() {
  if (!in_line_) {
    for (const Node* const node : created_)
      destroy(node);
    let_go(std::move(base_), [](Version& version) -> auto& { return version.base_; });
  } else if (!ended_) {
    if (root_ != nullptr)
      destroy_subtree(root_);
  } else {
    for (const Node* const node : dying_)
      destroy(node);
    let_go(std::move(successor_), [](Version& version) -> auto& { return version.successor_; });
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
