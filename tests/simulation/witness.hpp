// What the network as a whole has said, from the votes that its validators have written and the
// blocks that they hold: which certificates a quorum can have made, and whether a vote stands on
// what the protocol's rules demand. It knows more than any replica and follows no code of theirs.
// Owned by the checker; one thread.
#pragma once

#include <map>
#include <set>
#include <string>

#include "simulation/model_ledger.hpp"

namespace tenon::simulation {

class Witness {
public:
  explicit Witness(Members members) : members_(std::move(members)) {}

  // Whoever says anything to anybody.
  void distrust(const std::string& node) { distrusted_.insert(node); }

  struct Epoch {
    std::map<std::string, bft::ValidatorIndex, std::less<>> validators;
    std::vector<std::string> names;
    std::size_t quorum = 0;
    std::size_t liars = 0; // distrusted ones
  };
  [[nodiscard]] const Epoch& epoch(std::uint64_t number);

  void voted(const std::string& node, std::uint64_t epoch, const bft::VoteSubject& subject);
  // A block that somebody has recorded or committed.
  void block(const Hash& id, const v1::BlockHeader& header);
  // It ends its epoch, or is the first block of all.
  void ends_epoch(const Hash& id, std::uint64_t epoch) { last_blocks_[epoch] = id; }

  // Can a quorum have signed this, if those that are distrusted did?
  [[nodiscard]] bool possible(std::uint64_t epoch, const bft::VoteSubject& subject);
  // What a NOTARIZE or FINALIZE vote lacks; empty: nothing.
  [[nodiscard]] std::string lacks(std::uint64_t epoch, const bft::VoteSubject& subject,
                                  bft::Height highest_final);

private:
  struct Known {
    Hash parent;
    bft::Height height = 0;
    bft::View view = 0;
  };
  Members members_;
  std::set<std::string> distrusted_;
  std::map<std::uint64_t, Epoch> epochs_;
  // Who, one bit each.
  std::map<std::pair<std::uint64_t, bft::VoteSubject>, std::uint32_t> votes_;
  std::map<Hash, Known> blocks_;
  std::map<std::uint64_t, Hash> last_blocks_;
};

} // namespace tenon::simulation
