// Starting and stopping, in order. What of it depends on the role stands in node_ledger.cpp, what
// the node tells about itself in node_view.cpp.
#include "node/node.hpp"

#include <algorithm>
#include <thread>

#include "node/genesis_file.hpp"
#include "node/node_network.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::node {

namespace {

std::size_t worker_count(const config::Limits& limits) {
  if (limits.worker_threads != 0)
    return limits.worker_threads;
  return std::max<std::size_t>(2, std::thread::hardware_concurrency());
}

std::unique_ptr<Clock> make_clock(const config::NodeConfig& config) {
  if (config.static_time)
    return std::make_unique<services::StaticClock>(0); // begins with the Unix epoch
  return std::make_unique<services::RealClock>();
}

} // namespace

Node::Node(const config::NodeConfig& config, Log& log)
    : config_(config), log_(log), owned_clock_(make_clock(config)), clock_(*owned_clock_),
      started_us_(clock_.monotonic_us()) {}

Node::~Node() {
  static_cast<void>(stop(0));
}

// What a plugin that hangs may still touch stays until the process ends.
Status Node::given_up(std::unique_ptr<Node> node, Status why) {
  if (!node->stop(0))
    static_cast<void>(node.release());
  return why;
}

Result<std::unique_ptr<Node>> Node::open_ledger(const config::NodeConfig& config, Log& log) {
  std::unique_ptr<Node> node(new Node(config, log));
  const Status begun = node->begin();
  if (!begun.ok())
    return given_up(std::move(node), begun);
  return node;
}

Result<std::unique_ptr<Node>> Node::start(const config::NodeConfig& config, Log& log) {
  std::unique_ptr<Node> node(new Node(config, log));
  Status started = node->begin();
  if (started.ok())
    started = node->start_ledger();
  if (started.ok())
    started = node->start_apis();
  if (started.ok())
    started = node->make_backups();
  if (!started.ok())
    return given_up(std::move(node), started);
  const std::lock_guard lock(node->mutex_);
  node->phase_.clear();
  return node;
}

Status Node::begin() {
  TENON_RETURN_IF_ERROR(prepare_parts());
  TENON_RETURN_IF_ERROR(make_plugins());
  TENON_RETURN_IF_ERROR(start_store_and_engines());
  TENON_RETURN_IF_ERROR(make_ledger());
  return network_ ? make_membership() : Status();
}

Status Node::prepare_parts() {
  TENON_ASSIGN_OR_RETURN(DataDirectory data, DataDirectory::open(config_.data_directory));
  data_.emplace(std::move(data));
  TENON_RETURN_IF_ERROR(check_own_key_file());
  TENON_ASSIGN_OR_RETURN(services::KeyStore keys, services::KeyStore::open(data_->keys()));
  keys_.emplace(std::move(keys));
  TENON_RETURN_IF_ERROR(services::KeyStore::ensure_token_keys(data_->keys()));
  TENON_RETURN_IF_ERROR(start_admin());
  executor_ = std::make_unique<services::AsioExecutor>(worker_count(config_.limits), log_);
  return {};
}

// A key that stands in the genesis document: a node that made itself another one would only
// hide that the right one is missing.
Status Node::check_own_key_file() const {
  const auto file = data_->keys() / "node.pem";
  std::error_code error;
  if (!config_.network || std::filesystem::exists(file, error))
    return {};
  const std::string owner = (is_client() ? "client " : "validator ") + config_.name;
  return failed_precondition("the key of this node is missing: expected the private key of " +
                             owner + " in " + file.string() +
                             ", found no such file. How to fix: copy the node's folder as `tenon "
                             "network init` made it, keys included");
}

// All are found and checked before the first is created. Store and engines come before the chain
// and the channels to other nodes are known, the rest after, because it may ask for both.
Status Node::make_plugins() {
  PluginSet set = load_plugins(config_);
  if (!set.refusals.empty())
    return refuse(set.refusals);
  bool established = false;
  for (PlannedPlugin& planned : set.plugins) {
    const std::string& kind = planned.use->kind;
    if (!established && kind != "store" && kind != "engine") {
      TENON_RETURN_IF_ERROR(establish_chain());
      established = true;
    }
    TENON_ASSIGN_OR_RETURN(PluginInstance* const instance, add_instance(std::move(planned)));
    if (const auto refusal = instance->create())
      return refuse({*refusal});
  }
  return established ? Status() : establish_chain();
}

