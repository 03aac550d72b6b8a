#include "tenon/testkit/fake_replica.hpp"

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::testkit {

namespace {

v1::ValidatorSet only(BytesView key) {
  v1::ValidatorSet validators;
  v1::Validator& validator = *validators.add_validators();
  validator.set_name("only");
  validator.set_public_key(Bytes(key));
  return validators;
}

} // namespace

FakeReplica::FakeReplica(const Hash& chain, BytesView validator_key)
    : FakeReplica(chain, only(validator_key)) {}

FakeReplica::FakeReplica(const Hash& chain, v1::ValidatorSet validators)
    : chain_(chain), validators_(std::move(validators)) {
  v1::BlockHeader header;
  header.set_chain(chain_.str());
  header.set_validators(wire::validators_hash(validators_).str());
  header.set_next_validators(header.validators());
  const Bytes encoded = header.SerializeAsString();
  head_.block_id = crypto::sha256(encoded);
  final_[head_.height] = {head_.block_id, encoded, {}, {}};
  known_[head_.block_id] = head_.height;
}

void FakeReplica::complain_unless(bool holds, const std::string& what) {
  if (!holds)
    complaints_.push_back(what);
}

Status FakeReplica::check(BytesView batch) {
  ++calls_;
  return bad_batches.contains(Bytes(batch)) ? invalid_argument("a bad batch") : Status();
}

void FakeReplica::check_place(const Hash& parent, std::uint64_t height, const Hash& executed) {
  // Of several validators one may build on what the others have found right.
  complain_unless(validators_.validators_size() > 1 || known_.contains(parent),
                  "put a block on a parent that nobody knows");
  const auto staged = executed_.find(executed);
  complain_unless(staged != executed_.end() || executed == head_.block_id,
                  "named an ancestor that was not executed, or is below the head");
  const std::uint64_t below = staged == executed_.end() ? head_.height : staged->second.height;
  complain_unless(below < height && height - below <= plugin::kConsensusLag,
                  "put a block too far above the last executed one");
}

Result<Bytes> FakeReplica::propose(const plugin::Proposal& proposal) {
  ++calls_;
  v1::BlockHeader parent;
  complain_unless(
      parent.ParseFromArray(proposal.parent_header.data(),
                            static_cast<int>(proposal.parent_header.size())),
      "proposed on something that is not a header");
  const Hash parent_id = crypto::sha256(proposal.parent_header);
  check_place(parent_id, parent.height() + 1, proposal.executed);
  complain_unless(proposal.epoch == validators_.epoch(), "proposed for another epoch");
  empty_blocks_ = proposal.batches.empty() ? empty_blocks_ + 1 : 0;
  complain_unless(empty_blocks_ <= plugin::kConsensusLag,
                  "proposed one block without batches after another");
  if (proposal.batches.size() > max_block_batches)
    return invalid_argument("too many batches for a block");
  v1::Block block;
  for (const Bytes& batch : proposal.batches) {
    complain_unless(!bad_batches.contains(batch), "proposed a batch that the check refused");
    block.mutable_body()->add_batches(batch);
  }
  v1::BlockHeader header;
  header.set_chain(chain_.str());
  header.set_epoch(validators_.epoch());
  header.set_view(proposal.view);
  header.set_height(parent.height() + 1);
  header.set_parent(parent_id.str());
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(block.body()));
  header.set_transactions_root(root.str());
  header.set_validators(parent.next_validators());
  header.set_next_validators(parent.next_validators());
  block.set_header(header.SerializeAsString());
  known_[crypto::sha256(block.header())] = header.height();
  return block.SerializeAsString();
}

Status FakeReplica::verify(BytesView encoded, BytesView parent_header, const Hash& executed) {
  ++calls_;
  v1::Block block;
  v1::BlockHeader header;
  if (!block.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())) ||
      !header.ParseFromString(block.header()))
    return invalid_argument("not a block");
  const Hash parent_id = crypto::sha256(parent_header);
  check_place(parent_id, header.height(), executed);
  if (header.parent() != parent_id.view())
    return invalid_argument("a block on another parent");
  known_[crypto::sha256(block.header())] = header.height();
  return {};
}

