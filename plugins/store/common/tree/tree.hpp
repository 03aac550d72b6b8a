// The authenticated sparse Merkle tree of the state, as a persistent (copy-on-write) structure.
//
// Hashing rules are those of merkle/sparse_proof.hpp. An update copies the pages on its paths and
// shares everything else, so every block's root stays a complete tree of its own for as long as
// somebody holds it: stages stack by holding their parent's root, and abandoning one is letting go.
//
// Pages that are only on disk are stubs, loaded through a PageSource when a walk reaches them and
// checked against the hash by which their parent knows them. Any number of threads may read and
// update (different) roots at once.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/tree/page.hpp"
#include "common/tree/version.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/core/status.hpp"
#include "tenon/merkle/multi_proof.hpp"
#include "tenon/merkle/range_proof.hpp"
#include "tenon/merkle/sparse_proof.hpp"

namespace tenon::store {

class PageSweep;

// One change of a state key. `value_hash` empty: remove the key.
struct TreeChange {
  Hash key_hash;
  std::optional<Hash> value_hash;
  std::optional<Hash> old_value_hash; // filled in by Tree::apply
};

// A root with the operations on it. A value: copies share everything.
class Tree {
public:
  // What stands at the root; a page is loaded from the source when it is needed.
  explicit Tree(std::shared_ptr<const PageSource> source = nullptr, const Place& root = {});
  // The same tree, which loads its pages from a source that shows a later state of the disk.
  [[nodiscard]] Tree with_source(std::shared_ptr<const PageSource> source) const {
    return {std::move(source), version_, lone_};
  }

  [[nodiscard]] Hash root_hash() const { return root().hash(); }
  [[nodiscard]] Place root() const;

  // The tree after the changes, which are sorted by key hash and unique; fills in what each key had
  // before. Paths of pages that ceased to exist are appended to `removed`. With a sweep, pages that
  // the disk has leave the new tree while it takes more memory than it may.
  [[nodiscard]] Result<Tree> apply(std::span<TreeChange> changes, std::vector<Path>& removed,
                                   PageSweep* sweep = nullptr) const;

  // This tree takes the place of the one that it was made from by apply(), which must be the last
  // one that took a place, or the first of all. Whatever is not settled is held only by itself.
  void settle() const { Version::succeed(version_); }

  [[nodiscard]] const TreeSize& size() const { return version_->size(); }

  // The value hash under a key hash, or nothing.
  [[nodiscard]] Result<std::optional<Hash>> find(const Hash& key_hash) const;
  [[nodiscard]] Result<merkle::SparseProof> prove(const Hash& key_hash) const;

  // Visits the pages in memory that the disk does not have as they are, those below before the one
  // above them. Below a page that the disk has, it has all.
  using PageVisitor = FunctionRef<void(const Path& path, const Page& page)>;
  void visit_unwritten(PageVisitor visit) const;

  // These leave in memory what was there before, and no more.
  // Visits the leaves from a key hash on, in order; false ends it.
  using LeafVisitor = FunctionRef<Result<bool>(const Leaf& leaf)>;
  [[nodiscard]] Status visit_from(const Hash& first, LeafVisitor visit) const;
  [[nodiscard]] Result<merkle::RangeProof> prove_range(const merkle::KeySpan& range) const;
  // Of 1 to merkle::kMaxMultiProofKeys key hashes, sorted, each once.
  [[nodiscard]] Result<merkle::MultiProof> prove_many(std::span<const Hash> key_hashes) const;

private:
  Tree(std::shared_ptr<const PageSource> source, std::shared_ptr<Version> version,
       std::optional<Leaf> lone)
      : source_(std::move(source)), version_(std::move(version)), lone_(std::move(lone)) {}

  std::shared_ptr<const PageSource> source_;
  std::shared_ptr<Version> version_;
  std::optional<Leaf> lone_; // the root, when it is a leaf
};

} // namespace tenon::store
