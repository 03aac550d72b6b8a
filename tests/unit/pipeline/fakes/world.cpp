#include "unit/pipeline/fakes/world.hpp"

#include "common/memory_backend.hpp"
#include "common/store_core.hpp"
#include "pipeline/keys.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::test {

namespace {

Hash chain_of(const std::string& genesis) {
  return crypto::sha256(genesis);
}

std::unique_ptr<plugin::Store> opened(std::unique_ptr<store::Backend> backend,
                                      std::uint64_t proof_versions = 128) {
  store::StoreOptions options;
  options.chain = crypto::sha256("the stores of tests serve any chain");
  options.flush_blocks = 3;
  options.proof_versions = proof_versions;
  return std::move(*store::StoreCore::open(std::move(backend), options));
}

} // namespace

Result<Bytes> CountingRandom::bytes(std::size_t count) {
  Bytes bytes;
  while (bytes.size() < count) {
    Bytes number;
    append_be64(number, next_++);
    bytes.append(crypto::sha256(number).view());
  }
  bytes.resize(count);
  return bytes;
}

std::string test_genesis(const crypto::PrivateKey& key,
                         const std::function<void(std::string&)>& change,
                         const std::vector<host::pipeline::EngineBinding>& more_engines) {
  std::vector<host::pipeline::EngineFingerprint> engines = {{"script", Hash{}}};
  for (const auto& [id, engine] : more_engines)
    engines.push_back({id, *engine->fingerprint()});
  std::string document =
      host::pipeline::solo_genesis_document("node", key.public_key(), engines, kGenesisTime);
  if (change)
    change(document);
  return document;
}

Bytes head_header(const plugin::ReplicaApp& replica) {
  return **replica.read_block(replica.head()->height, plugin::BlockPart::kHeader);
}

Result<Bytes> propose_on_head(plugin::ReplicaApp& replica, std::uint64_t view,
                              std::span<const Bytes> batches) {
  const Bytes parent = head_header(replica);
  return replica.propose({parent, replica.head()->block_id, 0, view, batches});
}

std::unique_ptr<plugin::Store> memory_store(std::uint64_t proof_versions) {
  return opened(std::make_unique<store::MemoryBackend>(), proof_versions);
}

std::unique_ptr<plugin::Store> rocksdb_store(const std::string& directory) {
  store::RocksdbOptions options;
  options.directory = directory;
  return opened(std::move(*store::RocksdbBackend::open(options)));
}

World::World(std::shared_ptr<plugin::Store> store, WorldOptions options)
    : options_(std::move(options)), store_(std::move(store)),
      host_(chain_of(test_genesis(testkit::ManualHost(Hash{}).node_key(), options_.change_genesis,
                                  options_.more_engines))),
      genesis_(test_genesis(host_.node_key(), options_.change_genesis, options_.more_engines)) {
  start();
}

World::~World() {
  stop();
}

Result<std::unique_ptr<host::pipeline::Pipeline>> World::open(const std::string& genesis) {
  host::pipeline::Options options;
  options.genesis = genesis;
  options.client = "node";
  options.limits = options_.limits;
  options.pre_execute = options_.pre_execute;
  options.unwedge = options_.unwedge;
  options.prune = options_.prune;
  plugin::Engine* const engine = options_.engine != nullptr ? options_.engine : &engine_;
  std::vector<host::pipeline::EngineBinding> engines = {{"script", engine}};
  engines.insert(engines.end(), options_.more_engines.begin(), options_.more_engines.end());
  return host::pipeline::Pipeline::open(
      {*store_, std::move(engines), signer_, clock_, random_, executor_, log_, metrics_},
      std::move(options));
}

void World::start() {
  pipeline_ = std::move(*open(genesis_));
  if (!options_.with_consensus)
    return;
  consensus_ =
      std::make_unique<consensus::simple::SimpleConsensus>(host_.host(), options_.consensus);
  if (!consensus_->attach(*pipeline_).ok() || !consensus_->start().ok())
    std::abort();
  pipeline_->connect(*consensus_);
}