Result<PluginInstance*> Node::add_instance(PlannedPlugin planned) {
  const config::PluginUse& use = *planned.use;
  Instances& group = use.kind == "store"       ? store_
                     : use.kind == "engine"    ? engines_
                     : use.kind == "consensus" ? consensus_
                                               : apis_;
  TENON_ASSIGN_OR_RETURN(const std::string folder_name, instance_folder(use));
  TENON_ASSIGN_OR_RETURN(const auto folder, data_->plugin_folder(folder_name));
  PluginInstance::Settings settings{
      std::move(planned.plugin), use.config.dump(),
      services::ServiceIdentity{use.kind + "/" + (use.id.empty() ? use.plugin : use.id), folder,
                                use.kind == "api", use.kind == "consensus"}};
  const services::ServiceParts parts{log_,   metrics_, *executor_,    clock_,
                                     *keys_, *this,    network_.get()};
  const std::lock_guard lock(mutex_);
  group.push_back(std::make_unique<PluginInstance>(std::move(settings), parts, lifecycle_));
  return group.back().get();
}

// One folder per instance: engines are told apart by their ids, further APIs of one plugin by their
// order.
Result<std::string> Node::instance_folder(const config::PluginUse& use) {
  if (use.kind == "engine")
    return "engine-" + use.id;
  std::size_t earlier = 0;
  for (const auto& api : config_.apis) {
    if (&api == &use)
      break;
    earlier += api.plugin == use.plugin ? 1 : 0;
  }
  const std::string name = use.kind + "-" + use.plugin;
  return use.kind == "api" && earlier > 0 ? name + "-" + std::to_string(earlier + 1) : name;
}

// The C++ face of an instance's table; one that has none of its kind is refused.
template <typename Client>
Status Node::bind(const PluginInstance& instance, std::unique_ptr<Client>& client) {
  auto made = Client::make(instance.table(), instance.instance());
  if (!made.ok()) {
    return refuse({instance.refusal(loader::RefusalCode::kBadTable,
                                    "its table of functions cannot be used", made.status())});
  }
  client = *std::move(made);
  return {};
}

// The chain is known before the store starts, so that it can refuse another chain's files. A solo
// node makes one when there is none yet; a replica is told with whom it shares one.
Status Node::establish_chain() {
  std::vector<pipeline::EngineFingerprint> fingerprints;
  for (std::size_t i = 0; i < engines_.size(); ++i) {
    const PluginInstance& engine = *engines_[i];
    TENON_RETURN_IF_ERROR(bind(engine, engine_clients_.emplace_back()));
    const auto fingerprint = engine_clients_.back()->fingerprint();
    if (!fingerprint.ok()) {
      return refuse({engine.refusal(loader::RefusalCode::kStartFailed, "it told no fingerprint",
                                    fingerprint.status())});
    }
    fingerprints.push_back({config_.engines[i].id, *fingerprint});
  }
  auto document = read_genesis(config_.genesis_file);
  if (document.status().code() == Code::kNotFound && config_.role == config::kRoleSolo) {
    TENON_RETURN_IF_ERROR(make_genesis(fingerprints));
    document = read_genesis(config_.genesis_file);
  }
  if (!document.ok() && config_.network) {
    return document.status().with_context(
        "the genesis document is missing: expected the network's, byte for byte the same on every "
        "node, in " +
        config_.genesis_file.string() + ". How to fix: copy it there");
  }
  if (!document.ok())
    return document.status().with_context("the genesis document");
  {
    const std::lock_guard lock(mutex_);
    genesis_ = *std::move(document);
    chain_ = crypto::sha256(genesis_);
  }
  return config_.network ? make_network(std::move(fingerprints)) : Status();
}

// Whom it talks to, and with which key, the ledger says once it is open.
Status Node::make_network(std::vector<pipeline::EngineFingerprint> fingerprints) {
  auto made = network::PeerNetwork::make(
      network_options(config_, chain_, pipeline::network_fingerprint(std::move(fingerprints))),
      keys_->private_key(), log_, metrics_, clock_);
  if (!made.ok())
    return made.status().with_context("the network cannot be used");
  const std::lock_guard lock(mutex_);
  network_ = *std::move(made);
  return {};
}

Status Node::make_genesis(std::span<const pipeline::EngineFingerprint> fingerprints) {
  TENON_RETURN_IF_ERROR(write_genesis(
      config_.genesis_file, pipeline::solo_genesis_document(config_.name, keys_->public_key(),
                                                            fingerprints, clock_.wall_us())));
  note("made the genesis document of a new chain");
  return {};
}

