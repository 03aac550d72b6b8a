// Nodes to and from the messages of the transaction format. For the codec of transactions;
// everybody else uses transaction_codec.hpp. Pure; any thread.
#pragma once

#include "ledger/transaction_codec.hpp"
#include "tenon/daml/ledger/v1/transaction.pb.h"

namespace tenon::daml::ledger {

[[nodiscard]] std::string id_text(NodeId id);
[[nodiscard]] Result<NodeId> read_id(BytesView text);

// `version` is that of the transaction around it. `out` is empty before.
[[nodiscard]] Status write_node(NodeId id, const Node& node, TransactionVersion version,
                                v1::Node& out);
// INVALID_ARGUMENT names the place within the node. Fields that are not known, or not of the
// node's version, are passed over: whoever has the bytes compares them with what is written for the
// node that was read.
[[nodiscard]] Result<PlacedNode> read_node(const v1::Node& message, TransactionVersion version);

} // namespace tenon::daml::ledger
