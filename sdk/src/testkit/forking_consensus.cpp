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
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> header,
                         app.read_block(head.height, plugin::BlockPart::kHeader));
  if (!header)
    return fault("the replica's head has no header");
  tip_ = head.block_id;
  tip_header_ = *header;
  tip_height_ = head.height;
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

Hash ForkingConsensus::executed_ancestor(Hash id) const {
  for (auto at = nodes_.find(id); at != nodes_.end() && !at->second.result_hash;
       at = nodes_.find(id))
    id = at->second.parent;
  return id;
}

Result<std::uint64_t> ForkingConsensus::epoch_of(std::uint64_t height,
                                                 const Hash& executed) const {
  TENON_ASSIGN_OR_RETURN(const Bytes encoded, app_->schedule(executed));
  v1::EpochSchedule schedule;
  if (!schedule.ParseFromString(encoded))
    return fault("the replica answered schedule with something that is not an EpochSchedule");
  const bool over = schedule.last_height() != 0 && height > schedule.last_height();
  return over && schedule.has_next() ? schedule.next().epoch() : schedule.validators().epoch();
}

Status ForkingConsensus::propose_on(const Hash& parent, bool everything) {
  const auto height_of = [this](const Hash& id) {
    return id == tip_ ? tip_height_ : nodes_.at(id).height;
  };
  const std::uint64_t height = height_of(parent) + 1;
  if (height - height_of(executed_ancestor(parent)) > plugin::kConsensusLag)
    TENON_RETURN_IF_ERROR(execute(parent));
  const Hash executed = executed_ancestor(parent);
  const std::set<std::size_t> used = batches_up_to(parent);
  Node node;
  node.parent = parent;
  node.view = ++view_;
  node.height = height;
  std::vector<Bytes> chosen;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (!used.contains(i) && (everything || random_() % 2 == 0)) {
      node.batches.insert(i);
      chosen.push_back(batches_[i]);
    }
  }
  const Bytes parent_header = parent == tip_ ? tip_header_ : nodes_.at(parent).header;
  TENON_ASSIGN_OR_RETURN(node.epoch, epoch_of(height, executed));
  TENON_ASSIGN_OR_RETURN(node.block,
                         app_->propose({parent_header, executed, node.epoch, node.view, chosen}));
  if (random_() % 2 == 0)
    TENON_RETURN_IF_ERROR(app_->verify(node.block, parent_header, executed));
  v1::Block decoded;
  if (!decoded.ParseFromString(node.block))
    return fault("the replica answered propose with something that is not a Block");
  node.header = decoded.header();
  ++counts_.proposed;
  counts_.ahead += executed == parent ? 0 : 1;
  const auto below = nodes_.find(parent);
  bool& has_child = below == nodes_.end() ? tip_has_child_ : below->second.has_child;
  counts_.forks += has_child ? 1 : 0;
  has_child = true;
  const Hash id = crypto::sha256(node.header);
  nodes_.emplace(id, std::move(node));
  return random_() % 2 == 0 ? execute(id) : Status();
}

Status ForkingConsensus::execute(const Hash& id) {
  std::vector<Node*> path;
  for (auto at = nodes_.find(id); at != nodes_.end() && !at->second.result_hash;
       at = nodes_.find(at->second.parent))
    path.push_back(&at->second);
  std::reverse(path.begin(), path.end());
  std::vector<std::optional<Result<Bytes>>> answers(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    app_->execute(path[i]->block,
                  [&answer = answers[i]](Result<Bytes> result) { answer = std::move(result); });
  }
  settle_();
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!answers[i])
      return unanswered("execute");
    TENON_RETURN_IF_ERROR(answers[i]->status());
    v1::ResultHeader header;
    if (!header.ParseFromString(**answers[i]) ||
        header.block_id() != crypto::sha256(path[i]->header).view())
      return fault("the replica answered execute with something that is not its ResultHeader");
    path[i]->result_hash = crypto::sha256(**answers[i]);
  }
  return {};
}

Result<Bytes> ForkingConsensus::certificate(const Hash& id, const Node& node) {
  const std::uint64_t view = node.view + random_() % 3; // later views may carry a block again
  TENON_ASSIGN_OR_RETURN(Bytes signature, key_.sign(wire::certificate_signing_bytes(
                                              chain_, node.epoch, view, id, *node.result_hash)));
  v1::Certificate certificate;
  certificate.set_view(view);
  certificate.set_block_id(id.str());
  certificate.set_result_hash(node.result_hash->str());
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
  std::vector<Hash> ends;
  for (auto at = nodes_.find(id); at != nodes_.end();) {
    const auto below = nodes_.find(at->second.parent);
    if (below != nodes_.end() && below->second.epoch != at->second.epoch)
      ends.push_back(below->first);
    at = below;
  }
  for (auto end = ends.rbegin(); end != ends.rend(); ++end)
    TENON_RETURN_IF_ERROR(finalize_in_epoch(*end));
  return finalize_in_epoch(id);
}

Status ForkingConsensus::finalize_in_epoch(const Hash& id) {
  TENON_RETURN_IF_ERROR(execute(id));
  TENON_ASSIGN_OR_RETURN(const Bytes signed_result, certificate(id, nodes_.at(id)));
  final_batches_ = batches_up_to(id);
  std::uint64_t length = 0;
  for (auto at = nodes_.find(id); at != nodes_.end(); at = nodes_.find(at->second.parent))
    ++length;
  const Node final = nodes_.at(id);
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
  tip_header_ = final.header;
  tip_height_ = final.height;
  tip_has_child_ = final.has_child;
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
