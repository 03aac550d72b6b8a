// A block taken apart once: header, batches, transactions, each with the bytes it came as.
// Step: between consensus and block_executor; readers of the block log use it too. Immutable once
// made, shared; any thread.
#pragma once

#include <memory>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::pipeline {

struct DecodedTransaction {
  Hash id; // SHA-256 of the bytes
  bool well_formed = false;
  v1::Transaction message; // empty unless well formed
};

struct DecodedBatch {
  Hash hash; // SHA-256 of the encoded batch
  v1::TransactionBatch message;
  std::vector<DecodedTransaction> transactions;
};

struct DecodedBlock {
  Hash id; // SHA-256 of the header
  Bytes header_bytes;
  Bytes body_bytes;
  v1::BlockHeader header;
  std::vector<DecodedBatch> batches;
  Bytes unwedge; // encoded OperatorCommand, or nothing
  std::size_t transaction_count = 0;
};

// INVALID_ARGUMENT when it is not a Block, or one of its batches not a TransactionBatch. A
// malformed transaction is kept: it gets an outcome like any other.
[[nodiscard]] Result<std::shared_ptr<const DecodedBlock>> decode_block(BytesView encoded);
// From the block log's two parts.
[[nodiscard]] Result<std::shared_ptr<const DecodedBlock>> decode_block(Bytes header, Bytes body);

// The two parts as one Block message, as consensus carries it.
[[nodiscard]] Bytes encode_block(BytesView header, BytesView body);

} // namespace tenon::host::pipeline
