// The suite for several validators: see consensus_suite.hpp.
#include <algorithm>
#include <array>
#include <random>

#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/consensus_suite.hpp"
#include "tenon/testkit/fake_replica.hpp"
#include "tenon/testkit/manual_host.hpp"

namespace tenon::testkit {

namespace {

constexpr std::size_t kMembers = 4;
constexpr std::size_t kPlentyOfBytes = 1u << 20;
constexpr std::uint64_t kStepUs = 5'000;
constexpr int kPatienceSteps = 20'000; // 100 s of the hosts' time

std::string name_of(std::size_t member) {
  return "validator-" + std::to_string(member + 1);
}

Bytes batch_of(std::uint64_t number) {
  v1::TransactionBatch batch;
  batch.set_client("client");
  batch.add_transactions("transaction " + std::to_string(number));
  return batch.SerializeAsString();
}

Status broken(const std::string& what) {
  return {Code::kUnknown, what};
}

// A validator: the protocol under test between its host and its ledger.
struct Member {
  Member(const Hash& chain, std::size_t index)
      : host(std::make_unique<ManualHost>(chain, index + 1, name_of(index))) {
    host->offer_peers();
  }

  std::unique_ptr<ManualHost> host;
  std::unique_ptr<FakeReplica> replica;
  ConsensusSuiteOptions::Made made;
  bool up = false;
};

class Mesh {
public:
  explicit Mesh(const ConsensusSuiteOptions& options) : options_(options), random_(options.seed) {
    v1::ValidatorSet validators;
    validators.set_max_byzantine((kMembers - 1) / 3);
    for (std::size_t i = 0; i < kMembers; ++i) {
      v1::Validator& validator = *validators.add_validators();
      validator.set_name(name_of(i));
      members_.emplace_back(chain_, i);
      validator.set_public_key(members_[i].host->node_key().public_key());
    }
    for (Member& member : members_)
      member.replica = std::make_unique<FakeReplica>(chain_, validators);
  }
  ~Mesh() {
    for (std::size_t i = 0; i < kMembers; ++i)
      stop(i);
  }
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;

  Status start_all() {
    for (std::size_t i = 0; i < kMembers; ++i)
      TENON_RETURN_IF_ERROR(start(i));
    return {};
  }
  Status start(std::size_t index) {
    Member& member = members_[index];
    TENON_ASSIGN_OR_RETURN(member.made, options_.make(member.host->host(), kPlentyOfBytes));
    TENON_RETURN_IF_ERROR(member.made.consensus->attach(*member.replica));
    TENON_RETURN_IF_ERROR(member.made.plugin->start());
    member.up = true;
    for (std::size_t other = 0; other < kMembers; ++other) {
      if (other == index || !members_[other].up)
        continue;
      member.host->peers().connect(name_of(other));
      members_[other].host->peers().connect(name_of(index));
    }
    return {};
  }
  void stop(std::size_t index) {
    Member& member = members_[index];
    if (!std::exchange(member.up, false))
      return;
    member.made.plugin->stop();
    for (std::size_t other = 0; other < kMembers; ++other) {
      member.host->peers().disconnect(name_of(other));
      members_[other].host->peers().disconnect(name_of(index));
    }
    static_cast<void>(member.host->peers().take_sent());
    // Open requests end while the protocol can still take their answers.
    member.host->run_all();
    while (member.replica->answer_one())
      member.host->run_all();
    member.made = {};
  }

  // Something happens: a call, an answer, a frame, or time passes.
  void step() {
    collect();
    const std::size_t index = random_() % kMembers;
    Member& member = members_[index];
    switch (random_() % 4) {
    case 0:
      member.replica->answer_one();
      break;
    case 1:
      member.host->run_one();
      break;
    case 2:
      deliver_one(index);
      break;
    default:
      pass(random_() % kStepUs);
    }
  }
  // All that can happen does, until the condition holds; false when it never does.
  bool settle(const std::function<bool()>& holds, int steps = kPatienceSteps) {
    for (int i = 0; i < steps && !holds(); ++i) {
      for (std::size_t index = 0; index < kMembers; ++index) {
        Member& member = members_[index];
        member.host->run_all();
        while (member.replica->answer_one())
          member.host->run_all();
        collect();
        while (deliver_one(index))
          collect();
      }
      pass(kStepUs);
    }
    return holds();
  }
  void pass(std::uint64_t time_us) {
    for (Member& member : members_)
      member.host->advance_us(time_us);
  }

