// A transaction of Daml: a forest of nodes, each of which tells one thing that happened on the
// ledger and everything that others need to judge it. Plain data; any thread may read the same one.
//
// Nodes stand in the order in which they began, a parent before its children, and the id of a node
// is its place: nodes[0] is the first root. check_well_formed() tells whether that holds; all that
// reads a transaction relies on it. Nothing here recurses over nodes, however deep they lie.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "ledger/parties.hpp"
#include "tenon/core/function_ref.hpp"
#include "values/transaction_version.hpp"
#include "values/value.hpp"

namespace tenon::daml::ledger {

// The place of a node in its transaction.
enum class NodeId : std::uint32_t {};

[[nodiscard]] constexpr std::size_t index_of(NodeId id) {
  return static_cast<std::size_t>(id);
}
[[nodiscard]] constexpr NodeId node_id(std::size_t index) {
  return static_cast<NodeId>(index);
}

// A key under which at most one active contract is found. The hash stands for it: keys of one
// template are equal exactly when their hashes are.
struct GlobalKey {
  Identifier template_id;
  std::optional<PackageName> package_name; // from version 17 on, and then hashed instead of the id
  Value value;
  Hash hash;

  // INVALID_ARGUMENT for a value with a contract id in it, or nested too deep.
  static Result<GlobalKey> make(Identifier template_id, std::optional<PackageName> package_name,
                                Value value);
};

struct KeyWithMaintainers {
  GlobalKey key;
  PartySet maintainers;
};

// Of every node below: `version` is that of the template's package (of an exercise through an
// interface, the newer one of template and interface); stakeholders contain the signatories.

struct Create {
  ContractId contract_id;
  std::optional<PackageName> package_name; // from version 17 on, here and below
  Identifier template_id;
  Value argument;
  std::string agreement;
  PartySet signatories;
  PartySet stakeholders;
  std::optional<KeyWithMaintainers> key;
  TransactionVersion version;
};

struct Fetch {
  ContractId contract_id;
  std::optional<PackageName> package_name;
  Identifier template_id;
  std::optional<Identifier> interface_id; // from version 17 on
  PartySet actors;                        // the stakeholders that authorize it
  PartySet signatories;
  PartySet stakeholders;
  std::optional<KeyWithMaintainers> key;
  bool by_key = false; // from version 14 on
  TransactionVersion version;
};

struct Exercise {
  ContractId contract_id;
  std::optional<PackageName> package_name;
  std::optional<PackageId> creation_package; // from version 17 on: of the template at the create
  Identifier template_id;
  std::optional<Identifier> interface_id; // where the choice comes from one; from version 15 on
  Name choice;
  bool consuming = false;
  PartySet actors; // the controllers
  Value argument;
  PartySet signatories;
  PartySet stakeholders;
  PartySet choice_observers; // from version 11 on
  // Whose authority the consequences have, where it is not that of signatories and actors. No
  // version up to 17 carries them.
  std::optional<PartySet> choice_authorizers;
  std::optional<Value> result; // nothing when an exception ended it; from version 14 on
  std::optional<KeyWithMaintainers> key;
  bool by_key = false; // from version 14 on
  TransactionVersion version;
  std::vector<NodeId> children;
};

struct LookupByKey {
  std::optional<PackageName> package_name;
  Identifier template_id;
  KeyWithMaintainers key;
  std::optional<ContractId> result;
  TransactionVersion version;
};

// What an exception undid: none of it counts for what follows, but that it happened is part of the
// transaction. Not an action of its own. From version 14 on.
struct Rollback {
  std::vector<NodeId> children;
};

using Node = std::variant<Create, Fetch, Exercise, LookupByKey, Rollback>;

struct Transaction {
  TransactionVersion version = kOldestTransactionVersion;
  std::vector<NodeId> roots;
  std::vector<Node> nodes;

  [[nodiscard]] const Node& at(NodeId id) const { return nodes[index_of(id)]; }
};

// Facts of one node, whatever its kind. A rollback has none of them: nullptr, nothing, empty.
[[nodiscard]] std::string_view kind_name(const Node& node); // "create", "lookup by key" …
[[nodiscard]] bool is_action(const Node& node);
[[nodiscard]] const std::vector<NodeId>& children_of(const Node& node);
[[nodiscard]] std::optional<TransactionVersion> version_of(const Node& node);
[[nodiscard]] const Identifier* template_of(const Node& node);
[[nodiscard]] const KeyWithMaintainers* key_of(const Node& node);
// The contract that is created, fetched, exercised or found.
[[nodiscard]] const ContractId* contract_of(const Node& node);
// Who has a stake in the action itself: it is shown to them whoever caused it.
[[nodiscard]] PartySet informees_of(const Node& node);
// Who must agree: signatories of a create, actors of a fetch or exercise, maintainers of a look-up.
[[nodiscard]] PartySet required_authorizers_of(const Node& node);
// Whose authority the children of an exercise have.
[[nodiscard]] PartySet authorizers_within(const Exercise& exercise);
// For messages: "exercise of Transfer on Iou:Iou".
[[nodiscard]] std::string describe(const Node& node);

// Walks in the order of execution: an exercise or rollback begins, then its children, then it ends.
class Visitor {
public:
  virtual ~Visitor() = default;
  virtual void leaf(NodeId id, const Node& node) = 0;
  // Whether the children are walked as well; the end is told either way.
  [[nodiscard]] virtual bool begin(NodeId id, const Node& node) = 0;
  virtual void end(NodeId id, const Node& node) = 0;
};
void walk(const Transaction& transaction, Visitor& visitor);

// The parents of all nodes in the order of the nodes; nothing for a root.
[[nodiscard]] std::vector<std::optional<NodeId>> parents_of(const Transaction& transaction);
// All packages that its nodes name.
[[nodiscard]] std::set<PackageId> packages_of(const Transaction& transaction);
// For every node whether it lies below a rollback.
[[nodiscard]] std::vector<bool> rolled_back(const Transaction& transaction);

} // namespace tenon::daml::ledger
