#include "common/tree/page_sweep.hpp"

namespace tenon::store {

namespace {

// Is nothing below it in memory?
bool is_bare(const Page& page) {
  for (unsigned rest = page.pages(); rest != 0; rest &= rest - 1) {
    if (page_in_memory(page.page(static_cast<std::size_t>(std::countr_zero(rest)))) != nullptr)
      return false;
  }
  return true;
}

} // namespace

const Node* PageSweep::sweep(const Node* root, Run& run) {
  run_ = &run;
  ended_ = false;
  path_.clear();
  const Node* const result = visit(root, true);
  if (!ended_)
    hand_.clear();
  return result;
}

// What is to stand in the node's place: itself, a copy with other nodes below, or a stub.
// `on_border`: the path so far is that of the hand.
const Node* PageSweep::visit(const Node* node, bool on_border) {
  const Page* page = page_in_memory(node);
  if (page == nullptr)
    return node;
  Page* mine = nullptr;
  const std::size_t depth = path_.size();
  on_border = on_border && depth < hand_.size();
  const unsigned first = on_border ? hand_[depth] : 0;
  for (unsigned slot = first; slot < Page::kFanout; ++slot) {
    if (!page->has_page(slot) || page_in_memory(page->page(slot)) == nullptr)
      continue;
    path_.push_back(static_cast<std::uint8_t>(slot));
    if (!ended_ && enough()) {
      ended_ = true;
      hand_ = path_;
    }
    if (ended_) {
      path_.pop_back();
      return mine != nullptr ? mine : node;
    }
    const Node* const below = page->page(slot);
    const Node* const instead = visit(below, on_border && slot == first);
    path_.pop_back();
    if (instead == below)
      continue;
    if (mine == nullptr)
      mine = own(node, *page);
    page = mine;
    mine->exchange_page(slot, instead);
  }
  --run_->visits;
  if (mine != nullptr)
    return mine;
  return is_bare(*page) && may_go(*page) ? stub_for(node, *page) : node;
}

bool PageSweep::may_go(const Page& page) const {
  const std::uint32_t on_disk_since = page.persisted();
  return !page.take_used() && on_disk_since != 0 && on_disk_since <= run_->flush;
}

// A page's children may stand in versions that do not have the page; a stub's are its own.
const Node* PageSweep::stub_for(const Node* node, const Page& page) {
  const Node* const stub = new Stub(page.hash(), run_->version);
  const std::int64_t freed = page.bytes() + page.child_stub_bytes();
  run_->created.push_back(stub);
  if (node->kind() == Node::Kind::kPage) {
    run_->replaced.push_back({node, /*with_all_below=*/false});
    for (unsigned rest = page.pages(); rest != 0; rest &= rest - 1) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(rest));
      run_->replaced.push_back({page.page(slot), /*with_all_below=*/true});
    }
    run_->grown.in_memory += kStubBytes - freed;
  } else {
    run_->replaced.push_back({node, /*with_all_below=*/true}); // counted as loaded until then
  }
  run_->excess -= freed;
  ++run_->swept;
  return stub;
}

Page* PageSweep::own(const Node* node, const Page& page) {
  if (node->kind() == Node::Kind::kPage && node->born() == run_->version)
    return const_cast<Page*>(&page);
  Page* const copy = Page::copy_of(page);
  copy->set_born(run_->version);
  run_->created.push_back(copy);
  run_->replaced.push_back({node, /*with_all_below=*/false});
  if (node->kind() == Node::Kind::kStub)
    run_->grown.in_memory += page.bytes() + page.child_stub_bytes() - kStubBytes;
  return copy;
}

} // namespace tenon::store
