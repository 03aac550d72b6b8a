#include "common/tree/page.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "common/tree/page_forge.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

const Hash kEmpty = merkle::empty_hash();

// The inner nodes of levels 1 to 3: those with a page below them, or two leaves. Worked out for all
// nodes of a level at once; the one of index i stands at bit i * 2^level.
std::uint16_t inner_nodes(unsigned leaves, unsigned pages) {
  constexpr std::array<unsigned, Page::kLevels> kPlaces = {0xffff, 0x5555, 0x1111, 0x0101};
  unsigned any = leaves | pages;
  unsigned several = pages;
  unsigned inner = 0;
  for (std::size_t level = 1; level < Page::kLevels; ++level) {
    const std::size_t half = std::size_t{1} << (level - 1);
    several = (several | (several >> half) | (any & (any >> half))) & kPlaces[level];
    any = (any | (any >> half)) & kPlaces[level];
    inner |= several << (half - 1);
  }
  return static_cast<std::uint16_t>(inner);
}

} // namespace

Bytes encode_path(const Path& path) {
  Bytes out;
  out.push_back(static_cast<char>(path.size()));
  for (std::size_t i = 0; i < path.size(); i += 2) {
    const int low = i + 1 < path.size() ? path[i + 1] : 0;
    out.push_back(static_cast<char>((path[i] << Page::kLevels) | low));
  }
  return out;
}

std::int64_t destroy(const Node* node) {
  if (node->kind() == Node::Kind::kPage) {
    const auto* const page = static_cast<const Page*>(node);
    page->~Page();
    ::operator delete(const_cast<Page*>(page));
    return 0;
  }
  const auto* const stub = static_cast<const Stub*>(node);
  std::int64_t loaded = 0;
  if (const Page* const page = stub->loaded()) {
    loaded = page->bytes() + page->child_stub_bytes();
    destroy(page);
  }
  delete stub;
  return loaded;
}

std::int64_t destroy_born_after(const Node* node, std::optional<std::uint64_t> version) {
  if (version && node->born() <= *version)
    return 0;
  std::int64_t loaded = 0;
  if (const Page* const page = page_in_memory(node)) {
    for (std::size_t i = 0; i < page->page_count(); ++i)
      loaded += destroy_born_after(page->nodes()[i], version);
  }
  return loaded + destroy(node);
}

void DestroySubtree::operator()(const Page* page) const {
  destroy_born_after(page, std::nullopt);
}

Page::Page(std::uint16_t leaves, std::uint16_t pages)
    : Node(Kind::kPage, Hash()), leaves_(leaves), pages_(pages),
      inner_(inner_nodes(leaves, pages)),
      bytes_(static_cast<std::uint16_t>(
          sizeof(Page) + page_count() * sizeof(const Node*) + leaf_count() * sizeof(KeyAndValue) +
          (present_count() + count_bits(inner_)) * sizeof(Hash))) {}

std::int64_t Page::child_stub_bytes() const {
  return static_cast<std::int64_t>(page_count()) * kStubBytes;
}

Page* Page::allocate(std::uint16_t leaves, std::uint16_t pages) {
  static_assert(sizeof(Page) % alignof(const Node*) == 0 && alignof(KeyAndValue) == 1);
  const Page shape(leaves, pages);
  return new (::operator new(shape.bytes_)) Page(leaves, pages);
}

Page* Page::copy_of(const Page& page) {
  Page* const copy = allocate(page.leaves_, page.pages_);
  std::memcpy(copy->nodes(), page.nodes(),
              static_cast<std::size_t>(page.bytes()) - sizeof(Page));
  copy->hash_ = page.hash_;
  copy->persisted_ = page.persisted();
  copy->used_ = page.used_.load(std::memory_order_relaxed);
  return copy;
}

OwnedPage Page::make(const Places& places) {
  PagePlan plan;
  for (std::size_t slot = 0; slot < kFanout; ++slot) {
    const unsigned bit = 1u << slot;
    if (places[slot].leaf) {
      plan.leaves = static_cast<std::uint16_t>(plan.leaves | bit);
      plan.places[slot].leaf = &*places[slot].leaf;
    } else if (places[slot].page) {
      plan.pages = static_cast<std::uint16_t>(plan.pages | bit);
      plan.places[slot].node = new Stub(*places[slot].page);
    }
  }
  return PageForge().make_one(plan);
}

Leaf Page::leaf(std::size_t slot) const {
  Leaf result;
  result.key_hash = leaf_key(slot);
  result.value_hash = leaf_value(slot);
  result.hash = slot_hash(slot);
  return result;
}

