// The blocks above the last final one that this replica knows, as the tree they form by their
// parents, each with how far it has come here: payload, rules, execution. Owned by the core; its
// thread.
#pragma once

#include <map>
#include <unordered_map>

#include "bft/core/types.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::consensus::bft {

// So many are kept above the last final one, unless more are notarized.
inline constexpr std::size_t kMaxBlocks = 256;

struct Block {
  Hash id;
  Hash parent;
  std::uint64_t epoch = 0;
  Height height = 0;
  View view = 0; // in which it was first proposed
  Bytes header;  // encoded BlockHeader
  std::vector<Hash> batches;
  Bytes unwedge;         // of its body, in the first block after a wedge
  bool misled = false;   // the batches named with it are not its own: it is asked for as a whole
  Bytes encoded;         // the whole Block message; empty until all batches are held
  bool verified = false; // follows the ledger's rules
  bool recorded = false; // in the vote log
  enum class Execution : std::uint8_t { kNone, kRunning, kDone };
  Execution execution = Execution::kNone;
  Hash result;                   // hash of its result header, once executed
  Height epoch_end = 0;          // last height of its epoch as its state has it; 0: open
  std::optional<View> notarized; // the latest view that is known to have notarized it
};

class BlockIndex {
public:
  // Starts anew on a final block: everything else is dropped.
  void reset(Block root);
  [[nodiscard]] const Block& root() const { return root_; }
  [[nodiscard]] Block& root() { return root_; }

  // The root or a block above it.
  [[nodiscard]] Block* find(const Hash& id);
  [[nodiscard]] const Block* find(const Hash& id) const;
  // Nothing happens when it is known already.
  Block& insert(Block block);
  [[nodiscard]] std::size_t size() const { return blocks_.size(); }

  // From the child of the root to the block, oldest first; nothing when it does not stand on the
  // root, or a block between is unknown.
  [[nodiscard]] std::optional<std::vector<Block*>> path(const Hash& id);
  // The highest of the block and its ancestors that has been executed; the root always has.
  [[nodiscard]] const Block* executed_ancestor(const Hash& id) const;

  // Makes a block of the tree the root. What does not stand on it is dropped: the ids of those that
  // were given to the ledger for execution.
  [[nodiscard]] std::vector<Hash> advance_root(const Hash& id);
  // Keeps at most so many: the oldest views that were never notarized go first.
  [[nodiscard]] std::vector<Hash> shrink(std::size_t max_blocks);

  template <typename Visit> void for_each(Visit&& visit) {
    for (auto& [id, block] : blocks_)
      visit(block);
  }

private:
  [[nodiscard]] bool stands_on_root(const Hash& id) const;

  Block root_;
  std::unordered_map<Hash, Block, HashHasher> blocks_;
};

// From its messages; nothing when they have not the form of a block.
[[nodiscard]] std::optional<Block> block_from_header(BytesView header);
// With its payload: an encoded tenon.v1.Block. The batches are copied out into `contents`. Nothing
// either when the payload is not the one that the header names.
[[nodiscard]] std::optional<Block> block_from_message(BytesView encoded,
                                                      std::vector<Bytes>* contents);

// Is the payload of the block the one that its header names?
[[nodiscard]] bool has_own_payload(const tenon::v1::Block& block);

} // namespace tenon::consensus::bft
