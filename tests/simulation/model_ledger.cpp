#include "simulation/model_ledger.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::simulation {

std::vector<Bytes> transactions_of(BytesView encoded) {
  v1::Block block;
  std::vector<Bytes> transactions;
  if (!block.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return transactions;
  for (const Bytes& bytes : block.body().batches()) {
    v1::TransactionBatch batch;
    if (batch.ParseFromString(bytes))
      transactions.insert(transactions.end(), batch.transactions().begin(),
                          batch.transactions().end());
  }
  return transactions;
}

Bytes batch_of(const std::vector<Bytes>& transactions) {
  v1::TransactionBatch batch;
  batch.set_client("client");
  for (const Bytes& transaction : transactions)
    batch.add_transactions(transaction);
  return batch.SerializeAsString();
}

ModelLedger::ModelLedger(const Hash& chain, Members members)
    : chain_id_(chain), members_(std::move(members)) {
  lose_everything();
}

std::size_t model_slice(const Hash& hash) {
  return static_cast<std::uint8_t>(hash.view().front()) / (256 / kModelSlices);
}

Hash ModelState::root() const {
  Bytes all;
  append_be64(all, epoch);
  append_be64(all, epoch_end);
  for (const Hash& slice : slices)
    all += slice.view();
  return crypto::sha256(all);
}

void ModelLedger::lose_everything() {
  chain_.clear();
  base_ = 0;
  for (auto& slice : history_)
    slice.clear();
  handovers_.clear();
  lent_.clear();
  import_.reset();
  committed_.clear();
  executed_.clear();
  accepted_.clear();
  synced_ = 0;
  v1::BlockHeader header;
  header.set_chain(chain_id_.str());
  header.set_parent(Hash{}.str());
  header.set_record_time_us(1);
  header.set_validators(members_hash(0).str());
  header.set_next_validators(members_hash(0).str());
  v1::Block block;
  block.set_header(header.SerializeAsString());
  ModelBlock genesis;
  genesis.id = crypto::sha256(block.header());
  genesis.block = block.SerializeAsString();
  genesis.state.result = crypto::sha256("genesis");
  committed_.emplace(genesis.id, genesis.state);
  chain_.push_back(std::move(genesis));
}

const ModelState* ModelLedger::state(const Hash& id) const {
  if (const auto found = committed_.find(id); found != committed_.end())
    return &found->second;
  const auto found = executed_.find(id);
  return found == executed_.end() ? nullptr : &found->second.state;
}

std::uint64_t ModelLedger::epoch_at(const ModelState& state, bft::Height height) {
  return state.epoch_end != 0 && height > state.epoch_end ? state.epoch + 1 : state.epoch;
}

Hash ModelLedger::members_hash(std::uint64_t epoch) const {
  const auto [known, fresh] = members_hashes_.try_emplace(epoch);
  if (fresh)
    known->second = wire::validators_hash(members_(epoch));
  return known->second;
}

Hash ModelLedger::next_members(const ModelState& known, std::uint64_t epoch,
                               bft::Height height) const {
  const bool last = known.epoch == epoch && known.epoch_end == height;
  return members_hash(epoch + (last ? 1 : 0));
}

Result<Bytes> ModelLedger::propose(BytesView parent_header, const Hash& executed,
                                   std::uint64_t epoch, bft::View view,
                                   std::span<const Bytes> batches) {
  v1::BlockHeader parent;
  const ModelState* const known = state(executed);
  if (!parent.ParseFromArray(parent_header.data(), static_cast<int>(parent_header.size())) ||
      known == nullptr)
    return fault("proposed on nothing");
  v1::Block block;
  for (const Bytes& batch : batches)
    block.mutable_body()->add_batches(batch);
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(block.body()));
  v1::BlockHeader header;
  header.set_chain(chain_id_.str());
  header.set_epoch(epoch);
  header.set_view(view);
  header.set_height(parent.height() + 1);
  header.set_parent(crypto::sha256(parent_header).str());
  header.set_record_time_us(parent.record_time_us() + 1);
  header.set_transactions_root(root.str());
  header.set_validators(members_hash(epoch).str());
  header.set_next_validators(next_members(*known, epoch, header.height()).str());
  block.set_header(header.SerializeAsString());
  return block.SerializeAsString();
}

Status ModelLedger::verify(BytesView encoded, BytesView parent_header, const Hash& executed) {
  v1::Block block;
  v1::BlockHeader header;
  v1::BlockHeader parent;
  const ModelState* const known = state(executed);
  if (known == nullptr ||
      !parent.ParseFromArray(parent_header.data(), static_cast<int>(parent_header.size())))
    return fault("judged on nothing");
  if (!block.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())) ||
      !header.ParseFromString(block.header()))
    return invalid_argument("malformed");
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(block.body()));
  if (header.transactions_root() != root.view() || header.height() != parent.height() + 1 ||
      header.chain() != chain_id_.view() ||
      header.parent() != crypto::sha256(parent_header).view() ||
      header.epoch() != epoch_at(*known, header.height()) ||
      header.validators() != members_hash(header.epoch()).view() ||
      header.next_validators() !=
          next_members(*known, header.epoch(), header.height()).view())
    return invalid_argument("against the rules");
  return {};
}

