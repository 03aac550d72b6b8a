#include "ledger/transaction.hpp"

#include "values/hashing.hpp"

namespace tenon::daml::ledger {

namespace {

// Found{} for a rollback.
template <typename Found, typename Get> Found of_action(const Node& node, Get get) {
  return std::visit(
      [&get](const auto& action) -> Found {
        if constexpr (std::is_same_v<std::decay_t<decltype(action)>, Rollback>)
          return Found{};
        else
          return get(action);
      },
      node);
}

std::string template_text(const Identifier& id) {
  return id.module.str() + ":" + id.name.str();
}

} // namespace

Result<GlobalKey> GlobalKey::make(Identifier template_id, std::optional<PackageName> package_name,
                                  Value value) {
  auto hash = package_name ? hash_upgradable_contract_key(*package_name, template_id, value)
                           : hash_contract_key(template_id, value);
  if (!hash.ok())
    return hash.status();
  return GlobalKey{std::move(template_id), std::move(package_name), std::move(value), *hash};
}

std::string_view kind_name(const Node& node) {
  constexpr std::string_view kNames[] = {"create", "fetch", "exercise", "lookup by key",
                                         "rollback"};
  return kNames[node.index()];
}

bool is_action(const Node& node) {
  return !std::holds_alternative<Rollback>(node);
}

const std::vector<NodeId>& children_of(const Node& node) {
  static const std::vector<NodeId> none;
  if (const auto* exercise = std::get_if<Exercise>(&node))
    return exercise->children;
  const auto* rollback = std::get_if<Rollback>(&node);
  return rollback ? rollback->children : none;
}

std::optional<TransactionVersion> version_of(const Node& node) {
  return of_action<std::optional<TransactionVersion>>(
      node, [](const auto& action) { return std::optional(action.version); });
}

const Identifier* template_of(const Node& node) {
  return of_action<const Identifier*>(node,
                                      [](const auto& action) { return &action.template_id; });
}

const KeyWithMaintainers* key_of(const Node& node) {
  if (const auto* lookup = std::get_if<LookupByKey>(&node))
    return &lookup->key;
  return of_action<const KeyWithMaintainers*>(
      node, [](const auto& action) -> const KeyWithMaintainers* {
        if constexpr (!std::is_same_v<std::decay_t<decltype(action)>, LookupByKey>)
          return action.key ? &*action.key : nullptr;
        else
          return nullptr;
      });
}

const ContractId* contract_of(const Node& node) {
  if (const auto* lookup = std::get_if<LookupByKey>(&node))
    return lookup->result ? &*lookup->result : nullptr;
  return of_action<const ContractId*>(node, [](const auto& action) -> const ContractId* {
    if constexpr (!std::is_same_v<std::decay_t<decltype(action)>, LookupByKey>)
      return &action.contract_id;
    else
      return nullptr;
  });
}

PartySet informees_of(const Node& node) {
  if (const auto* create = std::get_if<Create>(&node))
    return create->stakeholders;
  if (const auto* fetch = std::get_if<Fetch>(&node))
    return unite(fetch->signatories, fetch->actors);
  if (const auto* lookup = std::get_if<LookupByKey>(&node))
    return lookup->key.maintainers;
  const auto* exercise = std::get_if<Exercise>(&node);
  if (!exercise)
    return {};
  PartySet informees = exercise->consuming ? exercise->stakeholders : exercise->signatories;
  informees.insert(exercise->actors.begin(), exercise->actors.end());
  informees.insert(exercise->choice_observers.begin(), exercise->choice_observers.end());
  if (exercise->choice_authorizers)
    informees.insert(exercise->choice_authorizers->begin(), exercise->choice_authorizers->end());
  return informees;
}

PartySet required_authorizers_of(const Node& node) {
  if (const auto* create = std::get_if<Create>(&node))
    return create->signatories;
  if (const auto* fetch = std::get_if<Fetch>(&node))
    return fetch->actors;
  if (const auto* exercise = std::get_if<Exercise>(&node))
    return exercise->actors;
  const auto* lookup = std::get_if<LookupByKey>(&node);
  return lookup ? lookup->key.maintainers : PartySet();
}

PartySet authorizers_within(const Exercise& exercise) {
  return exercise.choice_authorizers ? *exercise.choice_authorizers
                                     : unite(exercise.signatories, exercise.actors);
}

std::string describe(const Node& node) {
  if (const auto* exercise = std::get_if<Exercise>(&node)) {
    return "exercise of " + exercise->choice.str() + " on " +
           template_text(exercise->template_id);
  }
  const Identifier* const name = template_of(node);
  return std::string(kind_name(node)) + (name ? " of " + template_text(*name) : "");
}

void walk(const Transaction& transaction, Visitor& visitor) {
  struct Open {
    std::optional<NodeId> node; // nothing: the roots
    const std::vector<NodeId>* children;
    std::size_t next = 0;
  };
  std::vector<Open> open{{std::nullopt, &transaction.roots}};
  while (!open.empty()) {
    Open& top = open.back();
    if (top.next == top.children->size()) {
      if (top.node)
        visitor.end(*top.node, transaction.at(*top.node));
      open.pop_back();
      continue;
    }
    const NodeId id = (*top.children)[top.next++];
    const Node& node = transaction.at(id);
    if (!std::holds_alternative<Exercise>(node) && !std::holds_alternative<Rollback>(node)) {
      visitor.leaf(id, node);
    } else if (visitor.begin(id, node)) {
      open.push_back({id, &children_of(node)});
    } else {
      visitor.end(id, node);
    }
  }
}

std::vector<std::optional<NodeId>> parents_of(const Transaction& transaction) {
  std::vector<std::optional<NodeId>> parents(transaction.nodes.size());
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    for (const NodeId child : children_of(transaction.nodes[i]))
      parents[index_of(child)] = node_id(i);
  }
  return parents;
}

std::set<PackageId> packages_of(const Transaction& transaction) {
  std::set<PackageId> packages;
  const auto add = [&packages](const std::optional<Identifier>& name) {
    if (name)
      packages.insert(name->package);
  };
  for (const Node& node : transaction.nodes) {
    if (const Identifier* const name = template_of(node))
      packages.insert(name->package);
    if (const auto* fetch = std::get_if<Fetch>(&node))
      add(fetch->interface_id);
    const auto* exercise = std::get_if<Exercise>(&node);
    if (!exercise)
      continue;
    add(exercise->interface_id);
    if (exercise->creation_package)
      packages.insert(*exercise->creation_package);
  }
  return packages;
}

std::vector<bool> rolled_back(const Transaction& transaction) {
  std::vector<bool> undone(transaction.nodes.size());
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const Node& node = transaction.nodes[i];
    if (!undone[i] && is_action(node))
      continue;
    for (const NodeId child : children_of(node))
      undone[index_of(child)] = true;
  }
  return undone;
}

} // namespace tenon::daml::ledger
