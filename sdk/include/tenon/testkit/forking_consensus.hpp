// A consensus for tests of replicas that does everything a pipelined protocol may do, by chance:
// several blocks on one parent, blocks on blocks that are not final or not even executed, branches
// abandoned or simply left behind, blocks made final through a descendant or in a later view,
// epochs that end. From one seed always the same. It is the only validator, with one key. One
// thread; the test runs the replica's pending work through `settle`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "tenon/crypto/ed25519.hpp"
#include "tenon/plugin/consensus.hpp"

namespace tenon::testkit {

class ForkingConsensus final : public plugin::Consensus {
public:
  ForkingConsensus(const Hash& chain, const crypto::PrivateKey& key, std::uint64_t seed,
                   std::function<void()> settle);

  [[nodiscard]] Status attach(plugin::ReplicaApp& app) override;
  [[nodiscard]] Status submit(BytesView batch) override;
  [[nodiscard]] Result<Bytes> describe() const override;

  // One random action.
  [[nodiscard]] Status step();
  // Makes everything that was submitted final.
  [[nodiscard]] Status finish();

  struct Counts {
    std::uint64_t proposed = 0;
    std::uint64_t forks = 0;     // blocks on a parent that had a child already
    std::uint64_t ahead = 0;     // blocks on a parent that was not executed yet
    std::uint64_t abandoned = 0; // by abandon(), descendants included
    std::uint64_t left_behind = 0;
    std::uint64_t final_blocks = 0;
    std::uint64_t indirect = 0; // final through a descendant
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

private:
  struct Node {
    Hash parent;
    std::uint64_t view = 0;
    std::uint64_t height = 0;
    std::uint64_t epoch = 0;
    Bytes block;
    Bytes header;
    std::optional<Hash> result_hash; // once executed
    std::set<std::size_t> batches; // of the block alone
    bool has_child = false;
  };
  using Nodes = std::map<Hash, Node>;

  [[nodiscard]] Status propose_on(const Hash& parent, bool everything);
  // The block and the ancestors it needs, in one go.
  [[nodiscard]] Status execute(const Hash& id);
  [[nodiscard]] Hash executed_ancestor(Hash id) const;
  [[nodiscard]] Result<std::uint64_t> epoch_of(std::uint64_t height, const Hash& executed) const;
  // The last blocks of epochs below it first, each for itself.
  [[nodiscard]] Status finalize(const Hash& id);
  [[nodiscard]] Status finalize_in_epoch(const Hash& id);
  [[nodiscard]] Status abandon(const Hash& id);
  [[nodiscard]] Hash random_node();
  [[nodiscard]] bool stands_on(Hash id, const Hash& ancestor) const;
  [[nodiscard]] std::set<std::size_t> batches_up_to(Hash id) const;
  std::uint64_t remove_nodes(const std::function<bool(const Hash&)>& which);
  [[nodiscard]] Result<Bytes> certificate(const Hash& id, const Node& node);

  Hash chain_;
  const crypto::PrivateKey& key_;
  std::mt19937_64 random_;
  std::function<void()> settle_;
  plugin::ReplicaApp* app_ = nullptr;
  std::vector<Bytes> batches_; // all that were submitted
  std::set<std::size_t> final_batches_;
  Hash tip_; // the last final block
  Bytes tip_header_;
  std::uint64_t tip_height_ = 0;
  bool tip_has_child_ = false;
  std::uint64_t view_ = 0;
  Nodes nodes_; // neither final nor abandoned
  Counts counts_;
};

} // namespace tenon::testkit