  // Every batch is final once on each that is up, in the same blocks, and no promise is broken.
  Status verdict(std::vector<Bytes> expected) {
    std::sort(expected.begin(), expected.end());
    const bool all = settle([&] {
      return std::ranges::all_of(members_, [&](const Member& member) {
        return !member.up || member.replica->final_batches().size() >= expected.size();
      });
    });
    for (std::size_t index = 0; index < kMembers; ++index) {
      const FakeReplica& replica = *members_[index].replica;
      if (!replica.complaints().empty())
        return broken(name_of(index) + " broke a promise: " + replica.complaints().front());
      TENON_RETURN_IF_ERROR(same_blocks(index));
      std::vector<Bytes> found = replica.final_batches();
      std::sort(found.begin(), found.end());
      if (members_[index].up && found != expected) {
        return broken("expected every accepted batch in exactly one final block of " +
                      name_of(index) + ": " + std::to_string(expected.size()) + " accepted, " +
                      std::to_string(found.size()) + " final" + (all ? "" : " after 100 s"));
      }
    }
    return {};
  }

  Result<Bytes> submit(std::size_t index, std::uint64_t number) {
    Bytes batch = batch_of(number);
    TENON_RETURN_IF_ERROR(members_[index].made.consensus->submit(batch));
    return batch;
  }
  Member& member(std::size_t index) { return members_[index]; }
  std::mt19937& random() { return random_; }

private:
  struct Frame {
    std::size_t from;
    plugin::Lane lane;
    Bytes bytes;
  };

  // Where two are final on a height, it is the same block.
  Status same_blocks(std::size_t index) const {
    const FakeReplica& one = *members_[index].replica;
    const FakeReplica& other = *members_[(index + 1) % kMembers].replica;
    for (std::uint64_t height = 1;
         height <= std::min(one.final_blocks(), other.final_blocks()); ++height) {
      if (one.final_block(height) != other.final_block(height)) {
        return broken("the chain forked: " + name_of(index) + " and its neighbour have other " +
                      "blocks at height " + std::to_string(height));
      }
    }
    return {};
  }
  // What was sent is on its way.
  void collect() {
    for (std::size_t from = 0; from < kMembers; ++from) {
      for (ManualPeers::Sent& sent : members_[from].host->peers().take_sent()) {
        for (std::size_t to = 0; to < kMembers; ++to) {
          if (name_of(to) == sent.peer)
            on_their_way_[to][from].push_back({from, sent.lane, std::move(sent.frame)});
        }
      }
    }
  }
  // Frames of one sender come in order, those of several in any.
  bool deliver_one(std::size_t to) {
    std::vector<std::size_t> senders;
    for (std::size_t from = 0; from < kMembers; ++from) {
      if (!on_their_way_[to][from].empty())
        senders.push_back(from);
    }
    if (senders.empty())
      return false;
    auto& queue = on_their_way_[to][senders[random_() % senders.size()]];
    const Frame frame = std::move(queue.front());
    queue.pop_front();
    if (members_[to].up && members_[frame.from].up)
      members_[to].host->peers().deliver(name_of(frame.from), frame.lane, frame.bytes);
    return true;
  }

