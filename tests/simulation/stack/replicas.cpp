#include "simulation/stack/replicas.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::simulation {

namespace {

std::string name_of(std::size_t node) {
  return "replica" + std::to_string(node);
}

Bytes public_key_of(std::size_t node) {
  return testkit::ManualHost(Hash{}, node + 1).node_key().public_key();
}

std::string genesis_of(const Replicas::Options& options, const crypto::PrivateKey& operator_key) {
  nlohmann::json document;
  document["version"] = 1;
  document["name"] = "stack";
  document["time_us"] = test::kGenesisTime;
  document["max_byzantine"] = (options.validators - 1) / 3;
  document["engines"] =
      nlohmann::json::array({{{"id", "script"}, {"fingerprint", to_hex(Hash{}.view())}}});
  for (std::size_t i = 0; i < options.validators; ++i) {
    document["validators"].push_back(
        {{"name", name_of(i)}, {"public_key", to_hex(public_key_of(i))}});
  }
  for (std::size_t i = 0; i < options.validators + options.observers; ++i) {
    document["clients"].push_back({{"id", name_of(i)},
                                   {"public_key", to_hex(public_key_of(i))},
                                   {"may_allocate_parties", true}});
  }
  for (const auto& [id, key] : options.clients) {
    document["clients"].push_back({{"id", id},
                                   {"public_key", to_hex(key)},
                                   {"may_allocate_parties", true},
                                   {"streams", true}});
  }
  document["operators"] = {
      {"threshold", 1},
      {"keys", nlohmann::json::array({{{"name", "olga"},
                                       {"public_key", to_hex(operator_key.public_key())}}})}};
  document["parameters"] = {{"max_block_bytes", 16u << 20},
                            {"max_block_transactions", 8192},
                            {"max_transaction_bytes", 4u << 20},
                            {"max_expiries_per_block", 16384},
                            {"max_dedup_window_us", 7ull * 24 * 3600 * 1'000'000}};
  return document.dump();
}

} // namespace

Replicas::Replicas(const Options& options)
    : options_(options), random_(options.seed),
      operator_key_(*crypto::PrivateKey::from_seed(crypto::sha256("olga").view())),
      genesis_(genesis_of(options, operator_key_)), chain_(crypto::sha256(genesis_)) {
  for (std::size_t i = 0; i < options.validators + options.observers; ++i) {
    nodes_.push_back(std::make_unique<Node>(chain_, i + 1));
    nodes_.back()->name = name_of(i);
    nodes_.back()->random = std::make_unique<test::CountingRandom>(100 + i);
    nodes_.back()->store = test::memory_store(options.proof_versions);
    nodes_.back()->host.offer_peers();
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    start(i);
}

Replicas::~Replicas() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    stop(i);
}

void Replicas::start(std::size_t index) {
  Node& node = *nodes_[index];
  if (node.pipeline != nullptr)
    return;
  host::pipeline::Options options;
  options.genesis = genesis_;
  options.client = node.name;
  options.prune = [&node](std::uint64_t keep_from) { return node.store->prune(keep_from); };
  auto opened = host::pipeline::Pipeline::open({*node.store,
                                                {{"script", &node.engine}},
                                                node.signer,
                                                node.clock,
                                                *node.random,
                                                node.executor,
                                                node.log,
                                                node.metrics},
                                               std::move(options));
  if (!opened.ok())
    throw std::runtime_error(opened.status().to_string());
  node.pipeline = *std::move(opened);
  node.consensus =
      std::make_unique<consensus::bft::BftConsensus>(node.host.host(), options_.consensus);
  Status started = node.consensus->attach(*node.pipeline);
  if (started.ok())
    started = node.consensus->start();
  if (!started.ok())
    throw std::runtime_error(started.to_string());
  node.pipeline->connect(*node.consensus);
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (other == index || !up(other))
      continue;
    node.host.peers().connect(nodes_[other]->name);
    nodes_[other]->host.peers().connect(node.name);
  }
}

