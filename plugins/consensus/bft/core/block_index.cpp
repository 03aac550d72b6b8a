#include "bft/core/block_index.hpp"

#include <algorithm>

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::consensus::bft {

void BlockIndex::reset(Block root) {
  root_ = std::move(root);
  blocks_.clear();
}

Block* BlockIndex::find(const Hash& id) {
  return const_cast<Block*>(std::as_const(*this).find(id));
}

const Block* BlockIndex::find(const Hash& id) const {
  if (id == root_.id)
    return &root_;
  const auto found = blocks_.find(id);
  return found == blocks_.end() ? nullptr : &found->second;
}

Block& BlockIndex::insert(Block block) {
  if (Block* const known = find(block.id))
    return *known;
  const Hash id = block.id;
  return blocks_.emplace(id, std::move(block)).first->second;
}

std::optional<std::vector<Block*>> BlockIndex::path(const Hash& id) {
  std::vector<Block*> path;
  for (Hash at = id; at != root_.id;) {
    Block* const block = find(at);
    if (block == nullptr || block->height <= root_.height)
      return std::nullopt;
    path.push_back(block);
    at = block->parent;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

const Block* BlockIndex::executed_ancestor(const Hash& id) const {
  for (const Block* block = find(id); block != nullptr; block = find(block->parent)) {
    if (block == &root_ || block->execution == Block::Execution::kDone)
      return block;
  }
  return nullptr;
}

bool BlockIndex::stands_on_root(const Hash& id) const {
  for (const Block* block = find(id); block != nullptr && block->height > root_.height;
       block = find(block->parent)) {
    if (block->parent == root_.id)
      return true;
  }
  return id == root_.id;
}

std::vector<Hash> BlockIndex::advance_root(const Hash& id) {
  const auto found = blocks_.find(id);
  if (found == blocks_.end())
    return {};
  // The ancestors of the new root are final, not dropped.
  std::vector<Hash> final_blocks;
  for (const Block* block = find(found->second.parent); block != nullptr && block != &root_;
       block = find(block->parent))
    final_blocks.push_back(block->id);
  root_ = std::move(found->second);
  blocks_.erase(found);
  for (const Hash& final_block : final_blocks)
    blocks_.erase(final_block);
  std::vector<Hash> stray;
  for (const auto& [block_id, block] : blocks_) {
    // A block whose parent is not known yet may still turn out to stand on the root.
    const bool dangling = block.height > root_.height + 1 && find(block.parent) == nullptr;
    if (!stands_on_root(block_id) && !dangling)
      stray.push_back(block_id);
  }
  std::vector<Hash> executed;
  for (const Hash& block_id : stray) {
    if (blocks_.at(block_id).execution != Block::Execution::kNone)
      executed.push_back(block_id);
    blocks_.erase(block_id);
  }
  return executed;
}

std::vector<Hash> BlockIndex::shrink(std::size_t max_blocks) {
  std::vector<Hash> executed;
  while (blocks_.size() > max_blocks) {
    const Block* oldest = nullptr;
    for (const auto& [id, block] : blocks_) {
      const auto age = [](const Block& b) { return std::pair(b.notarized.has_value(), b.view); };
      if (oldest == nullptr || age(block) < age(*oldest))
        oldest = &block;
    }
    if (oldest->notarized)
      break; // what is certified may be needed
    if (oldest->execution != Block::Execution::kNone)
      executed.push_back(oldest->id);
    blocks_.erase(Hash(oldest->id));
  }
  return executed;
}

std::optional<Block> block_from_header(BytesView header) {
  tenon::v1::BlockHeader message;
  if (!message.ParseFromArray(header.data(), static_cast<int>(header.size())) ||
      message.parent().size() != Hash::kSize || message.height() == 0 || message.view() == 0)
    return std::nullopt;
  Block block;
  block.id = crypto::sha256(header);
  block.parent = Hash::from_view(message.parent());
  block.epoch = message.epoch();
  block.height = message.height();
  block.view = message.view();
  block.header = header;
  return block;
}

bool has_own_payload(const tenon::v1::Block& block) {
  tenon::v1::BlockHeader header;
  if (!header.ParseFromString(block.header()))
    return false;
  const Result<Hash> root = wire::transactions_root(block.body());
  return root.ok() && header.transactions_root() == root->view();
}

std::optional<Block> block_from_message(BytesView encoded, std::vector<Bytes>* contents) {
  tenon::v1::Block message;
  if (!message.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())) ||
      !has_own_payload(message))
    return std::nullopt;
  const std::size_t size = message.ByteSizeLong();
  std::optional<Block> block = block_from_header(message.header());
  if (!block)
    return std::nullopt;
  // The header does not vouch for fields that no reader knows: with them there is more than this.
  tenon::v1::Block known;
  known.set_header(message.header());
  if (message.has_body()) {
    known.mutable_body()->set_unwedge(message.body().unwedge());
    known.mutable_body()->mutable_batches()->Swap(message.mutable_body()->mutable_batches());
  }
  if (known.ByteSizeLong() != size)
    return std::nullopt;
  for (Bytes& batch : *known.mutable_body()->mutable_batches()) {
    block->batches.push_back(crypto::sha256(batch));
    if (contents != nullptr)
      contents->push_back(std::move(batch));
  }
  block->unwedge = message.body().unwedge();
  block->encoded = encoded;
  return block;
}

} // namespace tenon::consensus::bft
