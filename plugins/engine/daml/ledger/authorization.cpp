#include "ledger/authorization.hpp"

#include <memory>

namespace tenon::daml::ledger {

namespace {

Error fail(ErrorKind kind, const Node& node, std::string message) {
  Error error(kind, std::move(message));
  if (const Identifier* const name = template_of(node))
    error.template_id = *name;
  if (const ContractId* const id = contract_of(node))
    error.contract_id = *id;
  if (const auto* exercise = std::get_if<Exercise>(&node))
    error.choice = exercise->choice;
  if (const KeyWithMaintainers* const key = key_of(node))
    error.key = key->key;
  return error;
}

// Clients of Daml ledgers look for these words, and for those of a fetch.
Error missing(const Node& node, const PartySet& required, const PartySet& given) {
  const bool lookup = std::holds_alternative<LookupByKey>(node);
  Error error = fail(ErrorKind::kMissingAuthorization, node,
                     "the " + describe(node) + " requires authorizers " + to_text(required) +
                         (lookup ? " for lookup by key" : "") + ", but it only has " +
                         to_text(given));
  error.required = required;
  error.given = given;
  return error;
}

std::optional<Error> authorize_create(const Create& create, const Node& node,
                                      const PartySet& given) {
  if (!is_subset(create.signatories, given))
    return missing(node, create.signatories, given);
  if (create.signatories.empty())
    return fail(ErrorKind::kNoSignatories, node, "the " + describe(node) + " has no signatories");
  if (!create.key || is_subset(create.key->maintainers, create.signatories))
    return std::nullopt;
  Error error = fail(ErrorKind::kMaintainersNoSignatories, node,
                     "the " + describe(node) + ": the maintainers of its key, " +
                         to_text(create.key->maintainers) +
                         ", are not a subset of the signatories, " +
                         to_text(create.signatories));
  error.required = create.key->maintainers;
  error.given = create.signatories;
  return error;
}

std::optional<Error> authorize_fetch(const Fetch& fetch, const Node& node, const PartySet& given) {
  if (intersects(fetch.stakeholders, given))
    return std::nullopt;
  Error error = fail(ErrorKind::kNoStakeholderAuthorizes, node,
                     "the " + describe(node) + " requires one of the stakeholders " +
                         to_text(fetch.stakeholders) +
                         " of the fetched contract to be an authorizer, but authorizers were " +
                         to_text(given));
  error.required = fetch.stakeholders;
  error.given = given;
  return error;
}

std::optional<Error> authorize_exercise(const Exercise& exercise, const Node& node,
                                        const PartySet& given) {
  if (exercise.actors.empty())
    return fail(ErrorKind::kNoControllers, node, "the " + describe(node) + " has no controllers");
  if (!is_subset(exercise.actors, given))
    return missing(node, exercise.actors, given);
  if (!exercise.choice_authorizers)
    return std::nullopt;
  // A choice may narrow the authority of its consequences, not widen it.
  const PartySet held = unite(exercise.signatories, exercise.actors);
  if (is_subset(*exercise.choice_authorizers, held))
    return std::nullopt;
  return missing(node, *exercise.choice_authorizers, held);
}

std::optional<Error> authorize_lookup(const LookupByKey& lookup, const Node& node,
                                      const PartySet& given) {
  if (is_subset(lookup.key.maintainers, given))
    return std::nullopt;
  return missing(node, lookup.key.maintainers, given);
}

} // namespace

std::optional<Error> authorize(const Node& node, const PartySet& given) {
  if (const auto* create = std::get_if<Create>(&node))
    return authorize_create(*create, node, given);
  if (const auto* fetch = std::get_if<Fetch>(&node))
    return authorize_fetch(*fetch, node, given);
  if (const auto* exercise = std::get_if<Exercise>(&node))
    return authorize_exercise(*exercise, node, given);
  if (const auto* lookup = std::get_if<LookupByKey>(&node))
    return authorize_lookup(*lookup, node, given);
  return std::nullopt;
}

std::optional<Error> check_authorization(const Transaction& transaction,
                                         const PartySet& submitters) {
  // What is given to each node, known before the node is reached: parents stand before children.
  std::vector<std::shared_ptr<const PartySet>> given(transaction.nodes.size());
  const auto give = [&given](const std::vector<NodeId>& nodes,
                             const std::shared_ptr<const PartySet>& authority) {
    for (const NodeId id : nodes)
      given[index_of(id)] = authority;
  };
  give(transaction.roots, std::make_shared<const PartySet>(submitters));
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const Node& node = transaction.nodes[i];
    if (auto error = authorize(node, *given[i])) {
      error->node = node_id(i);
      return error;
    }
    const auto* exercise = std::get_if<Exercise>(&node);
    if (exercise && !exercise->children.empty())
      give(exercise->children, std::make_shared<const PartySet>(authorizers_within(*exercise)));
    else
      give(children_of(node), given[i]);
    given[i] = nullptr;
  }
  return std::nullopt;
}

} // namespace tenon::daml::ledger
