// A replica's ledger by its definition: the state is what was accepted, each transaction once, in
// slices whose hashes make the state root; an "epoch" transaction changes the validators, and
// committed blocks lie on a disk that can lose what is not synced. Blocks are pruned, and states
// given and taken slice by slice (model_transfer.cpp). What the protocol is tested against; the
// real pipeline has tests of its own. Owned by its node, survives its crashes; one thread.
#pragma once

#include <algorithm>
#include <array>
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

inline constexpr std::size_t kModelSlices = 16; // by the first four bits of a transaction's hash

struct ModelState {
  bft::Height height = 0;
  Hash result;
  std::uint64_t epoch = 0; // of this block
  bft::Height epoch_end = 0;
  std::vector<Bytes> accepted; // transactions of this block that no ancestor had
  std::array<Hash, kModelSlices> slices; // of all that was accepted up to here
  Bytes result_header;

  [[nodiscard]] Hash root() const;
};

struct ModelBlock {
  Hash id;
  bft::Height height = 0;
  Bytes block;
  Bytes certificate;
  ModelState state;
};

// A state that is being taken over.
struct ModelImport {
  bft::Height height = 0;
  Hash id;
  Hash root;
  Bytes target;
  std::uint64_t epoch = 0;
  bft::Height epoch_end = 0;
  std::array<Hash, kModelSlices> hashes;
  std::map<std::size_t, std::vector<Bytes>> slices; // what was accepted, in order
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
  // Forgets synced blocks below the height.
  void prune(bft::Height keep_from);
  [[nodiscard]] bft::Height oldest() const { return base_; }

  // State transfer; answers as those of the replica app.
  [[nodiscard]] std::optional<Bytes> export_target(std::uint64_t from_epoch, bft::Height height);
  [[nodiscard]] std::optional<Bytes> export_range(bft::Height height, const Hash& first);
  [[nodiscard]] Status import_begin(BytesView target);
  [[nodiscard]] Status import_range(bft::Height height, BytesView range);
  [[nodiscard]] Result<std::vector<merkle::KeySpan>> import_missing() const;
  [[nodiscard]] Status import_finish();
  void import_abandon() { import_.reset(); }
  // Ranges that were not on stable storage when the power was cut.
  template <typename Lost> void lose_ranges(Lost&& lost) {
    if (import_)
      std::erase_if(import_->slices, [&](const auto&) { return lost(); });
  }
  // Back to what is synced.
  void crash();
  void lose_everything();

  [[nodiscard]] bft::Start start() const;
  [[nodiscard]] const ModelBlock* block(bft::Height height) const;
  [[nodiscard]] bft::Height height() const { return base_ + chain_.size() - 1; }
  [[nodiscard]] bft::Height synced() const { return synced_; }
  [[nodiscard]] v1::ValidatorSet members(std::uint64_t epoch) const { return members_(epoch); }

  bool wrong_results = false; // a broken engine: results differ from everybody's
  bool trusts_ranges = false; // a planted bug: ranges are not checked
  // States older than this many blocks cannot be given, unless somebody takes them over already.
  bft::Height versions = 40;

private:
  struct Executed {
    Bytes block;
    Hash parent;
    ModelState state;
  };
  [[nodiscard]] const ModelState* state(const Hash& id) const;
  [[nodiscard]] Hash members_hash(std::uint64_t epoch) const;
  // Of the validators above the block of this height, as an ancestor's state has it.
  [[nodiscard]] Hash next_members(const ModelState& known, std::uint64_t epoch,
                                  bft::Height height) const;
  void keep(const ModelBlock& block);
  // Those of the block that neither it nor an ancestor has accepted before.
  [[nodiscard]] std::vector<Bytes> fresh_transactions(BytesView block, Hash parent) const;
  [[nodiscard]] static std::uint64_t epoch_at(const ModelState& state, bft::Height height);

  Hash chain_id_;
  Members members_;
  std::vector<ModelBlock> chain_; // from base_ on
  bft::Height base_ = 0;
  // What was accepted, with its block, by slice.
  std::array<std::vector<std::pair<bft::Height, Bytes>>, kModelSlices> history_;
  std::map<std::uint64_t, v1::EpochHandover> handovers_; // by the epoch that ended
  mutable std::map<std::uint64_t, Hash> members_hashes_;
  std::set<bft::Height> lent_; // states that others take over
  std::optional<ModelImport> import_;
  std::map<Hash, ModelState> committed_;
  std::map<Hash, Executed> executed_;
  std::unordered_set<Bytes> accepted_; // in committed blocks
  bft::Height synced_ = 0;
};

[[nodiscard]] std::size_t model_slice(const Hash& hash);
// What a block orders, for those who look for it.
[[nodiscard]] std::vector<Bytes> transactions_of(BytesView block);
[[nodiscard]] Bytes batch_of(const std::vector<Bytes>& transactions);

} // namespace tenon::simulation
