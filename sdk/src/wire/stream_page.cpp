#include "tenon/wire/stream_page.hpp"

#include <map>

#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"
#include "tenon/wire/outcome_check.hpp"
#include "tenon/wire/stream.hpp"

namespace tenon::wire {

namespace {

constexpr std::uint64_t kMaxHostingEpochs = 65536; // that one page may go through

Status not_genuine(std::uint64_t height, const std::string& why) {
  return invalid_argument("the stream is not genuine at block " + std::to_string(height) + ": " +
                          why);
}

template <typename Message> bool parse(BytesView bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// The block itself: that it follows the one before it, in block and result.
Result<StreamedBlock> check_link(BytesView header_bytes, BytesView result_bytes,
                                 const StreamCursor& before) {
  const std::uint64_t height = before.height + 1;
  StreamedBlock checked;
  v1::ResultHeader result;
  if (!parse(header_bytes, checked.header) || !parse(result_bytes, result))
    return not_genuine(height, "a header is malformed");
  checked.block_id = crypto::sha256(header_bytes);
  checked.result_hash = crypto::sha256(result_bytes);
  const v1::BlockHeader& header = checked.header;
  if (header.chain() != before.chain.view() || header.height() != height ||
      header.parent() != before.block_id.view() ||
      header.record_time_us() <= before.record_time_us)
    return not_genuine(height, "it does not follow the block before it");
  if (result.block_id() != checked.block_id.view() ||
      result.parent_result() != before.result_hash.view() ||
      result.state_root().size() != Hash::kSize)
    return not_genuine(height, "its result does not follow the result before it");
  if (header.validators() != validators_hash(before.validators).view())
    return not_genuine(height, "it names other validators than those of its epoch");
  checked.state_root = Hash::from_view(result.state_root());
  return checked;
}

// Only the form in which the ledger has it is taken.
Status check_form(const v1::StreamBlock& block, std::uint64_t height) {
  for (const v1::StreamGroup& group : block.groups()) {
    for (const v1::StreamEvent& event : group.events()) {
      if (!has_ledger_form(event.event()))
        return not_genuine(height, "an event has a salt or readers of another form");
    }
  }
  for (const v1::StreamWrite& write : block.writes()) {
    if (!write.entry().empty() && !merkle::is_entry(write.entry()))
      return not_genuine(height, "an entry is malformed");
  }
  return {};
}

// What the hash of the group does not say: that transaction and response are those of the outcome.
Status check_content(const v1::StreamGroup& group, std::uint64_t height) {
  if (!group.has_outcome()) {
    return group.transaction().empty() && group.events_size() > 0
               ? Status()
               : not_genuine(height, "a group has neither outcome nor events, or a transaction "
                                     "without its outcome");
  }
  std::string wrong = wrong_outcome(group.outcome(), group.transaction());
  if (wrong.empty() && group.outcome().transaction_id() != group.transaction_id())
    wrong = "a transaction is not the one that its outcome is of";
  return wrong.empty() ? Status() : not_genuine(height, wrong);
}

// Runs the client's streams over the blocks of a page.
class Streams {
public:
  explicit Streams(const StreamCursor& cursor)
      : first_(cursor.hosting_epoch), epoch_(cursor.hosting_epoch) {
    hashes_[cursor.hosting_epoch] = cursor.stream;
  }

  Status add(const v1::StreamBlock& block, StreamedBlock& checked) {
    const std::uint64_t height = checked.header.height();
    TENON_RETURN_IF_ERROR(check_form(block, height));
    std::map<std::uint64_t, StreamStep> steps; // by hosting epoch
    std::uint64_t next_index = 0;
    for (const v1::StreamGroup& group : block.groups()) {
      if (group.index() < next_index)
        return not_genuine(height, "its groups are out of order");
      next_index = std::uint64_t{group.index()} + 1;
      TENON_RETURN_IF_ERROR(enter(group.hosting_epoch(), height));
      TENON_RETURN_IF_ERROR(check_content(group, height));
      steps[epoch_].groups.push_back(stream_group_hash(group, height));
    }
    if (block.writes_size() > 0)
      TENON_RETURN_IF_ERROR(enter(block.writes_epoch(), height));
    for (const v1::StreamWrite& write : block.writes())
      steps[epoch_].writes.push_back(stream_write_hash(write));
    for (const auto& [epoch, step] : steps)
      hashes_[epoch] = next_stream_hash(hashes_[epoch], height, step);
    checked.hosting_epoch = epoch_;
    checked.stream = hashes_[epoch_];
    return {};
  }

  // Against the state after the last block.
  Result<std::uint64_t> check(const v1::StreamPage& page, const std::string& client,
                              const StreamedBlock& last) const {
    const std::uint64_t height = last.header.height();
    TENON_ASSIGN_OR_RETURN(const std::uint64_t present,
                           hosting_epoch(page.client(), client, last));
    const std::uint64_t needed = present == 0 ? 0 : present - first_ + 1;
    if (epoch_ > present || present - first_ > kMaxHostingEpochs ||
        static_cast<std::uint64_t>(page.streams_size()) != needed)
      return not_genuine(height, "it lacks proofs of the client's streams, or has too many");
    if (present == 0 && (hashes_.size() != 1 || hashes_.begin()->second != Hash{}))
      return not_genuine(height, "it gives something to a client that the ledger does not have");
    for (int i = 0; i < page.streams_size(); ++i) {
      const std::uint64_t epoch = first_ + static_cast<std::uint64_t>(i);
      const v1::KeyProof& proof = page.streams(i);
      if (proof.key() != "sys/stream/" + client + "/" + std::to_string(epoch))
        return not_genuine(height, "it proves another key than the client's stream");
      TENON_ASSIGN_OR_RETURN(const ProvedKey proved, verify_key_proof(proof, last.state_root));
      const auto found = hashes_.find(epoch);
      const Hash computed = found == hashes_.end() ? Hash{} : found->second;
      const bool same = proved.value ? *proved.value == computed.view() : computed == Hash{};
      if (!same) {
        return not_genuine(height, "what is given of the stream of hosting epoch " +
                                       std::to_string(epoch) + " is not what the ledger has");
      }
    }
    return present;
  }

private:
  // Hosting epochs only grow.
  Status enter(std::uint64_t epoch, std::uint64_t height) {
    if (epoch < epoch_)
      return not_genuine(height, "something belongs to a hosting epoch that is over");
    epoch_ = epoch;
    return {};
  }

  // 0 while the ledger does not have the client.
  static Result<std::uint64_t> hosting_epoch(const v1::KeyProof& proof, const std::string& client,
                                             const StreamedBlock& last) {
    const std::uint64_t height = last.header.height();
    if (proof.key() != "sys/client/" + client)
      return not_genuine(height, "it proves another key than the client's record");
    TENON_ASSIGN_OR_RETURN(const ProvedKey proved, verify_key_proof(proof, last.state_root));
    if (!proved.value)
      return std::uint64_t{0};
    v1::ClientRecord record;
    if (!record.ParseFromString(*proved.value))
      return not_genuine(height, "the client's record is malformed");
    return record.hosting_epoch();
  }

  std::uint64_t first_;
  std::uint64_t epoch_;
  std::map<std::uint64_t, Hash> hashes_;
};

// The cursor after the block.
void advance(StreamCursor& cursor, const StreamedBlock& block) {
  cursor.height = block.header.height();
  cursor.block_id = block.block_id;
  cursor.result_hash = block.result_hash;
  cursor.record_time_us = block.header.record_time_us();
}

// `at`: the last block, or the last link.
Status check_certificate(const v1::StreamPage& page, const StreamCursor& at) {
  v1::Certificate certificate;
  if (!certificate.ParseFromString(page.certificate()))
    return not_genuine(at.height, "its certificate is malformed");
  if (certificate.block_id() != at.block_id.view() ||
      certificate.result_hash() != at.result_hash.view())
    return not_genuine(at.height, "its certificate is for another block or result");
  return verify_certificate(certificate, at.chain, at.validators)
      .with_context("block " + std::to_string(at.height));
}

} // namespace

Result<StreamedPage> verify_stream_page(const v1::StreamPage& page, const StreamCursor& cursor) {
  if (page.blocks_size() == 0)
    return not_genuine(cursor.height + 1, "the page has no blocks");
  StreamedPage checked;
  Streams streams(cursor);
  StreamCursor at = cursor;
  const auto follow = [&](const auto& block) -> Result<StreamedBlock> {
    if (checked.epoch_ends)
      return not_genuine(at.height + 1, "it is of another epoch than the block before it");
    TENON_ASSIGN_OR_RETURN(StreamedBlock one,
                           check_link(block.header(), block.result_header(), at));
    checked.epoch_ends = one.header.validators() != one.header.next_validators();
    advance(at, one);
    return one;
  };
  for (const v1::StreamBlock& block : page.blocks()) {
    TENON_ASSIGN_OR_RETURN(StreamedBlock one, follow(block));
    TENON_RETURN_IF_ERROR(streams.add(block, one));
    checked.blocks.push_back(std::move(one));
  }
  if (checked.epoch_ends) {
    checked.next = page.next();
    if (validators_hash(checked.next).view() !=
        checked.blocks.back().header.next_validators())
      return not_genuine(at.height, "it names other validators for the next epoch");
  }
  for (const v1::StreamLink& link : page.links())
    TENON_RETURN_IF_ERROR(follow(link).status());
  TENON_RETURN_IF_ERROR(check_certificate(page, at));
  TENON_ASSIGN_OR_RETURN(checked.hosting_epoch,
                         streams.check(page, cursor.client, checked.blocks.back()));
  checked.epoch_ends = checked.next.validators_size() > 0;
  return checked;
}

} // namespace tenon::wire