Subtree Page::subtree(std::size_t level, std::size_t index) const {
  const unsigned below = slots_below(level, index);
  const unsigned here = present() & below;
  if (here == 0)
    return {&kEmpty, true, false};
  if ((pages_ & below) == 0 && (here & (here - 1)) == 0)
    return {&slot_hash(static_cast<std::size_t>(std::countr_zero(here))), false, true};
  if (level == 0)
    return {&slot_hash(index), false, false};
  if (level == kLevels)
    return {&hash_, false, false};
  return {&hashes()[inner_place(level, index)], false, false};
}

std::size_t Page::lone_slot(std::size_t level, std::size_t index) const {
  return static_cast<std::size_t>(std::countr_zero(present() & slots_below(level, index)));
}

Bytes Page::encode() const {
  Bytes out;
  out.reserve(2 * sizeof leaves_ + (2 * leaf_count() + page_count()) * Hash::kSize);
  append_be16(out, static_cast<std::uint16_t>(present()));
  append_be16(out, leaves_);
  for (std::size_t slot = 0; slot < kFanout; ++slot) {
    if (has_leaf(slot))
      out.append(leaf_key(slot).view()).append(leaf_value(slot).view());
    else if (has_page(slot))
      out.append(slot_hash(slot).view());
  }
  return out;
}

Result<OwnedPage> Page::decode(BytesView encoded, std::uint64_t born) {
  Reader reader(encoded);
  std::uint16_t present = 0;
  PagePlan plan;
  bool ok = reader.be16(present) && reader.be16(plan.leaves) && (plan.leaves & ~present) == 0;
  plan.pages = present & static_cast<std::uint16_t>(~plan.leaves);
  std::array<Leaf, kFanout> leaves;
  std::array<Leaf*, kFanout> unhashed;
  std::size_t leaf_count = 0;
  std::array<Hash, kFanout> below;
  for (std::size_t slot = 0; ok && slot < kFanout; ++slot) {
    if (((plan.leaves >> slot) & 1u) != 0) {
      Leaf& leaf = leaves[slot];
      ok = reader.hash(leaf.key_hash) && reader.hash(leaf.value_hash);
      plan.places[slot].leaf = unhashed[leaf_count++] = &leaf;
    } else if (((plan.pages >> slot) & 1u) != 0) {
      ok = reader.hash(below[slot]);
    }
  }
  // A page stands where two keys or more do.
  if (!ok || !reader.empty() || (plan.pages == 0 && leaf_count < 2))
    return data_loss("a tree page is malformed");
  hash_leaves(std::span(unhashed).first(leaf_count));
  for (unsigned rest = plan.pages; rest != 0; rest &= rest - 1) {
    const auto slot = static_cast<std::size_t>(std::countr_zero(rest));
    plan.places[slot].node = new Stub(below[slot], born);
  }
  return PageForge().make_one(plan);
}

Result<OwnedPage> Stub::read(const PageSource& source, const Path& path) const {
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, source.load_page(path));
  auto page = Page::decode(encoded, born());
  if (!page.ok())
    return page.status().with_context("page " + to_hex(encode_path(path)));
  if ((*page)->hash() == hash()) {
    (*page)->mark_persisted(std::max(source.flush(), 1u));
    source.memory()->loads.fetch_add(1, std::memory_order_relaxed);
    return page;
  }
  return data_loss("page " + to_hex(encode_path(path)) + " hashes to " +
                   to_hex((*page)->hash().view()) + ", its parent expects " +
                   to_hex(hash().view()));
}

Result<const Page*> Stub::load(const PageSource& source, const Path& path) const {
  OwnedPage page;
  TENON_ASSIGN_OR_RETURN(const Page* const found, peek(source, path, page));
  if (page == nullptr)
    return found;
  // Two threads may have loaded it; both copies are equal, and the first one stays.
  const Page* expected = nullptr;
  if (!page_.compare_exchange_strong(expected, page.get(), std::memory_order_acq_rel))
    return expected;
  source.memory()->loaded.fetch_add(page->bytes() + page->child_stub_bytes(),
                                    std::memory_order_relaxed);
  return page.release();
}

Result<const Page*> Stub::peek(const PageSource& source, const Path& path,
                               OwnedPage& passing) const {
  if (const Page* const page = loaded())
    return page;
  auto page = read(source, path);
  if (!page.ok()) {
    // An update may have loaded this page and written its successor since the first look.
    if (const Page* const now = loaded())
      return now;
    return page.status();
  }
  passing = std::move(*page);
  return passing.get();
}

Result<const Page*> page_of(const Node* node, const PageSource* source, const Path& path) {
  if (node->kind() == Node::Kind::kPage)
    return static_cast<const Page*>(node);
  return static_cast<const Stub*>(node)->load(*source, path);
}

} // namespace tenon::store
