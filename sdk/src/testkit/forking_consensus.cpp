#include "tenon/testkit/forking_consensus.hpp"

#include <algorithm>
#include <optional>

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::testkit {

namespace {

constexpr std::size_t kMaxNodes = 24;

Status unanswered(const char* call) {
  return fault(std::string("the replica did not answer ") + call);
}

} // namespace

ForkingConsensus::ForkingConsensus(const Hash& chain, const crypto::PrivateKey& key,
                                   std::uint64_t seed, std::function<void()> settle)
    : chain_(chain), key_(key), random_(seed), settle_(std::move(settle)) {}

Status ForkingConsensus::attach(plugin::ReplicaApp& app) {
  app_ = &app;
  TENON_ASSIGN_OR_RETURN(const plugin::ReplicaHead head, app.head());
  tip_ = head.block_id;
  view_ = head.view;
  return {};
}

Status ForkingConsensus::submit(BytesView batch) {
  TENON_RETURN_IF_ERROR(app_->check(batch));
  batches_.emplace_back(batch);
  return {};
}

Result<Bytes> ForkingConsensus::describe() const {
  return Bytes(R"({"ready":true,"reason":"","protocol":"forking"})");
}

Hash ForkingConsensus::random_node() {
  auto at = nodes_.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(random_() % nodes_.size()));
  return at->first;
}

bool ForkingConsensus::stands_on(Hash id, const Hash& ancestor) const {
  for (;;) {
    if (id == ancestor)
      return true;
    const auto found = nodes_.find(id);
    if (found == nodes_.end())
      return false;
    id = found->second.parent;
  }
}

std::set<std::size_t> ForkingConsensus::batches_up_to(Hash id) const {
  std::set<std::size_t> all = final_batches_;
  for (auto found = nodes_.find(id); found != nodes_.end();
       found = nodes_.find(found->second.parent))
    all.insert(found->second.batches.begin(), found->second.batches.end());
  return all;
}

Status ForkingConsensus::propose_on(const Hash& parent, bool everything) {
  const std::set<std::size_t> used = batches_up_to(parent);
  Node node{parent, ++view_, {}, {}, false};
  std::vector<Bytes> chosen;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (!used.contains(i) && (everything || random_() % 2 == 0)) {
      node.batches.insert(i);
      chosen.push_back(batches_[i]);
    }
  }
  TENON_ASSIGN_OR_RETURN(const Bytes block, app_->propose({parent, 0, node.view, chosen}));
  if (random_() % 2 == 0)
    TENON_RETURN_IF_ERROR(app_->verify(block));
  std::optional<Result<Bytes>> answer;
  app_->execute(block, [&](Result<Bytes> result) { answer = std::move(result); });
  settle_();
  if (!answer)
    return unanswered("execute");
  TENON_RETURN_IF_ERROR(answer->status());
  v1::ResultHeader header;
  if (!header.ParseFromString(**answer))
    return fault("the replica answered execute with something that is not a ResultHeader");
  node.result_hash = crypto::sha256(**answer);
  ++counts_.proposed;
  const auto below = nodes_.find(parent);
  bool& has_child = below == nodes_.end() ? tip_has_child_ : below->second.has_child;
  counts_.forks += has_child ? 1 : 0;
  has_child = true;
  nodes_.emplace(Hash::from_view_or_zero(header.block_id()), std::move(node));
  return {};
}

Result<Bytes> ForkingConsensus::certificate(const Hash& id, const Node& node) const {
  TENON_ASSIGN_OR_RETURN(Bytes signature, key_.sign(wire::certificate_signing_bytes(
                                              chain_, node.view, id, node.result_hash)));
  v1::Certificate certificate;
  certificate.set_view(node.view);
  certificate.set_block_id(id.str());
  certificate.set_result_hash(node.result_hash.str());
  certificate.add_signatures()->set_signature(std::move(signature));
  return certificate.SerializeAsString();
}

std::uint64_t ForkingConsensus::remove_nodes(const std::function<bool(const Hash&)>& which) {
  std::vector<Hash> ids;
  for (const auto& [id, node] : nodes_) {
    if (which(id))
      ids.push_back(id);
  }
  for (const Hash& id : ids)
    nodes_.erase(id);
  return ids.size();
}

Status ForkingConsensus::finalize(const Hash& id) {
  TENON_ASSIGN_OR_RETURN(const Bytes signed_result, certificate(id, nodes_.at(id)));
  final_batches_ = batches_up_to(id);
  std::uint64_t length = 0;
  for (auto at = nodes_.find(id); at != nodes_.end(); at = nodes_.find(at->second.parent))
    ++length;
  const bool has_child = nodes_.at(id).has_child;
  counts_.final_blocks += length;
  counts_.indirect += length - 1;
  std::optional<Status> answer;
  app_->finalized(id, signed_result, [&](const Status& status) { answer = status; });
  if (random_() % 2 == 0) // a protocol may go on before the commit is through
    settle_();
  const std::uint64_t others =
      remove_nodes([&](const Hash& other) { return !stands_on(other, id); });
  counts_.left_behind += others - (length - 1);
  nodes_.erase(id);
  tip_ = id;
  tip_has_child_ = has_child;
  settle_();
  return answer ? *answer : unanswered("finalized");
}

Status ForkingConsensus::abandon(const Hash& id) {
  app_->abandon(id);
  counts_.abandoned += remove_nodes([&](const Hash& other) { return stands_on(other, id); });
  return {};
}

Status ForkingConsensus::step() {
  const std::uint64_t choice = random_() % 10;
  if (nodes_.empty() || (choice < 6 && nodes_.size() < kMaxNodes))
    return propose_on(nodes_.empty() || random_() % 4 == 0 ? tip_ : random_node(), false);
  return choice < 8 ? finalize(random_node()) : abandon(random_node());
}

Status ForkingConsensus::finish() {
  settle_();
  while (final_batches_.size() < batches_.size()) {
    TENON_RETURN_IF_ERROR(propose_on(tip_, true));
    for (const auto& [id, node] : nodes_) {
      if (node.view == view_) {
        TENON_RETURN_IF_ERROR(finalize(Hash(id)));
        break;
      }
    }
    settle_(); // outcomes may bring new submissions
  }
  return {};
}

} // namespace tenon::testkit
