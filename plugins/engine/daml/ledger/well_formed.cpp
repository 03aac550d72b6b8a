#include "ledger/well_formed.hpp"

namespace tenon::daml::ledger {

namespace {

std::string place_text(NodeId id) {
  return "node " + std::to_string(index_of(id));
}

Status misplaced(const std::optional<NodeId>& parent, NodeId child, std::size_t expected,
                 std::size_t size) {
  const std::string where = parent ? "child of " + place_text(*parent) : std::string("root");
  const std::size_t found = index_of(child);
  std::string why = "expected node " + std::to_string(expected);
  if (found >= size)
    why = "there are only " + std::to_string(size) + " nodes";
  else if (found < expected)
    why = "it was reached before (a cycle, or two nodes around one)";
  else if (expected >= size)
    why = "all nodes have been reached";
  return invalid_argument(where + ": " + place_text(child) + " stands here; " + why);
}

Status unknown_before(std::string_view what, TransactionVersion since,
                      TransactionVersion version) {
  return invalid_argument(std::string(what) + " in a node of version " + to_string(version) +
                          "; they came with version " + to_string(since));
}

Status check_key(const KeyWithMaintainers& key, const Identifier& template_id,
                 const std::optional<PackageName>& package_name) {
  if (key.maintainers.empty())
    return invalid_argument("a key without maintainers");
  if (key.key.template_id != template_id) {
    return invalid_argument("a key of " + key.key.template_id.to_text() + "; expected one of " +
                            template_id.to_text());
  }
  if (key.key.package_name && key.key.package_name != package_name) {
    return invalid_argument("a key of package " + key.key.package_name->str() + "; expected " +
                            (package_name ? package_name->str() : std::string("none")));
  }
  return {};
}

Status check_key(const std::optional<KeyWithMaintainers>& key, const Identifier& template_id,
                 const std::optional<PackageName>& package_name) {
  return key ? check_key(*key, template_id, package_name) : Status();
}

Status check_stakeholders(const PartySet& signatories, const PartySet& stakeholders) {
  if (is_subset(signatories, stakeholders))
    return {};
  return invalid_argument("the signatories " + to_text(signatories) +
                          " are not all among the stakeholders " + to_text(stakeholders));
}

Status check_package_name(const std::optional<PackageName>& name, TransactionVersion version) {
  if (name.has_value() == has_package_names(version))
    return {};
  if (name)
    return unknown_before("a package name", TransactionVersion::k17, version);
  return invalid_argument("no package name in a node of version " + to_string(version));
}

Status check_by_key(bool by_key, bool has_key, TransactionVersion version) {
  if (!by_key)
    return {};
  if (!has_rollback(version))
    return unknown_before("a by-key flag", TransactionVersion::k14, version);
  return has_key ? Status() : invalid_argument("reached by key, but it has none");
}

Status check_node(const Create& create) {
  TENON_RETURN_IF_ERROR(check_package_name(create.package_name, create.version));
  TENON_RETURN_IF_ERROR(check_stakeholders(create.signatories, create.stakeholders));
  return check_key(create.key, create.template_id, create.package_name);
}

Status check_node(const Fetch& fetch) {
  TENON_RETURN_IF_ERROR(check_package_name(fetch.package_name, fetch.version));
  if (fetch.interface_id && !has_package_names(fetch.version))
    return unknown_before("the interface of a fetch", TransactionVersion::k17, fetch.version);
  TENON_RETURN_IF_ERROR(check_stakeholders(fetch.signatories, fetch.stakeholders));
  if (fetch.actors.empty())
    return invalid_argument("no actors");
  if (!is_subset(fetch.actors, fetch.stakeholders)) {
    return invalid_argument("the actors " + to_text(fetch.actors) +
                            " are not all among the stakeholders " + to_text(fetch.stakeholders));
  }
  TENON_RETURN_IF_ERROR(check_by_key(fetch.by_key, fetch.key.has_value(), fetch.version));
  return check_key(fetch.key, fetch.template_id, fetch.package_name);
}

Status check_node(const Exercise& exercise) {
  const TransactionVersion version = exercise.version;
  TENON_RETURN_IF_ERROR(check_package_name(exercise.package_name, version));
  if (exercise.creation_package.has_value() != has_package_names(version)) {
    return exercise.creation_package
               ? unknown_before("the package of the create", TransactionVersion::k17, version)
               : invalid_argument("no package of the create in a node of version " +
                                  to_string(version));
  }
  if (exercise.interface_id && !has_interfaces(version))
    return unknown_before("an interface", TransactionVersion::k15, version);
  TENON_RETURN_IF_ERROR(check_stakeholders(exercise.signatories, exercise.stakeholders));
  if (exercise.actors.empty())
    return invalid_argument("no actors");
  if (!exercise.choice_observers.empty() && version < TransactionVersion::k11)
    return unknown_before("choice observers", TransactionVersion::k11, version);
  if (exercise.choice_authorizers) {
    return invalid_argument("choice authorizers, which no version up to " +
                            to_string(kNewestTransactionVersion) + " carries");
  }
  if (!exercise.result && !has_rollback(version))
    return unknown_before("exercises without a result", TransactionVersion::k14, version);
  TENON_RETURN_IF_ERROR(check_by_key(exercise.by_key, exercise.key.has_value(), version));
  return check_key(exercise.key, exercise.template_id, exercise.package_name);
}

Status check_node(const LookupByKey& lookup) {
  TENON_RETURN_IF_ERROR(check_package_name(lookup.package_name, lookup.version));
  return check_key(lookup.key, lookup.template_id, lookup.package_name);
}

Status check_node(const Rollback&) {
  return {};
}

} // namespace

Status check_shape(const Transaction& transaction) {
  const std::size_t size = transaction.nodes.size();
  if (size > kMaxNodes) {
    return invalid_argument("a transaction of " + std::to_string(size) +
                            " nodes; expected at most " + std::to_string(kMaxNodes));
  }
  struct Open {
    std::optional<NodeId> node;
    const std::vector<NodeId>* children;
    std::size_t next = 0;
  };
  std::size_t expected = 0;
  std::vector<Open> open{{std::nullopt, &transaction.roots}};
  while (!open.empty()) {
    Open& top = open.back();
    if (top.next == top.children->size()) {
      open.pop_back();
      continue;
    }
    const NodeId child = (*top.children)[top.next++];
    if (index_of(child) != expected || expected >= size)
      return misplaced(top.node, child, expected, size);
    ++expected;
    open.push_back({child, &children_of(transaction.at(child))});
  }
  if (expected == size)
    return {};
  return invalid_argument(place_text(node_id(expected)) +
                          " is neither a root nor the child of another node");
}

Status check_facts(const Transaction& transaction) {
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const Node& node = transaction.nodes[i];
    Status status = std::visit([](const auto& facts) { return check_node(facts); }, node);
    const auto version = version_of(node).value_or(TransactionVersion::k14);
    if (status.ok() && version > transaction.version) {
      status = invalid_argument("a node of version " + to_string(version) +
                                " in a transaction of version " + to_string(transaction.version));
    }
    if (!status.ok())
      return status.with_context(place_text(node_id(i)) + " (" + describe(node) + ")");
  }
  return {};
}

Status check_well_formed(const Transaction& transaction) {
  TENON_RETURN_IF_ERROR(check_shape(transaction));
  return check_facts(transaction);
}

} // namespace tenon::daml::ledger
