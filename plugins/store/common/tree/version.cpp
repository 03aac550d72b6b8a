#include "common/tree/version.hpp"

#include <iterator>
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

std::shared_ptr<Version> Version::begin(const Node* root, std::shared_ptr<PageMemory> memory) {
  std::shared_ptr<Version> version(new Version(std::make_shared<Line>(), root));
  version->line_->memory = std::move(memory);
  version->line_->in_use.emplace(version->number_, version.get());
  return version;
}

Version::Version(std::shared_ptr<Line> line, const Node* root)
    : root_(root), line_(std::move(line)), number_(0), in_line_(true) {}

Version::Version(std::shared_ptr<Version> base, const Node* root,
                 std::vector<const Node*> created, std::vector<Replaced> replaced,
                 const TreeSize& grown)
    : root_(root), size_{base->size_.in_memory + grown.in_memory,
                         base->size_.unwritten + grown.unwritten},
      line_(base->line_), number_(base->next_number()), in_line_(false),
      base_(std::move(base)), created_(std::move(created)), replaced_(std::move(replaced)) {}

Version::~Version() {
  if (in_line_) {
    leave_line();
    return;
  }
  std::int64_t loaded = 0;
  for (const Node* const node : created_) {
    loaded += node->kind() == Node::Kind::kStub ? destroy_born_after(node, std::nullopt)
                                                : destroy(node);
  }
  note_freed(loaded);
  let_go(std::move(base_));
}

void Version::note_freed(std::int64_t loaded) const {
  if (loaded != 0 && line_->memory)
    line_->memory->loaded.fetch_sub(loaded, std::memory_order_relaxed);
}

void Version::leave_line() {
  std::vector<Replaced> dead;
  bool last = false;
  std::optional<std::uint64_t> before; // the number of the version in use before this one
  {
    const std::lock_guard lock(line_->mutex);
    const auto place = line_->in_use.find(number_);
    last = std::next(place) == line_->in_use.end();
    if (place == line_->in_use.begin()) {
      dead = std::move(in_care_);
    } else {
      Version& older = *std::prev(place)->second;
      before = older.number_;
      for (const Replaced& gone : in_care_)
        (gone.node->born() <= older.number_ ? older.in_care_ : dead).push_back(gone);
    }
    line_->in_use.erase(place);
  }
  // The last one in use has all that nobody replaced, and what it has in care as well.
  if (last && root_ != nullptr) {
    note_freed(destroy_born_after(root_, before));
    return;
  }
  std::int64_t loaded = 0;
  for (const Replaced& gone : dead) {
    loaded += gone.with_all_below ? destroy_born_after(gone.node, std::nullopt)
                                  : destroy(gone.node);
  }
  note_freed(loaded);
}

void Version::succeed(const std::shared_ptr<Version>& version) {
  if (version->in_line_)
    return;
  std::shared_ptr<Version> base = std::move(version->base_);
  {
    const std::lock_guard lock(version->line_->mutex);
    base->in_care_ = std::move(version->replaced_);
    version->line_->in_use.emplace(version->number_, version.get());
    version->in_line_ = true;
  }
  version->created_ = {};
  if (version->line_->memory)
    version->line_->memory->newest.store(version->size_.in_memory, std::memory_order_relaxed);
}

} // namespace tenon::store
