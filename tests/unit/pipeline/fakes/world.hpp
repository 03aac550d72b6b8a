// A whole node in one thread: store, engine, pipeline and `simple` consensus, on a manual host.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "pipeline/genesis.hpp"
#include "pipeline/pipeline.hpp"
#include "simple/simple_consensus.hpp"
#include "unit/pipeline/fakes/ports.hpp"
#include "unit/pipeline/fakes/script_engine.hpp"

namespace tenon::test {

inline constexpr std::uint64_t kGenesisTime = 1'600'000'000'000'000;

// The genesis document of all worlds with this key and these engines beside "script"; the chain
// depends on nothing else.
[[nodiscard]] std::string
test_genesis(const crypto::PrivateKey& key, const std::function<void(std::string&)>& change = {},
             const std::vector<host::pipeline::EngineBinding>& more_engines = {});
// In memory; proofs are made of the last so many versions of the state.
[[nodiscard]] std::unique_ptr<plugin::Store> memory_store(std::uint64_t proof_versions = 128);
[[nodiscard]] std::unique_ptr<plugin::Store> rocksdb_store(const std::string& directory);

// Encoded, of the replica's last committed block.
[[nodiscard]] Bytes head_header(const plugin::ReplicaApp& replica);
// A block of epoch 0 on the replica's head.
[[nodiscard]] Result<Bytes> propose_on_head(plugin::ReplicaApp& replica, std::uint64_t view,
                                            std::span<const Bytes> batches = {});

struct WorldOptions {
  host::pipeline::Limits limits;
  bool pre_execute = true;
  bool with_consensus = true;
  consensus::simple::Config consensus;
  std::function<void(std::string&)> change_genesis;
  plugin::Engine* engine = nullptr; // in the place of the script engine
  // Beside it; they outlive the world.
  std::vector<host::pipeline::EngineBinding> more_engines = {};
  Bytes unwedge = {};
  std::function<Status(std::uint64_t)> prune = {};
};

class World {
public:
  explicit World(std::shared_ptr<plugin::Store> store = memory_store(), WorldOptions options = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Submits and runs everything to the end. A refusal looks like a completion with its code.
  v1::Completion submit(const std::string& id, const std::vector<std::string>& act_as,
                        const std::string& command, v1::Mode mode = v1::MODE_SEQUENTIAL);
  v1::Completion submit(const v1::Submission& submission);
  // Submits only.
  Status begin(const v1::Submission& submission, std::vector<v1::Completion>& outcomes);
  v1::Completion allocate(const std::string& party);
  void allocate_all(const std::vector<std::string>& parties);
  Result<Bytes> query(const std::vector<std::string>& parties, const std::string& request,
                      std::uint64_t height = 0);
  v1::TransactionsResponse transactions(const std::vector<std::string>& parties,
                                        std::uint64_t after = 0, std::uint64_t limit = 100);
  v1::StatusResponse status();
  // All of the state, but for the records of which commands were done and which transactions were
  // rejected.
  std::map<Bytes, Bytes> entries();
  // Stops this node and opens it again on the same store.
  void restart();
  // Given to the node at its next start.
  void give_unwedge(Bytes unwedge) { options_.unwedge = std::move(unwedge); }

  [[nodiscard]] static v1::Submission submission(const std::string& id,
                                                 const std::vector<std::string>& act_as,
                                                 const std::string& command);

  host::pipeline::Pipeline& pipeline() { return *pipeline_; }
  plugin::Store& store() { return *store_; }
  testkit::ManualHost& host() { return host_; }
  ScriptEngine& engine() { return engine_; }
  MapMetrics& metrics() { return metrics_; }
  [[nodiscard]] const std::string& genesis() const { return genesis_; }
  [[nodiscard]] Result<std::unique_ptr<host::pipeline::Pipeline>> open(const std::string& genesis);

private:
  void start();
  void stop();

  WorldOptions options_;
  std::shared_ptr<plugin::Store> store_;
  testkit::ManualHost host_;
  ManualExecutor executor_{host_};
  ManualClock clock_{host_};
  KeySigner signer_{host_.node_key()};
  CountingRandom random_{7};
  QuietLog log_;
  MapMetrics metrics_;
  ScriptEngine engine_;
  std::string genesis_;
  std::unique_ptr<host::pipeline::Pipeline> pipeline_;
  std::unique_ptr<consensus::simple::SimpleConsensus> consensus_;
};

} // namespace tenon::test