std::vector<Bytes> ModelLedger::fresh_transactions(BytesView block, Hash parent) const {
  std::set<Bytes> staged;
  for (auto at = executed_.find(parent); at != executed_.end(); at = executed_.find(parent)) {
    staged.insert(at->second.state.accepted.begin(), at->second.state.accepted.end());
    parent = at->second.parent;
  }
  std::vector<Bytes> fresh;
  for (Bytes& transaction : transactions_of(block)) {
    if (!accepted_.contains(transaction) && staged.insert(transaction).second)
      fresh.push_back(std::move(transaction));
  }
  return fresh;
}

Result<ModelState> ModelLedger::execute(const Hash& id, BytesView encoded) {
  if (const ModelState* const known = state(id))
    return *known;
  v1::Block block;
  v1::BlockHeader header;
  if (!block.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())) ||
      !header.ParseFromString(block.header()))
    return invalid_argument("malformed");
  const Hash parent = Hash::from_view_or_zero(header.parent());
  const ModelState* const before = state(parent);
  if (before == nullptr)
    return failed_precondition("the parent has not been executed");
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(block.body()));
  if (header.transactions_root() != root.view())
    return invalid_argument("another body");
  ModelState after = *before;
  after.height = header.height();
  const std::uint64_t epoch = epoch_at(*before, header.height());
  if (epoch != after.epoch)
    after.epoch_end = 0;
  after.epoch = epoch;
  after.accepted = fresh_transactions(encoded, parent);
  for (const Bytes& transaction : after.accepted) {
    if (BytesView(transaction).starts_with(kEpochTransaction) && after.epoch_end == 0)
      after.epoch_end = header.height() + bft::kExecutionLag;
    Hash& slice = after.slices[model_slice(crypto::sha256(transaction))];
    slice = crypto::sha256({slice.view(), transaction});
  }
  v1::ResultHeader result;
  result.set_block_id(id.str());
  result.set_parent_result(before->result.str());
  result.set_state_root(wrong_results ? crypto::sha256("!").str() : after.root().str());
  after.result_header = result.SerializeAsString();
  after.result = crypto::sha256(after.result_header);
  executed_.emplace(id, Executed{Bytes(encoded), parent, after});
  return after;
}

Result<std::vector<ModelBlock>> ModelLedger::commit(const Hash& id, BytesView certificate) {
  std::vector<ModelBlock> path;
  for (Hash at = id; at != chain_.back().id;) {
    const auto found = executed_.find(at);
    if (found == executed_.end())
      return fault("committed a block that was not executed, or does not stand on the head");
    path.push_back({at, found->second.state.height, found->second.block, Bytes(certificate),
                    found->second.state});
    at = found->second.parent;
  }
  std::reverse(path.begin(), path.end());
  for (const ModelBlock& block : path) {
    executed_.erase(block.id);
    committed_.emplace(block.id, block.state);
    accepted_.insert(block.state.accepted.begin(), block.state.accepted.end());
    keep(block);
    chain_.push_back(block);
  }
  return path;
}

void ModelLedger::crash() {
  executed_.clear();
  lent_.clear();
  while (height() > synced_) {
    committed_.erase(chain_.back().id);
    for (const Bytes& transaction : chain_.back().state.accepted)
      accepted_.erase(transaction);
    chain_.pop_back();
  }
  for (auto& slice : history_) {
    while (!slice.empty() && slice.back().first > synced_)
      slice.pop_back();
  }
  std::erase_if(handovers_, [this](const auto& item) {
    const auto ended = bft::block_from_header(item.second.header());
    return ended->height > synced_;
  });
}

const ModelBlock* ModelLedger::block(bft::Height height) const {
  return height >= base_ && height <= this->height() ? &chain_[height - base_] : nullptr;
}

bft::Start ModelLedger::start() const {
  const ModelBlock& head = chain_.back();
  v1::Block block;
  v1::BlockHeader header;
  static_cast<void>(block.ParseFromString(head.block));
  static_cast<void>(header.ParseFromString(block.header()));
  bft::Start start;
  const bool over = head.state.epoch_end != 0 && head.height >= head.state.epoch_end;
  start.epoch_first = over;
  start.validators = members_(head.state.epoch + (over ? 1 : 0));
  start.head.id = head.id;
  start.head.parent = Hash::from_view_or_zero(header.parent());
  start.head.height = head.height;
  start.head.view = header.view();
  start.head.header = block.header();
  start.head.epoch_end = over ? 0 : head.state.epoch_end;
  start.head_certificate = head.certificate;
  if (const auto certificate = bft::from_ledger(head.certificate))
    start.head.notarized = certificate->subject.view;
  start.oldest = base_;
  if (import_)
    start.unfinished_import = std::pair(import_->height, import_->id);
  return start;
}

} // namespace tenon::simulation
