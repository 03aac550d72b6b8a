#include "pipeline/decoded_block.hpp"

#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

namespace {

Result<DecodedBatch> decode_batch(const Bytes& encoded, std::size_t index) {
  DecodedBatch batch;
  batch.hash = crypto::sha256(encoded);
  if (!batch.message.ParseFromString(encoded)) {
    return invalid_argument("batch " + std::to_string(index) +
                            " of the block is not a TransactionBatch message");
  }
  batch.transactions.reserve(static_cast<std::size_t>(batch.message.transactions_size()));
  for (const std::string& bytes : batch.message.transactions()) {
    DecodedTransaction& transaction = batch.transactions.emplace_back();
    transaction.id = crypto::sha256(bytes);
    transaction.well_formed = transaction.message.ParseFromString(bytes);
    if (!transaction.well_formed)
      transaction.message.Clear();
  }
  return batch;
}

Result<std::shared_ptr<const DecodedBlock>> take_apart(Bytes header, Bytes body_bytes,
                                                       const v1::BlockBody& body) {
  auto block = std::make_shared<DecodedBlock>();
  block->id = crypto::sha256(header);
  if (!block->header.ParseFromString(header))
    return invalid_argument("the block's header is not a BlockHeader message");
  block->header_bytes = std::move(header);
  block->body_bytes = std::move(body_bytes);
  block->unwedge = body.unwedge();
  block->batches.reserve(static_cast<std::size_t>(body.batches_size()));
  for (int i = 0; i < body.batches_size(); ++i) {
    TENON_ASSIGN_OR_RETURN(DecodedBatch batch,
                           decode_batch(body.batches(i), static_cast<std::size_t>(i)));
    block->transaction_count += batch.transactions.size();
    block->batches.push_back(std::move(batch));
  }
  return std::shared_ptr<const DecodedBlock>(std::move(block));
}

} // namespace

Result<std::shared_ptr<const DecodedBlock>> decode_block(BytesView encoded) {
  v1::Block block;
  if (!block.ParseFromArray(encoded.data(), static_cast<int>(encoded.size()))) {
    return invalid_argument("expected a Block message, found " + std::to_string(encoded.size()) +
                            " other bytes");
  }
  // Fields that no reader knows are in no hash either, and must decide nothing: they stay behind.
  v1::BlockBody body;
  body.mutable_batches()->Swap(block.mutable_body()->mutable_batches());
  body.set_unwedge(std::move(*block.mutable_body()->mutable_unwedge()));
  Bytes encoded_body = body.SerializeAsString();
  return take_apart(std::move(*block.mutable_header()), std::move(encoded_body), body);
}

Result<std::shared_ptr<const DecodedBlock>> decode_block(Bytes header, Bytes body) {
  v1::BlockBody message;
  if (!message.ParseFromString(body))
    return data_loss("a block's body in the block log is not a BlockBody message");
  return take_apart(std::move(header), std::move(body), message);
}

Bytes encode_block(BytesView header, BytesView body) {
  v1::Block block;
  block.mutable_header()->assign(header);
  if (!block.mutable_body()->ParseFromArray(body.data(), static_cast<int>(body.size())))
    block.clear_body();
  return block.SerializeAsString();
}

} // namespace tenon::host::pipeline
