// The nodes of the state tree in memory. The tree is 16-ary there: one page covers four binary
// levels and holds only the children that exist, with the hashes of its inner nodes. Pages never
// change once a tree holds them; a page that is only on disk is a stub until a walk reaches it.
//
// Nodes are owned by the versions of the tree that hold them (version.hpp) and pointed to by pages;
// nothing is counted. Any number of threads may read them.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <memory>
#include <span>

#include "common/tree/place.hpp"
#include "tenon/core/status.hpp"

namespace tenon::store {

class Page;

// The memory that the pages of a tree take and may take. Shared by all its versions; any thread.
struct PageMemory {
  std::int64_t limit = INT64_MAX;       // bytes
  std::atomic<std::int64_t> newest = 0; // bytes of the last version of the line
  std::atomic<std::int64_t> loaded = 0; // bytes of the pages that stubs have loaded and keep
  std::atomic<std::uint64_t> loads = 0; // pages read from disk so far
  std::atomic<std::uint64_t> swept = 0; // pages taken out of memory so far

  [[nodiscard]] std::int64_t used() const {
    return newest.load(std::memory_order_relaxed) + loaded.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool has_room() const { return used() < limit; }
};

// Where stubs get their content from: the encoded pages as they stand on disk. Any thread.
class PageSource {
public:
  explicit PageSource(std::shared_ptr<PageMemory> memory = std::make_shared<PageMemory>())
      : memory_(std::move(memory)) {}
  virtual ~PageSource() = default;
  [[nodiscard]] virtual Result<Bytes> load_page(const Path& path) const = 0;
  // What this flush and those before it have written stays readable here, whatever is written
  // later. 0: nothing does, the source shows the disk as it is now.
  [[nodiscard]] virtual std::uint32_t flush() const { return 0; }
  [[nodiscard]] const std::shared_ptr<PageMemory>& memory() const { return memory_; }

private:
  std::shared_ptr<PageMemory> memory_;
};

// A subtree of two keys or more.
class Node {
public:
  enum class Kind : std::uint8_t { kPage, kStub };

  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const Hash& hash() const { return hash_; }
  // The number of the version that it was made for; 0: it has been there from the beginning. What
  // stands below a node is not younger.
  [[nodiscard]] std::uint64_t born() const { return born_; }
  void set_born(std::uint64_t version) { born_ = version; } // before anybody else sees it

protected:
  Node(Kind kind, const Hash& hash) : hash_(hash), kind_(kind) {}
  ~Node() = default;

  std::uint64_t born_ = 0;
  Hash hash_;
  Kind kind_;
};

// Frees the node, and of a stub the page that it has loaded, but not what stands below. Says how
// many bytes of PageMemory::loaded that were.
std::int64_t destroy(const Node* node);
// Frees all that is in memory from the node downwards and was born after the version; all of it
// when there is none.
std::int64_t destroy_born_after(const Node* node, std::optional<std::uint64_t> version);

struct DestroySubtree {
  void operator()(const Page* page) const;
};
using OwnedPage = std::unique_ptr<const Page, DestroySubtree>;

// How many bits of a 16-bit map are set. In line: without the processor's own instruction for it,
// which may not be assumed, the library's function would be called at every step.
[[nodiscard]] constexpr std::size_t count_bits(unsigned map) {
  map -= (map >> 1) & 0x5555u;
  map = (map & 0x3333u) + ((map >> 2) & 0x3333u);
  map = (map + (map >> 4)) & 0x0f0fu;
  return (map + (map >> 8)) & 0x1fu;
}

// A subtree inside a page, from a slot (level 0) up to the page itself (level 4).
struct Subtree {
  const Hash* hash; // of the empty tree when there is nothing
  bool empty;
  bool lone_leaf; // floats to the top of any subtree that it has to itself
};

class alignas(const Node*) Page final : public Node {
public:
  static constexpr std::size_t kFanout = 16;
  static constexpr std::size_t kLevels = 4;
  using Places = std::array<Place, kFanout>;

