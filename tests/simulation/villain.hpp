// A Byzantine replica's mouth: takes what its core, which is the production one, wants to say, and
// says something else to each of the others. Which tricks it plays changes from phase to phase;
// each is counted, so that a run can show that all were tried. Owned by the simulation; one thread.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <set>

#include "bft/core/core.hpp"
#include "simulation/network.hpp"

namespace tenon::simulation {

namespace bft = consensus::bft;

enum class Trick : std::uint8_t {
  kTwins,         // two cores with one key, each seen by some of the others
  kEquivocate,    // two blocks of one view, each with its votes to its half, or both to the same
  kWithhold,      // digests without their batches, and no answers
  kReplay,        // old certificates and votes, also under another epoch's number
  kBothVotes,     // NULLIFY and FINALIZE of one view
  kGarbage,       // bytes, and frames that end too early
  kWrongResult,   // in FINALIZE
  kWrongProposal, // roots, heights, parents, epochs, views
  kUncovered,     // a block on an older one, or one carried that was never notarized
  kLyingChain,    // altered blocks, wrong certificates, more than was asked for
  kLyingPosition, // views and heights beyond all others
  kSilentLeader,
  kSelective, // nothing at all for some
  kBadSignature,
  kFlood, // batches up to its window
  kLyingState, // altered offers and ranges of a state, or none
  kStaleState, // offers of states that nobody else has any more
};
inline constexpr std::size_t kTricks = 17;
using TrickCounts = std::array<std::uint64_t, kTricks>;
[[nodiscard]] const char* to_text(Trick trick);

class Villain {
public:
  Villain(std::string name, std::vector<std::string> everybody, Random& random, Network& network);

  // Other tricks from now on; none, and it behaves.
  void choose(std::set<Trick> tricks);
  // In place of the network.
  void send(const bft::Core& core, const bft::Send& send);
  void serve(const bft::Core& core, const std::string& to, Bytes chain);
  // A state, or a range of one.
  void give(const bft::Core& core, const std::string& to, Bytes frame);
  [[nodiscard]] bool offers_stale_states() { return plays(Trick::kStaleState, 0.8); }
  void hear(const Bytes& frame);
  void count(Trick trick) { ++counts_[static_cast<std::size_t>(trick)]; }
  [[nodiscard]] const TrickCounts& counts() const { return counts_; }

private:
  using Message = ::tenon::bft::v1::Message;
  // A second block of one of its views, and who is told of it.
  struct Rival {
    Hash first;
    Hash second;
    Bytes header;
    std::set<std::string> told_second;
    std::set<std::string> told_both;
  };

  [[nodiscard]] bool plays(Trick trick) const { return tricks_.contains(trick); }
  [[nodiscard]] bool plays(Trick trick, double probability);
  void remember(const Message& message);
  [[nodiscard]] const Bytes& recent_header(); // there must be one
  void prepare(const bft::Core& core, const Message& message);
  // To one of the others; nothing is sent when it answers false.
  [[nodiscard]] bool alter(const bft::Core& core, const std::string& to, Message& message);
  [[nodiscard]] bool alter_proposal(const std::string& to, Message& message);
  void spoil(::tenon::bft::v1::Proposal& proposal);
  void alter_vote(const bft::Core& core, const std::string& to, Message& message);
  void add_to(const bft::Core& core, const std::string& to, const Bytes& frame);
  void replay(const bft::Core& core, const std::string& to);
  void flood(const bft::Core& core, const std::string& to);
  void vote(const bft::Core& core, const std::string& to, const bft::VoteSubject& subject);
  void say(const std::string& to, const Message& message);
  void say(const std::string& to, Bytes frame);

  std::string name_;
  std::vector<std::string> everybody_;
  Random& random_;
  Network& network_;
  std::set<Trick> tricks_;
  std::set<std::string> shunned_;
  std::map<bft::View, Rival> rivals_;
  std::map<bft::View, Hash> proposed_; // by anybody
  std::deque<Bytes> headers_;
  std::deque<::tenon::bft::v1::Certificate> certificates_;
  std::deque<::tenon::bft::v1::Vote> votes_;
  std::uint64_t floods_ = 0; // in this phase
  TrickCounts counts_{};
};

} // namespace tenon::simulation
