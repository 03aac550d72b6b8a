// Maps: balanced trees that share what they have in common, ordered by key. A change makes new
// nodes on the way to the root and no others. The shape of a tree is settled by how it was made, so
// what an operation costs is the same everywhere. Nodes are never changed; one thread makes them.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "interpreter/compare.hpp"
#include "interpreter/heap.hpp"
#include "interpreter/word.hpp"

namespace tenon::daml::interpreter {

// No tree is higher: one of that height has more than 2^32 nodes.
inline constexpr std::size_t kMaxMapHeight = 48;

// Entries from the least key to the greatest.
class MapIterator {
public:
  explicit MapIterator(const MapNode* root) { descend(root); }
  [[nodiscard]] const MapNode* next() {
    if (size_ == 0)
      return nullptr;
    const MapNode* const node = path_[--size_];
    descend(node->right);
    return node;
  }

private:
  void descend(const MapNode* node) {
    for (; node != nullptr && size_ < path_.size(); node = node->left)
      path_[size_++] = node;
  }
  std::array<const MapNode*, kMaxMapHeight> path_;
  std::size_t size_ = 0;
};

struct MapEntry {
  Word key;
  Word value;
};

// All of them compare keys, and return nothing when that stopped; see Comparer.
class MapEditor {
public:
  MapEditor(Heap& heap, Comparer& comparer) : heap_(heap), comparer_(comparer) {}

  // The node with the key; nullptr inside when there is none.
  std::optional<const MapNode*> find(const MapNode* root, const Word& key);
  // The map with the entry, in place of one with the same key.
  std::optional<Word> insert(const Word& map, const Word& key, const Word& value);
  std::optional<Word> remove(const Word& map, const Word& key);

  // Of entries in the order of their keys, each once.
  const MapNode* build(std::span<const MapEntry> entries);

private:
  const MapNode* insert_below(const MapNode* node, const Word& key, const Word& value);
  const MapNode* remove_below(const MapNode* node, const Word& key);
  const MapNode* without_least(const MapNode* node);
  const MapNode* join(const MapNode& like, const MapNode* left, const MapNode* right);
  const MapNode* make(const MapNode& like, const MapNode* left, const MapNode* right);

  Heap& heap_;
  Comparer& comparer_;
  bool stopped_ = false;
  bool changed_size_ = false;
};

} // namespace tenon::daml::interpreter