  // A page of its own, not yet of any tree, whose children are stubs, born with the version.
  [[nodiscard]] static OwnedPage make(const Places& places);
  [[nodiscard]] static Result<OwnedPage> decode(BytesView encoded, std::uint64_t born = 0);
  // The same content once more. The caller owns it.
  [[nodiscard]] static Page* copy_of(const Page& page);

  [[nodiscard]] std::uint16_t leaves() const { return leaves_; } // bit i: slot i
  [[nodiscard]] std::uint16_t pages() const { return pages_; }
  [[nodiscard]] bool has_leaf(std::size_t slot) const { return ((leaves_ >> slot) & 1u) != 0; }
  [[nodiscard]] bool has_page(std::size_t slot) const { return ((pages_ >> slot) & 1u) != 0; }
  // The slots below a subtree, as a bitmap.
  [[nodiscard]] static constexpr unsigned slots_below(std::size_t level, std::size_t index) {
    return ((1u << (1u << level)) - 1) << (index << level);
  }
  // Of a slot that has one.
  [[nodiscard]] Leaf leaf(std::size_t slot) const;
  [[nodiscard]] const Hash& leaf_key(std::size_t slot) const { return keys()[leaf_rank(slot)].key; }
  [[nodiscard]] const Hash& leaf_value(std::size_t slot) const {
    return keys()[leaf_rank(slot)].value;
  }
  [[nodiscard]] const Node* page(std::size_t slot) const {
    return nodes()[rank(pages_, slot)];
  }
  // Of a slot that has either.
  [[nodiscard]] const Hash& slot_hash(std::size_t slot) const {
    return hashes()[rank(present(), slot)];
  }
  [[nodiscard]] Subtree subtree(std::size_t level, std::size_t index) const;
  // The lone leaf of a subtree that has one: its slot.
  [[nodiscard]] std::size_t lone_slot(std::size_t level, std::size_t index) const;

  // The flush since which the disk has this very page under its path; 0: it does not.
  [[nodiscard]] std::uint32_t persisted() const {
    return persisted_.load(std::memory_order_acquire);
  }
  void mark_persisted(std::uint32_t flush) const {
    persisted_.store(flush, std::memory_order_release);
  }

  // Has somebody asked for it since the question was last put? A new page counts as asked for.
  [[nodiscard]] bool take_used() const {
    const bool used = used_.load(std::memory_order_relaxed);
    used_.store(false, std::memory_order_relaxed);
    return used;
  }
  void note_used() const {
    if (!used_.load(std::memory_order_relaxed))
      used_.store(true, std::memory_order_relaxed);
  }

  // Of memory, without what stands below.
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  [[nodiscard]] std::int64_t child_stub_bytes() const; // were all pages below stubs

  // While nobody else sees the page: another node with the same hash.
  void exchange_page(std::size_t slot, const Node* node) { nodes()[rank(pages_, slot)] = node; }

  // 16-bit bitmap of children, 16-bit bitmap of those that are leaves (both big-endian), then for
  // each child key hash and value hash of a leaf, or the hash of a page.
  [[nodiscard]] Bytes encode() const;

private:
  friend class PageForge;
  friend std::int64_t destroy(const Node* node);
  friend std::int64_t destroy_born_after(const Node* node, std::optional<std::uint64_t> version);

  struct KeyAndValue {
    Hash key;
    Hash value;
  };
  // Behind the page lie: nodes (one for each page), keys (for each leaf), hashes (for each slot
  // that is present, then for each inner node of levels 1 to 3).
  Page(std::uint16_t leaves, std::uint16_t pages);
  ~Page() = default;
  [[nodiscard]] static Page* allocate(std::uint16_t leaves, std::uint16_t pages);

