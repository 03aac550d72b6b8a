// Which bytes are hashed and which are signed (docs/spec/wire.md). Pure; any thread.
#pragma once

#include <span>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::wire {

// A position in the ledger: height * 2^24 + index in the block.
inline constexpr std::uint64_t kOffsetIndexBits = 24;
[[nodiscard]] constexpr std::uint64_t make_offset(std::uint64_t height, std::uint64_t index) {
  return (height << kOffsetIndexBits) | index;
}
[[nodiscard]] constexpr std::uint64_t offset_height(std::uint64_t offset) {
  return offset >> kOffsetIndexBits;
}
[[nodiscard]] constexpr std::uint64_t offset_index(std::uint64_t offset) {
  return offset & ((std::uint64_t{1} << kOffsetIndexBits) - 1);
}

// What a client node signs: tag, chain, RFC 9162 root over the transactions.
[[nodiscard]] Bytes batch_signing_bytes(const Hash& chain, const v1::TransactionBatch& batch);
// What a validator signs to make a result final.
[[nodiscard]] Bytes certificate_signing_bytes(const Hash& chain, std::uint64_t epoch,
                                              std::uint64_t view, const Hash& block_id,
                                              const Hash& result_hash);

// What an operator signs to give a command.
[[nodiscard]] Bytes operator_signing_bytes(const Hash& chain, std::uint64_t sequence,
                                           BytesView command);
// What a validator's new key signs to show that the validator has it.
[[nodiscard]] Bytes rotation_signing_bytes(const Hash& chain, BytesView name, BytesView public_key,
                                           BytesView tls_key);

// RFC 9162 root that binds every byte of every batch and gives each transaction a leaf of its own;
// the operators' word that ends a wedge, where the body has one, is bound too.
[[nodiscard]] Result<Hash> transactions_root(const v1::BlockBody& body);
[[nodiscard]] Hash outcomes_root(const v1::BlockResults& results);
[[nodiscard]] Hash events_root(const v1::BlockResults& results, std::uint64_t height);

// The leaf bytes of one outcome: all fields but `response`.
[[nodiscard]] Bytes outcome_leaf(const v1::Outcome& outcome);
[[nodiscard]] Hash event_leaf(const v1::Event& event, std::uint64_t height,
                              std::uint32_t transaction_index, std::uint32_t event_index);

[[nodiscard]] Hash validators_hash(const v1::ValidatorSet& validators);
// floor((n + f) / 2) + 1
[[nodiscard]] std::size_t quorum(std::size_t validators, std::size_t max_byzantine);

// Salts derived from a transaction's: HMAC-SHA-256(transaction salt, purpose || 0x00 || name).
[[nodiscard]] Hash derived_salt(BytesView transaction_salt, BytesView purpose, BytesView name);

} // namespace tenon::wire
