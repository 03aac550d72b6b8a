#include "tenon/testkit/fake_replica.hpp"

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::testkit {

FakeReplica::FakeReplica(const Hash& chain, BytesView validator_key) : chain_(chain) {
  v1::Validator& validator = *validators_.add_validators();
  validator.set_name("only");
  validator.set_public_key(Bytes(validator_key));
  head_.block_id = crypto::sha256("the head before all tests");
}

void FakeReplica::complain_unless(bool holds, const std::string& what) {
  if (!holds)
    complaints_.push_back(what);
}

Status FakeReplica::check(BytesView batch) {
  ++calls_;
  return bad_batches.contains(Bytes(batch)) ? invalid_argument("a bad batch") : Status();
}

Result<Bytes> FakeReplica::propose(const plugin::Proposal& proposal) {
  ++calls_;
  const bool known = proposal.parent == head_.block_id || executed_.contains(proposal.parent);
  complain_unless(known, "proposed on a parent that was never executed");
  complain_unless(!proposal.batches.empty(), "proposed a block without batches");
  if (proposal.batches.size() > max_block_batches)
    return invalid_argument("too many batches for a block");
  v1::Block block;
  for (const Bytes& batch : proposal.batches) {
    complain_unless(!bad_batches.contains(batch), "proposed a batch that the check refused");
    block.mutable_body()->add_batches(batch);
  }
  v1::BlockHeader header;
  header.set_chain(chain_.str());
  header.set_view(proposal.view);
  header.set_parent(proposal.parent.str());
  const auto parent = executed_.find(proposal.parent);
  header.set_height((parent == executed_.end() ? head_.height : parent->second.height) + 1);
  TENON_ASSIGN_OR_RETURN(const Hash root, wire::transactions_root(block.body()));
  header.set_transactions_root(root.str());
  block.set_header(header.SerializeAsString());
  return block.SerializeAsString();
}

Status FakeReplica::verify(BytesView) {
  ++calls_;
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
  Executed executed{header.height(),
                    parent,
                    result.SerializeAsString(),
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
  complain_unless(found->second.parent == head_.block_id,
                  "finalized a block whose parent is not the head");
  for (const Bytes& batch : found->second.batches)
    final_batches_.push_back(batch);
  head_ = {found->second.height, certificate.view(), block_id};
  executed_.erase(found);
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

Result<std::optional<Bytes>> FakeReplica::read_block(std::uint64_t, plugin::BlockPart) const {
  return std::optional<Bytes>();
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
