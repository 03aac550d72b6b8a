// A network of whole replicas in one thread: the plugin `bft` behind its C++ face, the pipeline, a
// store and an engine each, on manual hosts whose frames the test carries, delays, loses and cuts.
// From one seed always the same. Owned by the test.
#pragma once

#include <deque>
#include <memory>
#include <set>

#include "bft/bft_consensus.hpp"
#include "simulation/clockwork.hpp"
#include "unit/pipeline/fakes/world.hpp"

namespace tenon::simulation {

class Replicas {
public:
  struct Options {
    std::size_t validators = 4;
    std::size_t observers = 0; // further nodes, which the genesis document does not name
    std::vector<std::pair<std::string, Bytes>> clients = {}; // that have streams: id, public key
    std::uint64_t seed = 1;
    std::uint64_t proof_versions = 128; // of the last so many states a store makes proofs
    consensus::bft::Config consensus;
  };

  explicit Replicas(const Options& options);
  ~Replicas();

  // Lets so much time pass, a millisecond at a time.
  void run_ms(std::uint64_t duration_ms);
  // Until it holds, at most so long; whether it does.
  [[nodiscard]] bool run_until(const std::function<bool()>& holds, std::uint64_t at_most_ms);

  struct Outcome {
    bool known = false;
    v1::Completion completion;
  };
  // The outcome comes later.
  std::shared_ptr<Outcome> submit(std::size_t node, const v1::Submission& submission);
  // Submits and waits; UNAVAILABLE when no outcome comes in ten seconds.
  v1::Completion complete(std::size_t node, const v1::Submission& submission);

  void stop(std::size_t node);
  void start(std::size_t node);
  // Of one that is down: everything but its key is gone.
  void wipe(std::size_t node);
  // Forgets the blocks below the height, as the operator of that node might.
  void prune(std::size_t node, std::uint64_t keep_from);
  // What the node's metrics say.
  [[nodiscard]] double metric(std::size_t node, const std::string& name) {
    return nodes_[node]->metrics.value(name);
  }
  // In the place of a frame on its way; nothing: it is lost.
  using Tamper = std::function<std::optional<Bytes>(std::size_t from, std::size_t to, Bytes frame)>;
  void set_tamper(Tamper tamper) { tamper_ = std::move(tamper); }
  // From now on frames between the two groups are lost, until heal().
  void part(const std::set<std::size_t>& group);
  void heal() { parted_.clear(); }
  void set_loss(double loss) { loss_ = loss; }

  [[nodiscard]] bool up(std::size_t node) const { return nodes_[node]->pipeline != nullptr; }
  [[nodiscard]] host::pipeline::Pipeline& pipeline(std::size_t node) {
    return *nodes_[node]->pipeline;
  }
  [[nodiscard]] testkit::ManualHost& host(std::size_t node) { return nodes_[node]->host; }
  [[nodiscard]] plugin::Store& store(std::size_t node) { return *nodes_[node]->store; }
  [[nodiscard]] const std::string& name(std::size_t node) const { return nodes_[node]->name; }
  [[nodiscard]] std::string describe(std::size_t node) const;
  [[nodiscard]] v1::StatusResponse status(std::size_t node);
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const std::string& genesis() const { return genesis_; }
  [[nodiscard]] Hash chain() const { return chain_; }
  [[nodiscard]] const crypto::PrivateKey& operator_key() const { return operator_key_; }
  [[nodiscard]] const crypto::PrivateKey& key(std::size_t node) const {
    return nodes_[node]->host.node_key();
  }
  // All that run have the same head.
  [[nodiscard]] bool level();

private:
  struct Node {
    Node(const Hash& chain, std::uint64_t seed) : host(chain, seed) {}
    std::string name;
    testkit::ManualHost host;
    test::ManualExecutor executor{host};
    test::ManualClock clock{host};
    test::KeySigner signer{host.node_key()};
    std::unique_ptr<test::CountingRandom> random;
    test::QuietLog log;
    test::MapMetrics metrics;
    test::ScriptEngine engine;
    std::shared_ptr<plugin::Store> store = test::memory_store();
    std::unique_ptr<host::pipeline::Pipeline> pipeline;
    std::unique_ptr<consensus::bft::BftConsensus> consensus;
  };
  struct Frame {
    std::uint64_t due_ms = 0;
    std::size_t from = 0;
    std::size_t to = 0;
    plugin::Lane lane = plugin::Lane::kControl;
    Bytes bytes;
  };

  void carry();
  [[nodiscard]] bool reach(std::size_t a, std::size_t b) const {
    return parted_.contains(a) == parted_.contains(b);
  }

  Options options_;
  Random random_;
  crypto::PrivateKey operator_key_;
  std::string genesis_;
  Hash chain_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Frame> frames_;
  std::set<std::size_t> parted_;
  double loss_ = 0;
  Tamper tamper_;
  std::uint64_t now_ms_ = 0;
};

} // namespace tenon::simulation
