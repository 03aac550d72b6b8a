// Transactions and their nodes to the bytes of the transaction format and back. One transaction in
// normal form has one encoding, and no other bytes are read: bytes are equal where transactions
// are. Pure; any thread.
#pragma once

#include "ledger/transaction.hpp"

namespace tenon::daml::ledger {

inline constexpr std::size_t kMaxEncodedTransactionSize = 32u << 20;
// While it is read a node takes up to about forty times its encoded size.
inline constexpr std::size_t kMaxEncodedNodeSize = 10u << 20;

// INVALID_ARGUMENT for what is not well-formed, for rollbacks that are not in normal form, and for
// values that their node's version cannot carry; RESOURCE_EXHAUSTED for what is too large. What a
// version erases of values is left out.
[[nodiscard]] Result<Bytes> encode_transaction(const Transaction& transaction);
// Any bytes. INVALID_ARGUMENT tells the place, what was expected and found. Whether the parties may
// do what they do, and whether it fits a ledger, others tell.
[[nodiscard]] Result<Transaction> decode_transaction(BytesView bytes);

struct PlacedNode {
  NodeId id;
  Node node;
};

// One node of a transaction of that version, or a node that stands alone in its own version. Its
// children are told by their ids only.
[[nodiscard]] Result<Bytes> encode_node(NodeId id, const Node& node, TransactionVersion version);
[[nodiscard]] Result<PlacedNode> decode_node(BytesView bytes, TransactionVersion version);

} // namespace tenon::daml::ledger
