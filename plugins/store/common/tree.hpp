// The authenticated sparse Merkle tree of the state, as a persistent (copy-on-write) structure.
//
// Hashing rules are those of merkle/sparse_proof.hpp. In memory the tree is 16-ary: one page covers
// four binary levels and holds only the children that exist. Nodes never change once they are
// reachable; an update copies the pages on its paths and shares everything else, so every block's
// root stays a complete tree of its own for as long as somebody holds it: stages stack by holding
// their parent's root, and abandoning one is letting go.
//
// Pages that are only on disk are stubs, loaded through a PageSource when a walk reaches them and
// checked against the hash by which their parent knows them. Any number of threads may read and
// update (different) roots at once.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/core/status.hpp"
#include "tenon/merkle/range_proof.hpp"
#include "tenon/merkle/sparse_proof.hpp"

namespace tenon::store {

// Four-bit steps from the root: the address of a page.
using Path = std::vector<std::uint8_t>;

class Node;
class Page;
using NodeRef = std::shared_ptr<const Node>;

// Where stubs get their content from: the encoded page at a path. Any thread.
class PageSource {
public:
  virtual ~PageSource() = default;
  [[nodiscard]] virtual Result<Bytes> load_page(const Path& path) const = 0;
};

// A subtree of two keys or more.
class Node {
public:
  enum class Kind : std::uint8_t { kPage, kStub };

  virtual ~Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const Hash& hash() const { return hash_; }

protected:
  Node(Kind kind, const Hash& hash) : kind_(kind), hash_(hash) {}

private:
  Kind kind_;
  Hash hash_;
};

// One key and its value, with the hash they make together. Lies in the page above it.
struct Leaf {
  Leaf(const Hash& key, const Hash& value)
      : key_hash(key), value_hash(value), hash(merkle::leaf_hash(key, value)) {}
  Hash key_hash;
  Hash value_hash;
  Hash hash;
};

// What stands at a place of the tree: nothing, a lone leaf, or a page.
struct Child {
  Child() = default;
  Child(const Leaf& lone) : leaf(lone) {}
  Child(NodeRef page) : node(std::move(page)) {}

  [[nodiscard]] bool empty() const { return !leaf && !node; }
  [[nodiscard]] const Hash& hash() const { return leaf ? leaf->hash : node->hash(); }

  std::optional<Leaf> leaf;
  NodeRef node;
};

class Page final : public Node {
public:
  static constexpr std::size_t kFanout = 16;
  using Children = std::array<Child, kFanout>;

  explicit Page(Children&& children);

  [[nodiscard]] Child child(std::size_t nibble) const;
  // What stands at a slot, or null.
  [[nodiscard]] const Leaf* leaf_at(std::size_t nibble) const;
  [[nodiscard]] const NodeRef* page_at(std::size_t nibble) const;
  [[nodiscard]] Children children() const;

  // Is this very page what the disk holds under its path? Set once it has been written.
  [[nodiscard]] bool persisted() const { return persisted_.load(std::memory_order_acquire); }
  void mark_persisted() const { persisted_.store(true, std::memory_order_release); }

  // 16-bit bitmap of children, 16-bit bitmap of those that are leaves (both big-endian), then for
  // each child key hash and value hash of a leaf, or the hash of a page.
  [[nodiscard]] Bytes encode() const;
  static Result<std::shared_ptr<const Page>> decode(BytesView encoded);

private:
  std::uint16_t leaf_bitmap_ = 0;
  std::uint16_t page_bitmap_ = 0;
  mutable std::atomic<bool> persisted_ = false;
  std::vector<Leaf> leaves_;
  std::vector<NodeRef> pages_;
};

// A page that may still be on disk only. Loads once; whoever shares the stub shares the page.
class Stub final : public Node {
public:
  explicit Stub(const Hash& hash) : Node(Kind::kStub, hash) {}
  [[nodiscard]] Result<std::shared_ptr<const Page>> load(const PageSource& source,
                                                         const Path& path) const;
  // The same for who passes by once: a page that nobody has loaded yet is not kept.
  [[nodiscard]] Result<std::shared_ptr<const Page>> peek(const PageSource& source,
                                                         const Path& path) const;

private:
  [[nodiscard]] Result<std::shared_ptr<const Page>> read(const PageSource& source,
                                                         const Path& path) const;
  mutable std::shared_ptr<const Page> page_; // by atomic_load / atomic_store
};

// One change of a state key. `value_hash` empty: remove the key.
struct TreeChange {
  Hash key_hash;
  std::optional<Hash> value_hash;
  std::optional<Hash> old_value_hash; // filled in by Tree::apply
};

// A root with the operations on it. A value: copies share everything.
class Tree {
public:
  explicit Tree(const PageSource* source = nullptr, Child root = {})
      : source_(source), root_(std::move(root)) {}

  [[nodiscard]] Hash root_hash() const {
    return root_.empty() ? merkle::empty_hash() : root_.hash();
  }
  [[nodiscard]] const Child& root() const { return root_; }

  // The tree after the changes, which are sorted by key hash and unique; fills in what each key had
  // before. Paths of pages that ceased to exist are appended to `removed`.
  [[nodiscard]] Result<Tree> apply(std::span<TreeChange> changes, std::vector<Path>& removed) const;

  // The value hash under a key hash, or nothing.
  [[nodiscard]] Result<std::optional<Hash>> find(const Hash& key_hash) const;
  [[nodiscard]] Result<merkle::SparseProof> prove(const Hash& key_hash) const;

  // Both leave in memory what was there before, and no more.
  // Visits the leaves from a key hash on, in order; false ends it.
  using LeafVisitor = FunctionRef<Result<bool>(const Leaf& leaf)>;
  [[nodiscard]] Status visit_from(const Hash& first, LeafVisitor visit) const;
  [[nodiscard]] Result<merkle::RangeProof> prove_range(const merkle::KeySpan& range) const;

private:
  const PageSource* source_;
  Child root_;
};

// The four bits of a key hash at a depth counted in pages.
[[nodiscard]] std::uint8_t nibble_at(const Hash& hash, std::size_t depth);

// Disk key of a page: number of nibbles, then the nibbles, two to a byte.
[[nodiscard]] Bytes encode_path(const Path& path);

} // namespace tenon::store
