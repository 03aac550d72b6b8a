// Who owns the nodes of the state tree. A version is the tree after one update; it shares with the
// version it was made from whatever the update left alone.
//
// Most versions become part of one line: each block's tree succeeds the one of the block before it.
// A node is in the tree for a stretch of that line, from the version that made it to the one that
// replaced it, and is freed when no version of that stretch is in use any more. So pages point to
// each other without counting: only versions are counted, and each holds its successor, which holds
// its own, so that what dies with the step from one to the next is freed once everybody is past it.
// A version that never joins the line (an abandoned stage, an older tree worked out for a proof)
// holds the one that it was made from, and frees what was made for it.
//
// Any thread may let go of one; only succeed() must not run beside another one on the same line.
#pragma once

#include <memory>
#include <vector>

#include "common/tree/page.hpp"

namespace tenon::store {

class Version {
public:
  // The first of a line. Owns the root and all below it; null: the tree has no pages.
  explicit Version(const Node* root) : root_(root), in_line_(true) {}
  // Made from `base`: `created` nodes are new in it, `replaced` ones are in `base` and not in it.
  Version(std::shared_ptr<Version> base, const Node* root, std::vector<const Node*> created,
          std::vector<const Node*> replaced)
      : root_(root), base_(std::move(base)), created_(std::move(created)),
        replaced_(std::move(replaced)) {}
  ~Version();
  Version(const Version&) = delete;
  Version& operator=(const Version&) = delete;

  [[nodiscard]] const Node* root() const { return root_; }
  [[nodiscard]] bool in_line() const { return in_line_; }

  // Makes `version` the successor of the one that it was made from, which is the last of its line.
  static void succeed(const std::shared_ptr<Version>& version);

private:
  const Node* root_;
  bool in_line_ = false;
  std::shared_ptr<Version> base_;      // of one that has not joined the line
  std::vector<const Node*> created_;   // likewise
  std::vector<const Node*> replaced_;  // likewise
  bool ended_ = false;                 // of one in the line: has it a successor?
  std::shared_ptr<Version> successor_; // likewise
  std::vector<const Node*> dying_;     // what the successor replaced
};

} // namespace tenon::store