Status Node::start_plugin(PluginInstance& instance) {
  if (const auto refusal = instance.start())
    return refuse({*refusal});
  return {};
}

Status Node::start_store_and_engines() {
  TENON_RETURN_IF_ERROR(start_plugin(*store_.front()));
  TENON_RETURN_IF_ERROR(bind(*store_.front(), store_client_));
  store_durable_ = store_client_->durable();
  if (!store_client_->durable()) {
    log_.write(plugin::LogLevel::kWarn, "node",
               "the store is volatile: everything is lost when this process ends");
  }
  for (const auto& engine : engines_)
    TENON_RETURN_IF_ERROR(start_plugin(*engine));
  return {};
}

Status Node::start_consensus() {
  PluginInstance& instance = *consensus_.front();
  TENON_RETURN_IF_ERROR(bind(instance, consensus_client_));
  if (const Status attached = consensus_client_->attach(*pipeline_); !attached.ok()) {
    return refuse({instance.refusal(loader::RefusalCode::kStartFailed,
                                    "it could not be attached to the ledger", attached)});
  }
  TENON_RETURN_IF_ERROR(start_plugin(instance));
  // By now the plugin has written down whatever a next start must know of this one.
  TENON_RETURN_IF_ERROR(keys_->mark_used());
  pipeline_->connect(*consensus_client_);
  return {};
}

Status Node::start_apis() {
  for (const auto& api : apis_) {
    std::unique_ptr<bridge::ApiClient> client;
    TENON_RETURN_IF_ERROR(bind(*api, client));
    TENON_RETURN_IF_ERROR(start_plugin(*api));
    const std::lock_guard lock(mutex_);
    api_clients_.push_back(std::move(client));
  }
  return {};
}

Status Node::refuse(const std::vector<loader::Refusal>& refusals) {
  for (const loader::Refusal& refusal : refusals) {
    metrics_
        .counter("plugin_refusals_total", "Plugins that were not loaded or not started, by reason",
                 {{"code", std::string(loader::refusal_name(refusal.code))}})
        .add(1);
  }
  const std::lock_guard lock(mutex_);
  refusals_.insert(refusals_.end(), refusals.begin(), refusals.end());
  return loader::to_status(refusals);
}

bool Node::left_behind() const {
  const auto hung = [](const auto& instance) { return instance->hung(); };
  return lifecycle_.given_up() != 0 || std::ranges::any_of(groups(), [&](const Instances* group) {
           return std::ranges::any_of(*group, hung);
         });
}

bool Node::stop(std::uint64_t drain_ms) {
  if (stopped_)
    return !left_behind();
  stopped_ = true;
  {
    const std::lock_guard lock(mutex_);
    phase_ = "stopping";
  }
  const std::uint64_t deadline_us = clock_.monotonic_us() + drain_ms * 1000;
  const auto left_ms = [&] {
    const std::uint64_t now = clock_.monotonic_us();
    return now >= deadline_us ? 0 : (deadline_us - now) / 1000;
  };
  const auto reversed = [](Instances& group, auto&& act) {
    for (auto instance = group.rbegin(); instance != group.rend(); ++instance)
      act(**instance);
  };
  if (backups_)
    backups_->stop();
  // APIs finish answering while the ledger below them still works.
  reversed(apis_, [&](PluginInstance& api) { api.drain(left_ms()); });
  reversed(apis_, [](PluginInstance& api) { api.stop(); });
  stop_ledger(left_ms);
  if (left_behind())
    return false; // threads inside a plugin may touch anything: it all stays until _exit()
  if (network_)
    network_->stop();
  release_ledger();
  for (Instances* const group : {&engines_, &store_}) {
    reversed(*group, [&](PluginInstance& instance) { instance.drain(left_ms()); });
    reversed(*group, [](PluginInstance& instance) { instance.stop(); });
  }
  if (left_behind())
    return false;
  const std::lock_guard lock(mutex_);
  consensus_client_.reset();
  consensus_.clear();
  network_.reset();
  engine_clients_.clear();
  engines_.clear();
  store_client_.reset();
  store_.clear();
  executor_.reset();
  return true;
}

// Everything that holds snapshots of the store, which has to outlive them.
void Node::release_ledger() {
  admin_.reset();
  const std::lock_guard lock(mutex_);
  backups_.reset();
  api_clients_.clear();
  apis_.clear();
  membership_.reset();
  link_server_.reset();
  client_ledger_.reset();
  pipeline_.reset();
}

} // namespace tenon::host::node