void World::stop() {
  if (consensus_ != nullptr)
    consensus_->stop();
  pipeline_->stop();
  host_.run_all();
  pipeline_.reset();
  consensus_.reset();
}

void World::restart() {
  stop();
  start();
}

v1::Submission World::submission(const std::string& id, const std::vector<std::string>& act_as,
                                 const std::string& command) {
  v1::Submission submission;
  submission.set_engine("script");
  submission.set_command_id(id);
  for (const std::string& party : act_as)
    submission.add_act_as(party);
  submission.set_command(command);
  return submission;
}

Status World::begin(const v1::Submission& submission, std::vector<v1::Completion>& outcomes) {
  return pipeline_->submit(submission, [&outcomes](const v1::Completion& completion) {
    outcomes.push_back(completion);
  });
}

namespace {

v1::Completion only(const Status& status, const std::vector<v1::Completion>& outcomes) {
  if (status.ok() && outcomes.size() == 1)
    return outcomes.front();
  v1::Completion refused;
  refused.set_code(static_cast<std::uint32_t>(status.ok() ? Code::kUnknown : status.code()));
  refused.set_message(status.ok() ? std::to_string(outcomes.size()) + " outcomes"
                                  : status.message());
  return refused;
}

} // namespace

v1::Completion World::submit(const v1::Submission& submission) {
  std::vector<v1::Completion> outcomes;
  const Status status = begin(submission, outcomes);
  host_.run_all();
  return only(status, outcomes);
}

v1::Completion World::submit(const std::string& id, const std::vector<std::string>& act_as,
                             const std::string& command, v1::Mode mode) {
  v1::Submission made = submission(id, act_as, command);
  made.set_mode(mode);
  return submit(made);
}

v1::Completion World::allocate(const std::string& party) {
  v1::SystemCommand command;
  command.mutable_allocate_party()->set_party(party);
  v1::Submission made = submission("allocate " + party, {}, command.SerializeAsString());
  made.set_engine("sys");
  return submit(made);
}

void World::allocate_all(const std::vector<std::string>& parties) {
  for (const std::string& party : parties) {
    if (const v1::Completion completion = allocate(party); completion.code() != 0)
      throw std::runtime_error("party " + party + ": " + completion.message());
  }
}

Result<Bytes> World::query(const std::vector<std::string>& parties, const std::string& request,
                           std::uint64_t height) {
  v1::QueryRequest message;
  message.set_engine("script");
  for (const std::string& party : parties)
    message.add_parties(party);
  message.set_request(request);
  message.set_height(height);
  TENON_ASSIGN_OR_RETURN(const v1::QueryResponse response, pipeline_->query(message));
  return response.response();
}

std::map<Bytes, Bytes> World::entries() {
  std::map<Bytes, Bytes> found;
  const auto snapshot = *store_->snapshot(plugin::kHeadHeight);
  const Status scanned = snapshot->scan(plugin::KeyClass::kState, {}, {},
                                        [&](BytesView key, BytesView entry) {
                                          if (!key.starts_with(host::pipeline::keys::kDedups))
                                            found.emplace(key, entry);
                                          return true;
                                        });
  if (!scanned.ok())
    throw std::runtime_error(scanned.to_string());
  return found;
}

v1::TransactionsResponse World::transactions(const std::vector<std::string>& parties,
                                             std::uint64_t after, std::uint64_t limit) {
  v1::TransactionsRequest request;
  for (const std::string& party : parties)
    request.add_parties(party);
  request.set_all(parties.empty());
  request.set_after_offset(after);
  request.set_limit(limit);
  return *pipeline_->transactions(request);
}

v1::StatusResponse World::status() {
  v1::StatusResponse status;
  pipeline_->fill_status(status);
  return status;
}

} // namespace tenon::test