Result<Bytes> FakeReplica::execute_now(const Bytes& encoded) {
  if (fail_execution)
    return fault("the disk is gone");
  v1::Block block;
  v1::BlockHeader header;
  if (!block.ParseFromString(encoded) || !header.ParseFromString(block.header())) {
    complain_unless(false, "executed something that is not a block");
    return invalid_argument("not a block");
  }
  const Hash id = crypto::sha256(block.header());
  const Hash parent = Hash::from_view_or_zero(header.parent());
  complain_unless(parent == head_.block_id || executed_.contains(parent),
                  "executed a block on an unknown parent");
  v1::ResultHeader result;
  result.set_block_id(id.str());
  result.set_state_root(crypto::sha256({"state", id.view()}).str());
  known_[id] = header.height();
  Executed executed{header.height(),
                    parent,
                    block.header(),
                    result.SerializeAsString(),
                    block.body().SerializeAsString(),
                    {block.body().batches().begin(), block.body().batches().end()}};
  executed_[id] = executed;
  return executed.result_header;
}

void FakeReplica::execute(BytesView block, plugin::ExecutedCallback done) {
  ++calls_;
  open_.push_back(
      [this, block = Bytes(block), done = std::move(done)] { done(execute_now(block)); });
}

Status FakeReplica::finalize_now(const Hash& block_id, const Bytes& encoded) {
  if (fail_commit)
    return fault("the disk is full");
  const auto found = executed_.find(block_id);
  if (found == executed_.end()) {
    complain_unless(false, "finalized a block that was not executed, or twice");
    return failed_precondition("unknown block");
  }
  v1::Certificate certificate;
  complain_unless(certificate.ParseFromString(encoded) &&
                      wire::verify_certificate(certificate, chain_, validators_).ok(),
                  "finalized with a certificate that does not verify");
  complain_unless(certificate.block_id() == block_id.view() &&
                      certificate.result_hash() ==
                          crypto::sha256(found->second.result_header).view(),
                  "certified another block or result");
  std::vector<std::map<Hash, Executed>::iterator> path = {found};
  while (path.back()->second.parent != head_.block_id) {
    const auto below = executed_.find(path.back()->second.parent);
    if (below == executed_.end()) {
      complain_unless(false, "finalized a block that does not stand on the head");
      return failed_precondition("another branch is final already");
    }
    path.push_back(below);
  }
  head_ = {found->second.height, certificate.view(), block_id};
  for (auto block = path.rbegin(); block != path.rend(); ++block) {
    const Executed& made = (*block)->second;
    final_[made.height] = {(*block)->first, made.header, made.body, encoded};
    for (const Bytes& batch : (*block)->second.batches)
      final_batches_.push_back(batch);
    executed_.erase(*block);
  }
  std::erase_if(known_, [this](const auto& block) { return block.second < head_.height; });
  return {};
}

void FakeReplica::finalized(const Hash& block_id, BytesView certificate,
                            plugin::FinalizedCallback done) {
  ++calls_;
  open_.push_back([this, block_id, certificate = Bytes(certificate), done = std::move(done)] {
    done(finalize_now(block_id, certificate));
  });
}

void FakeReplica::abandon(const Hash& block_id) {
  ++calls_;
  executed_.erase(block_id);
}

Result<std::optional<Bytes>> FakeReplica::read_block(std::uint64_t height,
                                                     plugin::BlockPart part) const {
  const auto found = final_.find(height);
  if (found == final_.end())
    return std::optional<Bytes>();
  switch (part) {
  case plugin::BlockPart::kHeader:
    return std::optional(found->second.header);
  case plugin::BlockPart::kBody:
    return std::optional(found->second.body);
  case plugin::BlockPart::kCertificate:
    return std::optional(found->second.certificate);
  default:
    return std::optional<Bytes>();
  }
}

Hash FakeReplica::final_block(std::uint64_t height) const {
  const auto found = final_.find(height);
  return found == final_.end() ? Hash() : found->second.id;
}

Result<Bytes> FakeReplica::schedule(const Hash& executed) const {
  if (executed != head_.block_id && !executed_.contains(executed))
    return failed_precondition("unknown block");
  v1::EpochSchedule schedule;
  *schedule.mutable_validators() = validators_;
  return schedule.SerializeAsString();
}

bool FakeReplica::answer_one() {
  if (open_.empty())
    return false;
  const std::function<void()> answer = std::move(open_.front());
  open_.pop_front();
  answer();
  return true;
}

} // namespace tenon::testkit
