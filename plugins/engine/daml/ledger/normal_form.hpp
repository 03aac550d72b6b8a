// The one form of all transactions that mean the same. Writing and reading a transaction in normal
// form gives it back, and two of them are equal exactly when they say the same.
//
// Values carry what their version can carry. No rollback is empty, begins or ends with a rollback:
// an empty one is dropped, one at the beginning moves out to the front, one at the end joins the
// one around it. The version is the newest of all nodes. Pure; any thread.
#pragma once

#include "ledger/transaction.hpp"

namespace tenon::daml::ledger {

// Nodes in any places, as long as children stand behind their parent and no node is reached twice.
// Those that are not reached do not count.
struct Forest {
  std::vector<NodeId> roots;
  std::vector<Node> nodes;
};

struct Compacted {
  Transaction transaction;
  // Where the node at each place of the forest stands now; nothing for what was left out.
  std::vector<std::optional<NodeId>> places;
};

// Normalizes the rollbacks, gives every node its place and finds the version. Values stay.
[[nodiscard]] Compacted compact(Forest forest);

// Of a well-formed transaction. INVALID_ARGUMENT for a value that its node's version cannot carry.
[[nodiscard]] Result<Transaction> normalize(const Transaction& transaction);

// As the version carries the key: hash, template and package name stay.
[[nodiscard]] Result<KeyWithMaintainers> normalize(const KeyWithMaintainers& key,
                                                   TransactionVersion version);

// Whether rollbacks and version are in normal form. INVALID_ARGUMENT names the node.
[[nodiscard]] Status check_normal_rollbacks(const Transaction& transaction);

// The newest version of all nodes; a rollback counts as 14.
[[nodiscard]] TransactionVersion newest_version(const std::vector<Node>& nodes);

} // namespace tenon::daml::ledger
