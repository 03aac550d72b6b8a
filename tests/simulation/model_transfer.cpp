// The model ledger's part in state transfer: a range is a slice of what was accepted, with the
// hashes of all slices, which the certified state root covers.
#include "simulation/model_ledger.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::simulation {

namespace {

constexpr std::size_t kHeadBytes = 16 + kModelSlices * Hash::kSize;

Hash first_of(std::size_t slice) {
  Bytes first(Hash::kSize, '\0');
  first[0] = static_cast<char>(slice * (256 / kModelSlices));
  return Hash::from_view(first);
}

Hash last_of(std::size_t slice) {
  Bytes last(Hash::kSize, '\xff');
  last[0] = static_cast<char>((slice + 1) * (256 / kModelSlices) - 1);
  return Hash::from_view(last);
}

} // namespace

// What is needed of a block once it is committed, also when it is pruned.
void ModelLedger::keep(const ModelBlock& block) {
  for (const Bytes& transaction : block.state.accepted)
    history_[model_slice(crypto::sha256(transaction))].emplace_back(block.height, transaction);
  if (block.state.epoch_end != block.height)
    return;
  v1::Block message;
  static_cast<void>(message.ParseFromString(block.block));
  v1::EpochHandover& handover = handovers_[block.state.epoch];
  handover.set_header(message.header());
  handover.set_result_header(block.state.result_header);
  handover.set_certificate(block.certificate);
  *handover.mutable_next() = members_(block.state.epoch + 1);
}

void ModelLedger::prune(bft::Height keep_from) {
  keep_from = std::min(keep_from, synced_);
  if (keep_from <= base_)
    return;
  for (bft::Height height = base_; height < keep_from; ++height)
    committed_.erase(chain_[height - base_].id);
  chain_.erase(chain_.begin(), chain_.begin() + static_cast<std::ptrdiff_t>(keep_from - base_));
  base_ = keep_from;
}

std::optional<Bytes> ModelLedger::export_target(std::uint64_t from_epoch, bft::Height height) {
  const ModelBlock* chosen = nullptr;
  for (bft::Height at = height == 0 ? synced_ : height; at > 0; --at) {
    const ModelBlock* const found = block(at);
    if (found == nullptr || at > synced_)
      return std::nullopt;
    const auto certificate = bft::from_ledger(found->certificate);
    if (certificate && certificate->subject.block == found->id) {
      chosen = found;
      break;
    }
    if (height != 0)
      return std::nullopt;
  }
  if (chosen == nullptr)
    return std::nullopt;
  lent_.insert(chosen->height);
  v1::Block message;
  static_cast<void>(message.ParseFromString(chosen->block));
  v1::StateTarget target;
  v1::LedgerProof& proof = *target.mutable_proof();
  proof.set_header(message.header());
  proof.set_result_header(chosen->state.result_header);
  proof.set_certificate(chosen->certificate);
  target.set_body(message.body().SerializeAsString());
  for (const auto& [epoch, handover] : handovers_) {
    if (epoch >= from_epoch && epoch < chosen->state.epoch)
      *proof.add_handovers() = handover;
  }
  return target.SerializeAsString();
}

// The slice that the hash lies in.
std::optional<Bytes> ModelLedger::export_range(bft::Height height, const Hash& first) {
  const ModelBlock* const at = block(height);
  const bool recent = height + versions >= this->height() || lent_.contains(height);
  if (at == nullptr || height > synced_ || !recent)
    return std::nullopt;
  lent_.insert(height);
  const std::size_t slice = model_slice(first);
  Bytes range;
  append_be64(range, at->state.epoch);
  append_be64(range, at->state.epoch_end);
  for (const Hash& hash : at->state.slices)
    range += hash.view();
  range += static_cast<char>(slice);
  for (const auto& [in, transaction] : history_[slice]) {
    if (in > height)
      break;
    append_be32(range, static_cast<std::uint32_t>(transaction.size()));
    range += transaction;
  }
  return range;
}

