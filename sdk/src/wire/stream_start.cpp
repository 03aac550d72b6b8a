#include "tenon/wire/stream_start.hpp"

#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"
#include "tenon/wire/ledger_proof.hpp"

namespace tenon::wire {

namespace {

Status not_genuine(const std::string& why) {
  return invalid_argument("the beginning of a stream is not genuine: " + why);
}

// Of the client's record and stream, as the proof's two keys say.
Status read_stream(const ProvedState& proved, const std::string& client, StreamedBlock& block) {
  v1::ClientRecord record;
  if (proved.keys.size() != 2 || proved.keys[0].key != "sys/client/" + client)
    return not_genuine("it proves other keys than the client's record and stream");
  const std::optional<Bytes>& encoded = proved.keys[0].value;
  if (!encoded || !record.ParseFromString(*encoded) || record.public_key().empty() ||
      !record.streams())
    return not_genuine("the ledger has no such client there, or it does not follow the ledger");
  if (proved.keys[1].key !=
      "sys/stream/" + client + "/" + std::to_string(record.hosting_epoch()))
    return not_genuine("it proves another stream than the client's present one");
  const std::optional<Bytes>& stream = proved.keys[1].value;
  if (stream && stream->size() != Hash::kSize)
    return not_genuine("what it proves of the client's stream is no hash");
  block.hosting_epoch = record.hosting_epoch();
  block.stream = stream ? Hash::from_view(*stream) : Hash{};
  return {};
}

} // namespace

Result<StreamStart> verify_stream_start(const v1::StreamPage& page, const StreamCursor& cursor) {
  const v1::LedgerProof& proof = page.start();
  TENON_ASSIGN_OR_RETURN(const ProvedState proved,
                         verify_ledger_proof(proof, cursor.chain, cursor.validators));
  if (proved.height <= cursor.height) {
    return not_genuine("it is at block " + std::to_string(proved.height) +
                       ", and the client has block " + std::to_string(cursor.height));
  }
  StreamStart start;
  StreamedBlock& block = start.block;
  if (!block.header.ParseFromString(proof.header()))
    return not_genuine("the block's header is malformed");
  if (block.header.record_time_us() <= cursor.record_time_us)
    return not_genuine("the block is not later than the one that the client has");
  block.block_id = crypto::sha256(proof.header());
  block.result_hash = crypto::sha256(proof.result_header());
  block.state_root = proved.state_root;
  TENON_RETURN_IF_ERROR(read_stream(proved, cursor.client, block));
  start.certified_by = proved.validators;
  const bool epoch_ends = block.header.validators() != block.header.next_validators();
  start.next = epoch_ends ? page.next() : proved.validators;
  if (validators_hash(start.next).view() != block.header.next_validators())
    return not_genuine("it names other validators than the block for what follows");
  return start;
}

} // namespace tenon::wire
