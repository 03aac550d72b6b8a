#include "tenon/wire/hashing.hpp"

#include <vector>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ordered_tree.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::wire {

namespace {

// Domain separation: no signature of one kind can be taken for one of another. The zero byte ends
// each tag.
constexpr BytesView kBatchTag("tenon/batch/v1\0", 15);
constexpr BytesView kFinalizeTag("tenon/finalize/v1\0", 18);
constexpr BytesView kValidatorsTag("tenon/validators/v1\0", 20);
constexpr BytesView kOperatorTag("tenon/operator/v1\0", 18);
constexpr BytesView kRotationTag("tenon/rotation/v1\0", 18);
constexpr BytesView kUnwedgeTag("tenon/unwedge/v1\0", 17);

void append_sized(Bytes& out, BytesView bytes) {
  append_be32(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

} // namespace

Bytes batch_signing_bytes(const Hash& chain, const v1::TransactionBatch& batch) {
  std::vector<Hash> leaves;
  leaves.reserve(static_cast<std::size_t>(batch.transactions_size()));
  for (const std::string& transaction : batch.transactions()) {
    leaves.push_back(merkle::ordered_leaf(transaction));
  }
  Bytes out(kBatchTag);
  out.append(chain.view());
  append_sized(out, batch.client());
  append_be32(out, static_cast<std::uint32_t>(batch.transactions_size()));
  out.append(merkle::ordered_root(leaves).view());
  return out;
}

Bytes certificate_signing_bytes(const Hash& chain, std::uint64_t epoch, std::uint64_t view,
                                const Hash& block_id, const Hash& result_hash) {
  Bytes out(kFinalizeTag);
  out.append(chain.view());
  append_be64(out, epoch);
  append_be64(out, view);
  out.append(block_id.view()).append(result_hash.view());
  return out;
}

Bytes operator_signing_bytes(const Hash& chain, std::uint64_t sequence, BytesView command) {
  Bytes out(kOperatorTag);
  out.append(chain.view());
  append_be64(out, sequence);
  append_sized(out, command);
  return out;
}

Bytes rotation_signing_bytes(const Hash& chain, BytesView name, BytesView public_key,
                             BytesView tls_key) {
  Bytes out(kRotationTag);
  out.append(chain.view());
  append_sized(out, name);
  append_sized(out, public_key);
  append_sized(out, tls_key);
  return out;
}

Result<Hash> transactions_root(const v1::BlockBody& body) {
  std::vector<Hash> leaves;
  for (int i = 0; i < body.batches_size(); ++i) {
    v1::TransactionBatch batch;
    if (!batch.ParseFromString(body.batches(i))) {
      return invalid_argument("batch " + std::to_string(i) +
                              " of the block is not a TransactionBatch message");
    }
    // The batch's own leaf binds its exact bytes; the transactions' leaves allow short proofs.
    leaves.push_back(merkle::ordered_leaf(crypto::sha256(body.batches(i)).view()));
    for (const std::string& transaction : batch.transactions()) {
      leaves.push_back(merkle::ordered_leaf(transaction));
    }
  }
  // No batch begins with the tag, so this is nobody's leaf but its own.
  if (!body.unwedge().empty())
    leaves.push_back(merkle::ordered_leaf(crypto::sha256({kUnwedgeTag, body.unwedge()}).view()));
  return merkle::ordered_root(leaves);
}

Bytes outcome_leaf(const v1::Outcome& outcome) {
  // Written field by field: protobuf promises no canonical encoding, and verifiers in other
  // languages must arrive at the same bytes.
  Bytes out;
  append_sized(out, outcome.transaction_id());
  append_be32(out, outcome.code());
  append_sized(out, outcome.reason());
  append_sized(out, outcome.message());
  append_sized(out, outcome.response_hash());
  return out;
}

Hash outcomes_root(const v1::BlockResults& results) {
  std::vector<Hash> leaves;
  leaves.reserve(static_cast<std::size_t>(results.results_size()));
  for (const v1::TransactionResult& result : results.results()) {
    leaves.push_back(merkle::ordered_leaf(outcome_leaf(result.outcome())));
  }
  return merkle::ordered_root(leaves);
}

Hash event_leaf(const v1::Event& event, std::uint64_t height, std::uint32_t transaction_index,
                std::uint32_t event_index) {
  const std::vector<std::string> readers(event.readers().begin(), event.readers().end());
  Bytes out;
  append_be64(out, height);
  append_be32(out, transaction_index);
  append_be32(out, event_index);
  append_sized(out, event.engine());
  out.append(crypto::sha256(merkle::encode_readers(readers)).view());
  out.append(crypto::sha256({event.salt(), event.payload()}).view());
  return merkle::ordered_leaf(out);
}

Hash events_root(const v1::BlockResults& results, std::uint64_t height) {
  std::vector<Hash> leaves;
  for (int i = 0; i < results.results_size(); ++i) {
    const v1::TransactionResult& result = results.results(i);
    for (int j = 0; j < result.events_size(); ++j) {
      leaves.push_back(event_leaf(result.events(j), height, static_cast<std::uint32_t>(i),
                                  static_cast<std::uint32_t>(j)));
    }
  }
  return merkle::ordered_root(leaves);
}

Hash validators_hash(const v1::ValidatorSet& validators) {
  Bytes out(kValidatorsTag);
  append_be64(out, validators.epoch());
  append_be32(out, validators.max_byzantine());
  append_be32(out, static_cast<std::uint32_t>(validators.validators_size()));
  for (const v1::Validator& validator : validators.validators()) {
    append_sized(out, validator.name());
    append_sized(out, validator.public_key());
  }
  return crypto::sha256(out);
}

std::size_t quorum(std::size_t validators, std::size_t max_byzantine) {
  return (validators + max_byzantine) / 2 + 1;
}

Hash derived_salt(BytesView transaction_salt, BytesView purpose, BytesView name) {
  Bytes message(purpose);
  message.push_back('\0');
  message.append(name);
  return crypto::hmac_sha256(transaction_salt, message);
}

} // namespace tenon::wire
