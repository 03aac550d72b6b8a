// Four validators and three operators, all played by the test: blocks are proposed, executed and
// certified by hand, across epochs. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tenon/merkle/state_entry.hpp"
#include "unit/pipeline/fakes/world.hpp"

namespace tenon::test {

// The same name always has the same key.
[[nodiscard]] crypto::PrivateKey key_of(const std::string& name);

// A ledger of validators v0 to v3 (f = 1) and of operators olga, omar and otto, two of whom must
// sign; without consensus. Client "node" may follow it.
[[nodiscard]] WorldOptions committee_options(bool streams = false);

class Committee {
public:
  explicit Committee(World& world);

  // Signed by these operators, in the ledger's next sequence.
  [[nodiscard]] v1::OperatorCommand sign(const v1::OperatorAction& action,
                                         const std::vector<std::string>& signers = {"olga",
                                                                                    "omar"}) const;
  [[nodiscard]] v1::OperatorCommand sign(const v1::OperatorAction& action, std::uint64_t sequence,
                                         const std::vector<std::string>& signers) const;
  [[nodiscard]] v1::Transaction transaction(const v1::OperatorCommand& command);

  // A block of these on the head; without a height of its own it fails as propose() does.
  [[nodiscard]] Result<Bytes> propose(const std::vector<v1::Transaction>& transactions = {});
  [[nodiscard]] Result<Bytes> execute(const Bytes& block);
  // By a quorum of the validators of the block's epoch.
  [[nodiscard]] Bytes certify(const Bytes& block, const Bytes& result_header);
  // All of it; the outcomes.
  std::vector<v1::Outcome> commit(const std::vector<v1::Transaction>& transactions = {});
  // "OK", or why the order was rejected.
  std::string order(const v1::OperatorAction& action);
  std::string order(const v1::OperatorCommand& command);
  // Commits empty blocks until the head is there.
  void grow_to(std::uint64_t height);

  [[nodiscard]] std::uint64_t height() const;
  [[nodiscard]] v1::BlockHeader head() const;
  // Of the head's epoch.
  [[nodiscard]] v1::EpochSchedule schedule() const;
  template <typename Record> [[nodiscard]] Record record(const Bytes& key) const {
    Record decoded;
    decoded.ParseFromString(value(key));
    return decoded;
  }
  // Empty when there is none.
  [[nodiscard]] Bytes value(const Bytes& key) const;

private:
  World& world_;
  std::map<Bytes, crypto::PrivateKey> keys_; // of validators, by public key
  std::uint64_t made_ = 0;                   // transactions
};

} // namespace tenon::test
