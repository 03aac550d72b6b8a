// Pages in a map, as the node column holds them.
#pragma once

#include <map>

#include "common/tree/tree.hpp"

namespace tenon::store {

class MapSource final : public PageSource {
public:
  [[nodiscard]] Result<Bytes> load_page(const Path& path) const override {
    const auto found = pages.find(encode_path(path));
    return found == pages.end() ? Result<Bytes>(data_loss("no such page"))
                                : Result<Bytes>(found->second);
  }

  std::map<Bytes, Bytes> pages; // by encoded path
};

// For a tree that does not outlive the source.
inline std::shared_ptr<const PageSource> borrowed(const PageSource& source) {
  return {std::shared_ptr<void>(), &source};
}

// Those that the tree has not been told the disk has.
inline std::map<Bytes, Bytes> unwritten_pages(const Tree& tree) {
  std::map<Bytes, Bytes> pages;
  tree.visit_unwritten(
      [&](const Path& path, const Page& page) { pages[encode_path(path)] = page.encode(); });
  return pages;
}

} // namespace tenon::store