Status ModelLedger::import_begin(BytesView encoded) {
  v1::StateTarget target;
  v1::ResultHeader result;
  if (!target.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())) ||
      !result.ParseFromString(target.proof().result_header()))
    return invalid_argument("malformed");
  const auto header = bft::block_from_header(target.proof().header());
  v1::BlockHeader fields;
  v1::BlockBody body;
  if (!header || !fields.ParseFromString(target.proof().header()) ||
      !body.ParseFromString(target.body()))
    return invalid_argument("malformed");
  v1::Block whole;
  whole.set_header(target.proof().header());
  *whole.mutable_body() = body;
  if (!bft::has_own_payload(whole))
    return invalid_argument("another body");
  if (header->height <= height())
    return failed_precondition("not above the head");
  if (import_ && import_->id == header->id)
    return {};
  import_.emplace();
  import_->height = header->height;
  import_->id = header->id;
  import_->root = Hash::from_view_or_zero(result.state_root());
  import_->target = Bytes(encoded);
  return {};
}

Status ModelLedger::import_range(bft::Height height, BytesView range) {
  if (!import_ || import_->height != height)
    return failed_precondition("another target");
  if (range.size() <= kHeadBytes)
    return invalid_argument("too short");
  ModelState head;
  head.epoch = read_be64(range);
  head.epoch_end = read_be64(range.substr(8));
  for (std::size_t i = 0; i < kModelSlices; ++i)
    head.slices[i] = Hash::from_view(range.substr(16 + i * Hash::kSize, Hash::kSize));
  const auto slice = static_cast<std::size_t>(static_cast<std::uint8_t>(range[kHeadBytes]));
  std::vector<Bytes> accepted;
  Hash hash;
  for (range.remove_prefix(kHeadBytes + 1); range.size() >= 4;) {
    const std::size_t size = read_be32(range);
    accepted.emplace_back(range.substr(4, size));
    hash = crypto::sha256({hash.view(), accepted.back()});
    range.remove_prefix(std::min(range.size(), 4 + size));
  }
  const bool right = range.empty() && slice < kModelSlices && head.root() == import_->root &&
                     head.slices[slice] == hash;
  if (!trusts_ranges && !right)
    return invalid_argument("not of that state");
  import_->epoch = head.epoch;
  import_->epoch_end = head.epoch_end;
  import_->hashes = head.slices;
  import_->slices[slice % kModelSlices] = std::move(accepted);
  return {};
}

Result<std::vector<merkle::KeySpan>> ModelLedger::import_missing() const {
  if (!import_)
    return failed_precondition("no import is under way");
  std::vector<merkle::KeySpan> missing;
  for (std::size_t slice = 0; slice < kModelSlices; ++slice) {
    if (!import_->slices.contains(slice))
      missing.push_back({first_of(slice), last_of(slice)});
  }
  return missing;
}

Status ModelLedger::import_finish() {
  if (!import_ || import_->slices.size() != kModelSlices)
    return failed_precondition("something is missing");
  const ModelImport import = *std::move(import_);
  v1::StateTarget target;
  v1::Block message;
  static_cast<void>(target.ParseFromString(import.target));
  message.set_header(target.proof().header());
  static_cast<void>(message.mutable_body()->ParseFromString(target.body()));
  const bool wrong = wrong_results;
  const auto handovers = handovers_;
  lose_everything();
  handovers_ = handovers;
  wrong_results = wrong;
  ModelBlock head;
  head.id = import.id;
  head.height = import.height;
  head.block = message.SerializeAsString();
  head.certificate = target.proof().certificate();
  head.state.height = import.height;
  head.state.epoch = import.epoch;
  head.state.epoch_end = import.epoch_end;
  head.state.result_header = target.proof().result_header();
  head.state.result = crypto::sha256(head.state.result_header);
  head.state.slices = import.hashes;
  chain_.clear();
  committed_.clear();
  for (const auto& [slice, accepted] : import.slices) {
    for (const Bytes& transaction : accepted) {
      accepted_.insert(transaction);
      history_[slice].emplace_back(import.height, transaction);
    }
  }
  for (const v1::EpochHandover& handover : target.proof().handovers()) {
    if (const auto last = bft::block_from_header(handover.header()))
      handovers_[last->epoch] = handover;
  }
  keep(head); // the handover, should it end its epoch
  base_ = import.height;
  synced_ = import.height;
  committed_.emplace(head.id, head.state);
  chain_.push_back(std::move(head));
  return {};
}

} // namespace tenon::simulation
