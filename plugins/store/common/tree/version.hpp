// Who owns the nodes of the state tree. A version is the tree after one update; it shares with the
// version it was made from whatever the update left alone.
//
// Most versions become part of one line: each block's tree succeeds the one of the block before it.
// A node is in the tree for a stretch of that line, from the version that made it to the one that
// replaced it. Pages point to each other without counting: only versions are counted, and the line
// knows which of them are in use. A node that was replaced is in the care of the newest version in
// use that has it; when that one goes, it passes to the one before, if that has it too, else it is
// freed. (Snapshots of copy-on-write file systems keep lists of dead blocks in the same way.) So an
// old version in use keeps its own nodes and nothing of what came and went after it.
//
// A version that never joins the line (an abandoned stage, an older tree worked out for a proof)
// holds the one that it was made from, and frees what was made for it.
//
// Any thread may let go of one; only succeed() must not run beside another one on the same line.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "common/tree/page.hpp"

namespace tenon::store {

// A node that a version does without. Of a page that was replaced, the next version has taken over
// what stands below; a subtree that was swept out of memory goes as a whole. What a stub has loaded
// is its own until then.
struct Replaced {
  const Node* node;
  bool with_all_below;
};

// In bytes; without PageMemory::loaded.
struct TreeSize {
  std::int64_t in_memory = 0;
  std::int64_t unwritten = 0; // counted without regard to flushes: only differences say something
};

class Version {
public:
  // The first of a line. Owns the root and all below it; null: the tree has no pages.
  [[nodiscard]] static std::shared_ptr<Version> begin(const Node* root,
                                                      std::shared_ptr<PageMemory> memory);
  // Made from `base`: `created` nodes, made for base->next_number(), are new in it, `replaced` ones
  // are in `base` and not in it.
  Version(std::shared_ptr<Version> base, const Node* root, std::vector<const Node*> created,
          std::vector<Replaced> replaced, const TreeSize& grown);
  ~Version();
  Version(const Version&) = delete;
  Version& operator=(const Version&) = delete;

  [[nodiscard]] const Node* root() const { return root_; }
  [[nodiscard]] const TreeSize& size() const { return size_; }
  // Of the version that this one would be succeeded by.
  [[nodiscard]] std::uint64_t next_number() const { return number_ + 1; }

  // Makes `version` the successor of the one that it was made from, which is the last of its line.
  static void succeed(const std::shared_ptr<Version>& version);

private:
  // The versions in use, by number.
  struct Line {
    std::mutex mutex;
    std::map<std::uint64_t, Version*> in_use; // guarded by the mutex, as are their lists
    std::shared_ptr<PageMemory> memory;       // null: its nodes are never loaded from anywhere
  };

  Version(std::shared_ptr<Line> line, const Node* root);

  void leave_line();
  void note_freed(std::int64_t loaded) const;

  const Node* root_;
  TreeSize size_;
  std::shared_ptr<Line> line_;
  std::uint64_t number_;
  bool in_line_;
  std::shared_ptr<Version> base_;     // of one that has not joined the line
  std::vector<const Node*> created_;  // likewise
  std::vector<Replaced> replaced_;    // likewise
  std::vector<Replaced> in_care_;     // replaced later, and no newer version in use has them
};

} // namespace tenon::store
