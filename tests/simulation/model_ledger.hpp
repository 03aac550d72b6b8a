// A replica's ledger by its definition: results are hashes over the chain and over what it
// accepted, each transaction once; an "epoch" transaction changes the validators, and committed
// blocks lie on a disk that can lose what is not synced. What the protocol is tested against; the
// real pipeline has tests of its own. Owned by its node, survives its crashes; one thread.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_set>

#include "bft/core/core.hpp"
#include "simulation/clockwork.hpp"

namespace tenon::simulation {

namespace bft = consensus::bft;

// The validators of every epoch, the same for all nodes.
using Members = std::function<v1::ValidatorSet(std::uint64_t epoch)>;

inline constexpr BytesView kEpochTransaction = "epoch";

struct ModelState {
  bft::Height height = 0;
  Hash result;
  std::uint64_t epoch = 0; // of this block
  bft::Height epoch_end = 0;
  std::vector<Bytes> accepted; // transactions of this block that no ancestor had
};

struct ModelBlock {
  Hash id;
  bft::Height height = 0;
  Bytes block;
  Bytes certificate;
  ModelState state;
};

class ModelLedger final : public bft::Ledger {
public:
  ModelLedger(const Hash& chain, Members members);

  [[nodiscard]] Result<Bytes> propose(BytesView parent_header, const Hash& executed,
                                      std::uint64_t epoch, bft::View view,
                                      std::span<const Bytes> batches) override;
  [[nodiscard]] Status verify(BytesView block, BytesView parent_header,
                              const Hash& executed) override;

  // On the parent's state, which must be there.
  [[nodiscard]] Result<ModelState> execute(const Hash& id, BytesView block);
  // With its ancestors that are not committed yet; how many that were.
  [[nodiscard]] Result<std::vector<ModelBlock>> commit(const Hash& id, BytesView certificate);
  void abandon(const Hash& id) { executed_.erase(id); }
  void sync(bft::Height height) { synced_ = std::max(synced_, height); }
  // Back to what is synced.
  void crash();
  void lose_everything();

  [[nodiscard]] bft::Start start() const;
  [[nodiscard]] const ModelBlock* block(bft::Height height) const;
  [[nodiscard]] bft::Height height() const { return chain_.size() - 1; }
  [[nodiscard]] bft::Height synced() const { return synced_; }
  [[nodiscard]] v1::ValidatorSet members(std::uint64_t epoch) const { return members_(epoch); }

  bool wrong_results = false; // a broken engine: results differ from everybody's

private:
  struct Executed {
    Bytes block;
    Hash parent;
    ModelState state;
  };
  [[nodiscard]] const ModelState* state(const Hash& id) const;
  // Those of the block that neither it nor an ancestor has accepted before.
  [[nodiscard]] std::vector<Bytes> fresh_transactions(BytesView block, Hash parent) const;
  [[nodiscard]] static std::uint64_t epoch_at(const ModelState& state, bft::Height height);

  Hash chain_id_;
  Members members_;
  std::vector<ModelBlock> chain_; // by height, genesis first
  std::map<Hash, ModelState> committed_;
  std::map<Hash, Executed> executed_;
  std::unordered_set<Bytes> accepted_; // in committed blocks
  bft::Height synced_ = 0;
};

// What a block orders, for those who look for it.
[[nodiscard]] std::vector<Bytes> transactions_of(BytesView block);
[[nodiscard]] Bytes batch_of(const std::vector<Bytes>& transactions);

} // namespace tenon::simulation