  const ConsensusSuiteOptions& options_;
  const Hash chain_ = crypto::sha256("consensus network suite");
  std::mt19937 random_;
  std::vector<Member> members_;
  std::array<std::array<std::deque<Frame>, kMembers>, kMembers> on_their_way_;
};

Status is_final_everywhere(const ConsensusSuiteOptions& options) {
  Mesh mesh(options);
  TENON_RETURN_IF_ERROR(mesh.start_all());
  std::vector<Bytes> accepted;
  for (std::uint64_t i = 0; i < 40; ++i) {
    TENON_ASSIGN_OR_RETURN(Bytes batch, mesh.submit(i % kMembers, i));
    accepted.push_back(std::move(batch));
  }
  return mesh.verdict(std::move(accepted));
}

Status survives_any_interleaving(const ConsensusSuiteOptions& options) {
  for (std::uint32_t round = 0; round < 5 * options.rounds; ++round) {
    ConsensusSuiteOptions seeded = options;
    seeded.seed = options.seed + round;
    Mesh mesh(seeded);
    TENON_RETURN_IF_ERROR(mesh.start_all());
    std::vector<Bytes> accepted;
    for (int i = 0; i < 4000; ++i) {
      if (mesh.random()() % 100 == 0) {
        TENON_ASSIGN_OR_RETURN(Bytes batch,
                               mesh.submit(mesh.random()() % kMembers, accepted.size()));
        accepted.push_back(std::move(batch));
      }
      mesh.step();
    }
    TENON_RETURN_IF_ERROR(
        mesh.verdict(std::move(accepted)).with_context("round " + std::to_string(round)));
  }
  return {};
}

// Each in turn; and whoever was down has everything soon after it is back.
Status goes_on_without_one(const ConsensusSuiteOptions& options) {
  Mesh mesh(options);
  TENON_RETURN_IF_ERROR(mesh.start_all());
  std::vector<Bytes> accepted;
  for (std::size_t down = 0; down < kMembers; ++down) {
    mesh.stop(down);
    for (int i = 0; i < 10; ++i) {
      TENON_ASSIGN_OR_RETURN(Bytes batch, mesh.submit((down + 1) % kMembers, accepted.size()));
      accepted.push_back(std::move(batch));
    }
    TENON_RETURN_IF_ERROR(mesh.verdict(accepted).with_context("without " + name_of(down)));
    TENON_RETURN_IF_ERROR(mesh.start(down));
    TENON_RETURN_IF_ERROR(mesh.verdict(accepted).with_context(name_of(down) + " is back"));
  }
  return {};
}

Status decides_nothing_without_a_quorum(const ConsensusSuiteOptions& options) {
  Mesh mesh(options);
  TENON_RETURN_IF_ERROR(mesh.start_all());
  TENON_ASSIGN_OR_RETURN(const Bytes first, mesh.submit(0, 0));
  TENON_RETURN_IF_ERROR(mesh.verdict({first}));
  mesh.stop(1);
  mesh.stop(2);
  TENON_ASSIGN_OR_RETURN(const Bytes second, mesh.submit(0, 1));
  const auto has_second = [&] { return mesh.member(0).replica->final_batches().size() > 1; };
  if (mesh.settle(has_second, kPatienceSteps / 10))
    return broken("expected nothing to become final with two of four, found a final batch");
  TENON_RETURN_IF_ERROR(mesh.start(1));
  return mesh.verdict({first, second});
}

Status bears_a_fault_of_one(const ConsensusSuiteOptions& options) {
  Mesh mesh(options);
  TENON_RETURN_IF_ERROR(mesh.start_all());
  mesh.member(2).replica->fail_execution = true;
  std::vector<Bytes> accepted;
  for (std::uint64_t i = 0; i < 10; ++i) {
    TENON_ASSIGN_OR_RETURN(Bytes batch, mesh.submit(0, i));
    accepted.push_back(std::move(batch));
  }
  mesh.settle([&] { return mesh.member(0).replica->final_batches().size() == accepted.size(); });
  mesh.stop(2);
  return mesh.verdict(std::move(accepted));
}

Status bears_frames_that_are_none(const ConsensusSuiteOptions& options) {
  Mesh mesh(options);
  TENON_RETURN_IF_ERROR(mesh.start_all());
  std::vector<Bytes> accepted;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Bytes junk(mesh.random()() % 200, '\0');
    std::ranges::generate(junk, [&] { return static_cast<char>(mesh.random()()); });
    mesh.member(0).host->peers().deliver(name_of(3), plugin::Lane::kControl, junk);
    mesh.member(0).host->peers().deliver(name_of(3), plugin::Lane::kBulk, junk);
    if (i % 20 == 0) {
      TENON_ASSIGN_OR_RETURN(Bytes batch, mesh.submit(0, i));
      accepted.push_back(std::move(batch));
    }
    mesh.step();
  }
  return mesh.verdict(std::move(accepted));
}

} // namespace

std::vector<NamedTest> consensus_network_suite(const ConsensusSuiteOptions& options) {
  const auto with = [options](Status (*test)(const ConsensusSuiteOptions&)) {
    return [options, test] { return test(options); };
  };
  return {
      {"of four: every batch is final on all, once, wherever it was submitted",
       with(is_final_everywhere)},
      {"of four: all make the same blocks final, however calls and frames interleave",
       with(survives_any_interleaving)},
      {"of four: three go on, and the fourth catches up", with(goes_on_without_one)},
      {"of four: two decide nothing, and go on with a third",
       with(decides_nothing_without_a_quorum)},
      {"of four: a fault of one stops that one only", with(bears_a_fault_of_one)},
      {"of four: frames that are none are borne", with(bears_frames_that_are_none)},
  };
}

} // namespace tenon::testkit
