#include "ledger/replay.hpp"

#include "ledger/normal_form.hpp"
#include "tenon/core/encoding.hpp"
#include "values/comparison.hpp"
#include "values/text.hpp"
#include "values/value_text.hpp"

namespace tenon::daml::ledger {

namespace {

std::string show(const std::string& text) {
  return quote(text);
}
std::string show(bool flag) {
  return flag ? "yes" : "no";
}
std::string show(TransactionVersion version) {
  return to_string(version);
}
std::string show(const PartySet& parties) {
  return to_text(parties);
}
std::string show(const Identifier& name) {
  return name.to_text();
}
std::string show(const ContractId& id) {
  return id.to_text();
}
std::string show(const Value& value) {
  return to_text(value);
}
template <const NameSyntax& kSyntax> std::string show(const CheckedName<kSyntax>& name) {
  return name.str();
}
std::string show(const Hash& hash) {
  return to_hex(hash.view());
}
std::string show(const std::vector<NodeId>& nodes) {
  return std::to_string(nodes.size()) + " node(s)";
}
template <typename Fact> std::string show(const std::optional<Fact>& fact) {
  return fact ? show(*fact) : std::string("nothing");
}

// Compares fact by fact and keeps the first difference.
class Comparison {
public:
  template <typename Fact>
  Comparison& add(std::string_view what, const Fact& recorded, const Fact& replayed) {
    if (!found_ && !(recorded == replayed))
      found_ = std::string(what) + ": recorded " + show(recorded) + ", replayed " + show(replayed);
    return *this;
  }

  Comparison& add_key(const KeyWithMaintainers* recorded, const KeyWithMaintainers* replayed) {
    add("has a key", recorded != nullptr, replayed != nullptr);
    if (found_ || !recorded)
      return *this;
    return add("template of the key", recorded->key.template_id, replayed->key.template_id)
        .add("package name of the key", recorded->key.package_name, replayed->key.package_name)
        .add("key", recorded->key.value, replayed->key.value)
        .add("hash of the key", recorded->key.hash, replayed->key.hash)
        .add("maintainers", recorded->maintainers, replayed->maintainers);
  }

  // Facts that all actions have.
  template <typename Action>
  Comparison& add_action(const Action& recorded, const Action& replayed) {
    return add("version", recorded.version, replayed.version)
        .add("template", recorded.template_id, replayed.template_id)
        .add("package name", recorded.package_name, replayed.package_name);
  }

  Comparison& add_stakeholders(const PartySet& recorded_signatories,
                               const PartySet& replayed_signatories, const PartySet& recorded,
                               const PartySet& replayed) {
    return add("signatories", recorded_signatories, replayed_signatories)
        .add("stakeholders", recorded, replayed);
  }

  [[nodiscard]] std::optional<std::string> found() && { return std::move(found_); }

private:
  std::optional<std::string> found_;
};

void compare(const Create& recorded, const Create& replayed, Comparison& comparison) {
  comparison.add_action(recorded, replayed)
      .add("contract", recorded.contract_id, replayed.contract_id)
      .add("argument", recorded.argument, replayed.argument)
      .add("agreement", recorded.agreement, replayed.agreement)
      .add_stakeholders(recorded.signatories, replayed.signatories, recorded.stakeholders,
                        replayed.stakeholders);
}

void compare(const Fetch& recorded, const Fetch& replayed, Comparison& comparison) {
  comparison.add_action(recorded, replayed)
      .add("contract", recorded.contract_id, replayed.contract_id)
      .add("interface", recorded.interface_id, replayed.interface_id)
      .add("actors", recorded.actors, replayed.actors)
      .add_stakeholders(recorded.signatories, replayed.signatories, recorded.stakeholders,
                        replayed.stakeholders)
      .add("by key", recorded.by_key, replayed.by_key);
}

void compare(const Exercise& recorded, const Exercise& replayed, Comparison& comparison) {
  comparison.add_action(recorded, replayed)
      .add("contract", recorded.contract_id, replayed.contract_id)
      .add("package of the create", recorded.creation_package, replayed.creation_package)
      .add("interface", recorded.interface_id, replayed.interface_id)
      .add("choice", recorded.choice, replayed.choice)
      .add("consuming", recorded.consuming, replayed.consuming)
      .add("actors", recorded.actors, replayed.actors)
      .add("argument", recorded.argument, replayed.argument)
      .add_stakeholders(recorded.signatories, replayed.signatories, recorded.stakeholders,
                        replayed.stakeholders)
      .add("choice observers", recorded.choice_observers, replayed.choice_observers)
      .add("choice authorizers", recorded.choice_authorizers, replayed.choice_authorizers)
      .add("result", recorded.result, replayed.result)
      .add("by key", recorded.by_key, replayed.by_key)
      .add("children", recorded.children, replayed.children);
}

void compare(const LookupByKey& recorded, const LookupByKey& replayed, Comparison& comparison) {
  comparison.add_action(recorded, replayed).add("result", recorded.result, replayed.result);
}

void compare(const Rollback& recorded, const Rollback& replayed, Comparison& comparison) {
  comparison.add("children", recorded.children, replayed.children);
}

std::optional<std::string> compare_nodes(const Node& recorded, const Node& replayed) {
  Comparison comparison;
  comparison.add("kind", std::string(kind_name(recorded)), std::string(kind_name(replayed)));
  if (recorded.index() == replayed.index()) {
    std::visit(
        [&](const auto& facts) {
          compare(facts, std::get<std::decay_t<decltype(facts)>>(replayed), comparison);
        },
        recorded);
    comparison.add_key(key_of(recorded), key_of(replayed));
  }
  return std::move(comparison).found();
}

std::optional<std::string> compare_normal(const Transaction& recorded,
                                          const Transaction& replayed) {
  const std::size_t common = std::min(recorded.nodes.size(), replayed.nodes.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (auto difference = compare_nodes(recorded.nodes[i], replayed.nodes[i])) {
      return "node " + std::to_string(i) + " (" + describe(recorded.nodes[i]) + "), " +
             *difference;
    }
  }
  Comparison comparison;
  comparison
      .add("number of nodes", std::to_string(recorded.nodes.size()),
           std::to_string(replayed.nodes.size()))
      .add("roots", recorded.roots, replayed.roots);
  return std::move(comparison).found();
}

} // namespace

std::optional<std::string> find_difference(const Transaction& recorded,
                                           const Transaction& replayed) {
  const auto normal_recorded = normalize(recorded);
  if (!normal_recorded.ok())
    return "recorded: " + normal_recorded.status().message();
  const auto normal_replayed = normalize(replayed);
  if (!normal_replayed.ok())
    return "replayed: " + normal_replayed.status().message();
  if (auto difference = compare_normal(*normal_recorded, *normal_replayed))
    return difference;
  // As they are claimed: the normal form would find them anew.
  Comparison comparison;
  comparison.add("version of the transaction", recorded.version, replayed.version);
  return std::move(comparison).found();
}

Status check_replay(const Transaction& recorded, const Transaction& replayed) {
  const auto difference = find_difference(recorded, replayed);
  return difference ? failed_precondition("REPLAY_MISMATCH: " + *difference) : Status();
}

} // namespace tenon::daml::ledger
