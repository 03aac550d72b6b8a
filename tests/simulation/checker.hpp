// What must hold at every step of a simulation, seen from outside the replicas: no two of them
// commit different blocks or results at one height, no transaction takes effect twice, no honest
// validator contradicts itself on the wire in any of its lives, or is blamed, or halts; every vote,
// and the block it is for, was on stable storage before it left, and stands on what the rules
// demand; one certificate of a view, and whatever it says, its honest signers have written. Owned
// by the simulation; one thread.
#pragma once

#include <unordered_map>

#include "simulation/node.hpp"
#include "simulation/witness.hpp"

namespace tenon::simulation {

class Checker {
public:
  explicit Checker(Members members);

  // Nodes whose words and deeds prove nothing.
  void distrust(const std::string& node);
  // A node that may halt, because its engine is broken; and must never commit what it computes.
  void expect_halt(const std::string& node) { may_halt_.insert(node); }
  void restarted(const std::string& node, bft::Height height);
  void committed(const std::string& node, const ModelBlock& block);
  // Instead of everything up to this block.
  void imported(const std::string& node, const ModelBlock& block);
  void sent(const std::string& node, const bft::Send& send);
  void written(const std::string& node, const Bytes& record);
  void blamed(const std::string& node, const bft::Misbehaved& misbehaved);
  void accused(const std::string& node, const bft::Accuse& accuse);
  void halted(const std::string& node, const Status& why);
  // What a replica holds in memory at this moment, against its limits.
  void weigh(const Node& node, const bft::Settings& settings);
  void complain(std::string what);

  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  [[nodiscard]] bft::Height highest() const {
    return blocks_.empty() ? 0 : blocks_.rbegin()->first;
  }
  // Has the transaction taken effect in a final block?
  [[nodiscard]] bool is_final(const Bytes& transaction) const {
    return final_transactions_.contains(transaction);
  }
  [[nodiscard]] bool has_halted(const std::string& node) const { return halted_.contains(node); }
  [[nodiscard]] std::uint64_t accusations() const { return accusations_; }
  [[nodiscard]] std::uint64_t blames() const { return blames_; }
  // Of everything that happened: equal runs have equal ones.
  [[nodiscard]] const Hash& history() const { return history_; }

private:
  using Word = std::pair<std::uint64_t, bft::VoteSubject>; // epoch and what was said in it
  struct Said {
    std::map<bft::VoteKind, bft::VoteSubject> by_kind;
  };
  struct Validator {
    std::set<Word> written;
    std::set<Hash> held; // blocks in its log
    std::map<std::pair<std::uint64_t, bft::View>, Said> said;
    bft::Height start = 0; // of its present life
    bft::Height height = 0;
  };
  void remember(BytesView what);
  void first_committed(const std::string& node, const ModelBlock& block);
  void check_certificate(const std::string& node, const ModelBlock& block);
  void sent_vote(const std::string& node, std::uint64_t epoch, const bft::Vote& vote);
  void sent_proposal(const std::string& node, const ::tenon::bft::v1::Proposal& proposal);
  // A certificate that an honest node shows or keeps.
  void seen(const std::string& node, std::uint64_t epoch,
            const ::tenon::bft::v1::Certificate& certificate);

  Witness witness_;
  std::set<std::string> distrusted_;
  std::set<std::string> may_halt_;
  std::set<std::string> halted_;
  std::map<bft::Height, std::pair<Hash, Hash>> blocks_; // id and result
  std::map<bft::Height, std::pair<Hash, Hash>> imported_; // perhaps before anybody committed it
  std::unordered_map<std::string, Validator> validators_;
  std::map<std::pair<std::uint64_t, bft::View>, Said> certified_;
  std::set<std::pair<bft::Height, bft::VoteSubject>> checked_;
  std::unordered_set<Bytes> final_transactions_;
  std::unordered_map<Hash, bft::Height, HashHasher> final_batches_;
  std::uint64_t accusations_ = 0;
  std::uint64_t blames_ = 0;
  std::string complaint_;
  Hash history_;
};

} // namespace tenon::simulation