  [[nodiscard]] static std::size_t rank(unsigned bitmap, std::size_t slot) {
    return count_bits(bitmap & ((1u << slot) - 1));
  }
  [[nodiscard]] std::size_t leaf_rank(std::size_t slot) const { return rank(leaves_, slot); }
  [[nodiscard]] unsigned present() const { return unsigned{leaves_} | pages_; }
  [[nodiscard]] std::size_t present_count() const {
    return count_bits(present());
  }
  [[nodiscard]] std::size_t leaf_count() const {
    return count_bits(leaves_);
  }
  [[nodiscard]] std::size_t page_count() const {
    return count_bits(pages_);
  }
  [[nodiscard]] const Node** nodes() { return reinterpret_cast<const Node**>(this + 1); }
  [[nodiscard]] const Node* const* nodes() const {
    return reinterpret_cast<const Node* const*>(this + 1);
  }
  [[nodiscard]] KeyAndValue* keys() {
    return reinterpret_cast<KeyAndValue*>(nodes() + page_count());
  }
  [[nodiscard]] const KeyAndValue* keys() const {
    return reinterpret_cast<const KeyAndValue*>(nodes() + page_count());
  }
  [[nodiscard]] Hash* hashes() { return reinterpret_cast<Hash*>(keys() + leaf_count()); }
  [[nodiscard]] const Hash* hashes() const {
    return reinterpret_cast<const Hash*>(keys() + leaf_count());
  }
  // The bit of a node of levels 1 to 3 in `inner_`: the nodes in the order of their middles.
  [[nodiscard]] static std::size_t inner_bit(std::size_t level, std::size_t index) {
    return (index << level) + (std::size_t{1} << (level - 1)) - 1;
  }
  // Where its hash lies, if it is an inner node.
  [[nodiscard]] std::size_t inner_place(std::size_t level, std::size_t index) const {
    return present_count() + rank(inner_, inner_bit(level, index));
  }

  std::uint16_t leaves_;
  std::uint16_t pages_;
  std::uint16_t inner_; // which of the nodes of levels 1 to 3 are inner nodes
  std::uint16_t bytes_; // of memory, with what lies behind
  mutable std::atomic<bool> used_ = true;
  mutable std::atomic<std::uint32_t> persisted_ = 0;
};

// A page that may be on disk only. Loads once; whoever shares the stub shares the page.
class Stub final : public Node {
public:
  explicit Stub(const Hash& hash, std::uint64_t born = 0) : Node(Kind::kStub, hash) {
    set_born(born);
  }
  Stub(const Stub&) = delete;
  Stub& operator=(const Stub&) = delete;

  [[nodiscard]] Result<const Page*> load(const PageSource& source, const Path& path) const;
  // The same for who passes by once: a page that nobody has loaded yet is not kept, but handed over
  // in `passing`.
  [[nodiscard]] Result<const Page*> peek(const PageSource& source, const Path& path,
                                         OwnedPage& passing) const;
  [[nodiscard]] const Page* loaded() const { return page_.load(std::memory_order_acquire); }

private:
  friend std::int64_t destroy(const Node* node);
  friend std::int64_t destroy_born_after(const Node* node, std::optional<std::uint64_t> version);
  ~Stub() = default;
  [[nodiscard]] Result<OwnedPage> read(const PageSource& source, const Path& path) const;

  mutable std::atomic<const Page*> page_ = nullptr;
};

inline constexpr std::int64_t kStubBytes = sizeof(Stub);

// The page that a node is, if it is in memory.
[[nodiscard]] inline const Page* page_in_memory(const Node* node) {
  return node->kind() == Node::Kind::kPage ? static_cast<const Page*>(node)
                                           : static_cast<const Stub*>(node)->loaded();
}
// The page that a node at a path is; a stub's is loaded.
[[nodiscard]] Result<const Page*> page_of(const Node* node, const PageSource* source,
                                          const Path& path);

} // namespace tenon::store
