#include "interpreter/map.hpp"

#include <algorithm>

namespace tenon::daml::interpreter {

namespace {

std::uint32_t height_of(const MapNode* node) {
  return node == nullptr ? 0 : node->height;
}

} // namespace

const MapNode* MapEditor::make(const MapNode& like, const MapNode* left, const MapNode* right) {
  auto* const node = heap_.make<MapNode>();
  node->key = like.key;
  node->value = like.value;
  node->left = left;
  node->right = right;
  node->height = std::max(height_of(left), height_of(right)) + 1;
  return node;
}

// A node with these below it, turned where one side is higher than the other by two.
const MapNode* MapEditor::join(const MapNode& like, const MapNode* left, const MapNode* right) {
  if (height_of(left) > height_of(right) + 1) {
    if (height_of(left->left) >= height_of(left->right))
      return make(*left, left->left, make(like, left->right, right));
    const MapNode& middle = *left->right;
    return make(middle, make(*left, left->left, middle.left), make(like, middle.right, right));
  }
  if (height_of(right) > height_of(left) + 1) {
    if (height_of(right->right) >= height_of(right->left))
      return make(*right, make(like, left, right->left), right->right);
    const MapNode& middle = *right->left;
    return make(middle, make(like, left, middle.left), make(*right, middle.right, right->right));
  }
  return make(like, left, right);
}

std::optional<const MapNode*> MapEditor::find(const MapNode* root, const Word& key) {
  if (!comparer_.check_key(key))
    return std::nullopt;
  const MapNode* node = root;
  while (node != nullptr) {
    const auto order = comparer_.compare(key, node->key);
    if (!order)
      return std::nullopt;
    if (*order == 0)
      break;
    node = *order < 0 ? node->left : node->right;
  }
  return node;
}

const MapNode* MapEditor::insert_below(const MapNode* node, const Word& key, const Word& value) {
  if (node == nullptr) {
    changed_size_ = true;
    return make({key, value, nullptr, nullptr, 1}, nullptr, nullptr);
  }
  const auto order = comparer_.compare(key, node->key);
  if (!order) {
    stopped_ = true;
    return node;
  }
  if (*order == 0)
    return make({key, value, nullptr, nullptr, 1}, node->left, node->right);
  const MapNode* const below = insert_below(*order < 0 ? node->left : node->right, key, value);
  if (stopped_)
    return node;
  return *order < 0 ? join(*node, below, node->right) : join(*node, node->left, below);
}

std::optional<Word> MapEditor::insert(const Word& map, const Word& key, const Word& value) {
  if (!comparer_.check_key(key))
    return std::nullopt;
  stopped_ = changed_size_ = false;
  const MapNode* const root = insert_below(map.map, key, value);
  if (stopped_)
    return std::nullopt;
  return map_word(map.kind, root, map.size + (changed_size_ ? 1 : 0));
}

const MapNode* MapEditor::without_least(const MapNode* node) {
  if (node->left == nullptr)
    return node->right;
  return join(*node, without_least(node->left), node->right);
}

const MapNode* MapEditor::remove_below(const MapNode* node, const Word& key) {
  if (node == nullptr)
    return nullptr;
  const auto order = comparer_.compare(key, node->key);
  if (!order) {
    stopped_ = true;
    return node;
  }
  if (*order == 0) {
    changed_size_ = true;
    if (node->left == nullptr || node->right == nullptr)
      return node->left == nullptr ? node->right : node->left;
    const MapNode* least = node->right;
    while (least->left != nullptr)
      least = least->left;
    return join(*least, node->left, without_least(node->right));
  }
  const MapNode* const below = remove_below(*order < 0 ? node->left : node->right, key);
  if (stopped_ || !changed_size_)
    return node; // nothing to remove: the map is what it was
  return *order < 0 ? join(*node, below, node->right) : join(*node, node->left, below);
}

std::optional<Word> MapEditor::remove(const Word& map, const Word& key) {
  if (!comparer_.check_key(key))
    return std::nullopt;
  stopped_ = changed_size_ = false;
  const MapNode* const root = remove_below(map.map, key);
  if (stopped_)
    return std::nullopt;
  return map_word(map.kind, root, map.size - (changed_size_ ? 1 : 0));
}

const MapNode* MapEditor::build(std::span<const MapEntry> entries) {
  if (entries.empty())
    return nullptr;
  const std::size_t middle = entries.size() / 2;
  const MapNode* const left = build(entries.first(middle));
  const MapNode* const right = build(entries.subspan(middle + 1));
  return make({entries[middle].key, entries[middle].value, nullptr, nullptr, 1}, left, right);
}

} // namespace tenon::daml::interpreter
