// Makes the pages of a tree from its leaves in ascending order, with one page per level in memory:
// how an imported state gets its tree. One thread.
#pragma once

#include <vector>

#include "common/tree/page.hpp"
#include "tenon/core/function_ref.hpp"

namespace tenon::store {

class PageBuilder {
public:
  // Sees each page once, those below before the one above them.
  using Emit = FunctionRef<Status(const Path& path, const Page& page)>;

  // Key hashes ascend from call to call.
  [[nodiscard]] Status add(const Leaf& leaf, Emit emit);
  // The root of the whole: nothing, a lone leaf, or the page at the empty path, as a stub.
  [[nodiscard]] Result<Place> finish(Emit emit);

  // The same in two steps, for parts of a tree that are made by different builders: what each has
  // for the root page's slots, and the root of all of them together.
  [[nodiscard]] Result<Page::Places> finish_slots(Emit emit);
  [[nodiscard]] static Result<Place> root_of(const Page::Places& slots, Emit emit);

private:
  // A leaf stands where it has its subtree to itself, which its neighbours decide.
  void place_pending(std::size_t depth);
  [[nodiscard]] Status close_down_to(std::size_t pages, Emit emit);

  std::vector<Page::Places> open_;   // the pages on the path of the last leaf, from the root
  std::optional<Leaf> pending_;
  std::size_t shared_before_ = 0; // four-bit steps that it has in common with the leaf before it
  bool lone_ = true;              // no other leaf has come
};

} // namespace tenon::store