void Replicas::stop(std::size_t index) {
  Node& node = *nodes_[index];
  if (node.pipeline == nullptr)
    return;
  node.consensus->stop();
  node.pipeline->stop();
  node.host.run_all();
  node.pipeline.reset();
  node.consensus.reset();
  for (const auto& other : nodes_) {
    if (other.get() == &node)
      continue;
    node.host.peers().disconnect(other->name);
    other->host.peers().disconnect(node.name);
  }
  static_cast<void>(node.host.peers().take_sent());
}

void Replicas::wipe(std::size_t index) {
  Node& node = *nodes_[index];
  node.store = test::memory_store(options_.proof_versions);
  const auto folder = node.host.host().data_directory();
  if (folder.ok()) {
    for (const auto& entry : std::filesystem::directory_iterator(*folder))
      std::filesystem::remove_all(entry);
  }
}

void Replicas::prune(std::size_t node, std::uint64_t keep_from) {
  if (const Status status = nodes_[node]->store->prune(keep_from); !status.ok())
    throw std::runtime_error(status.to_string());
}

void Replicas::part(const std::set<std::size_t>& group) {
  parted_ = group;
}

void Replicas::carry() {
  for (std::size_t from = 0; from < nodes_.size(); ++from) {
    for (auto& sent : nodes_[from]->host.peers().take_sent()) {
      const auto to = static_cast<std::size_t>(
          std::find_if(nodes_.begin(), nodes_.end(),
                       [&](const auto& node) { return node->name == sent.peer; }) -
          nodes_.begin());
      if (to == nodes_.size() || !reach(from, to) || random_.chance(loss_))
        continue;
      if (tamper_) {
        auto other = tamper_(from, to, std::move(sent.frame));
        if (!other)
          continue;
        sent.frame = *std::move(other);
      }
      frames_.push_back(
          {now_ms_ + random_.between(1, 2), from, to, sent.lane, std::move(sent.frame)});
    }
  }
  std::vector<Frame> due;
  std::erase_if(frames_, [&](Frame& frame) {
    if (frame.due_ms > now_ms_)
      return false;
    due.push_back(std::move(frame));
    return true;
  });
  for (const Frame& frame : due) {
    if (up(frame.to) && reach(frame.from, frame.to))
      nodes_[frame.to]->host.peers().deliver(nodes_[frame.from]->name, frame.lane, frame.bytes);
  }
}

void Replicas::run_ms(std::uint64_t duration_ms) {
  for (std::uint64_t i = 0; i < duration_ms; ++i) {
    ++now_ms_;
    for (const auto& node : nodes_) {
      node->host.advance_us(1000);
      node->host.run_all();
    }
    carry();
    for (const auto& node : nodes_)
      node->host.run_all();
  }
}

bool Replicas::run_until(const std::function<bool()>& holds, std::uint64_t at_most_ms) {
  for (std::uint64_t i = 0; i < at_most_ms; ++i) {
    if (holds())
      return true;
    run_ms(1);
  }
  return holds();
}

std::shared_ptr<Replicas::Outcome> Replicas::submit(std::size_t node,
                                                    const v1::Submission& submission) {
  auto outcome = std::make_shared<Outcome>();
  const Status status =
      pipeline(node).submit(submission, [outcome](const v1::Completion& completion) {
        outcome->known = true;
        outcome->completion = completion;
      });
  if (!status.ok()) {
    outcome->known = true;
    outcome->completion.set_code(static_cast<std::uint32_t>(status.code()));
    outcome->completion.set_message(status.message());
  }
  return outcome;
}

v1::Completion Replicas::complete(std::size_t node, const v1::Submission& submission) {
  const auto outcome = submit(node, submission);
  if (run_until([&] { return outcome->known; }, 10'000))
    return outcome->completion;
  v1::Completion none;
  none.set_code(static_cast<std::uint32_t>(Code::kUnavailable));
  none.set_message("no outcome");
  return none;
}

std::string Replicas::describe(std::size_t node) const {
  return up(node) ? *nodes_[node]->consensus->describe() : "down";
}

v1::StatusResponse Replicas::status(std::size_t node) {
  v1::StatusResponse response;
  pipeline(node).fill_status(response);
  return response;
}

bool Replicas::level() {
  std::set<Bytes> heads;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (up(i))
      heads.insert(status(i).block_id());
  }
  return heads.size() == 1;
}

} // namespace tenon::simulation
