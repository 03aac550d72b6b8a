// A ledger for tests of consensus plugins: it builds blocks, "executes" them into made-up results,
// and notes every broken promise of the protocol that drives it — a block on an unknown parent or
// too far ahead of execution, a result certified that was never computed, a block final twice or
// without its ancestors. Answers execute() and finalized() when the test says so. One thread, one
// epoch.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tenon/plugin/consensus.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::testkit {

class FakeReplica final : public plugin::ReplicaApp {
public:
  // The only validator of its chain, or one of several.
  FakeReplica(const Hash& chain, BytesView validator_key);
  FakeReplica(const Hash& chain, v1::ValidatorSet validators);

  [[nodiscard]] Result<plugin::ReplicaHead> head() const override { return head_; }
  [[nodiscard]] Status check(BytesView batch) override;
  [[nodiscard]] Result<Bytes> propose(const plugin::Proposal& proposal) override;
  [[nodiscard]] Status verify(BytesView block, BytesView parent_header,
                              const Hash& executed) override;
  void execute(BytesView block, plugin::ExecutedCallback done) override;
  void finalized(const Hash& block_id, BytesView certificate,
                 plugin::FinalizedCallback done) override;
  void abandon(const Hash& block_id) override;
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        plugin::BlockPart part) const override;
  [[nodiscard]] Result<Bytes> schedule(const Hash& executed) const override;

  // Answers the oldest open request; false when there is none.
  bool answer_one();
  [[nodiscard]] std::size_t open_requests() const { return open_.size(); }
  // Of committed blocks, in order.
  [[nodiscard]] const std::vector<Bytes>& final_batches() const { return final_batches_; }
  [[nodiscard]] std::uint64_t final_blocks() const { return head_.height; }
  // Of the block of the height that is final here; zero for none.
  [[nodiscard]] Hash final_block(std::uint64_t height) const;
  // Promises the protocol has broken.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
  [[nodiscard]] std::size_t calls() const { return calls_; }

  std::uint64_t max_block_batches = 1000; // more are refused by propose(), as INVALID_ARGUMENT
  bool fail_execution = false;            // with a fault, from now on
  bool fail_commit = false;
  std::set<Bytes> bad_batches; // refused by check()

private:
  struct Executed {
    std::uint64_t height;
    Hash parent;
    Bytes header;
    Bytes result_header;
    Bytes body;
    std::vector<Bytes> batches;
  };
  struct Final {
    Hash id;
    Bytes header;
    Bytes body;
    Bytes certificate;
  };
  // Complains about a block that stands on nothing known, or too far above what was executed.
  void check_place(const Hash& parent, std::uint64_t height, const Hash& executed);
  void complain_unless(bool holds, const std::string& what);
  [[nodiscard]] Result<Bytes> execute_now(const Bytes& block);
  [[nodiscard]] Status finalize_now(const Hash& block_id, const Bytes& certificate);

  Hash chain_;
  v1::ValidatorSet validators_;
  plugin::ReplicaHead head_;
  std::map<std::uint64_t, Final> final_;
  std::map<Hash, std::uint64_t> known_; // heights of blocks that were proposed, verified, executed
  std::map<Hash, Executed> executed_;
  std::deque<std::function<void()>> open_;
  std::vector<Bytes> final_batches_;
  std::vector<std::string> complaints_;
  std::size_t empty_blocks_ = 0; // proposed in a row
  std::size_t calls_ = 0;
};

} // namespace tenon::testkit
