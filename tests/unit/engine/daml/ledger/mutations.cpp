#include "mutations.hpp"

#include <algorithm>

namespace tenon::daml::ledger {

namespace {

// Changes a node, or says that there is nothing of the kind to change.
template <typename Action> struct Mutation {
  std::string what;
  std::function<bool(Action&)> change;
};

const Party& stranger() {
  static const Party party = Party::literal("Mallory");
  return party;
}

bool add(PartySet& parties) {
  return parties.insert(stranger()).second;
}

bool drop(PartySet& parties) {
  if (parties.empty())
    return false;
  parties.erase(parties.begin());
  return true;
}

bool change(Value& value) {
  value = Value::some(value);
  return true;
}

bool change(ContractId& id) {
  Hash hash = id.discriminator();
  hash.bytes[0] ^= 1;
  id = ContractId::make(hash, id.suffix()).value();
  return true;
}

bool change(Identifier& name) {
  name.name = DottedName::literal("Other");
  return true;
}

bool change(TransactionVersion& version) {
  version = version == TransactionVersion::k15 ? TransactionVersion::k14 : TransactionVersion::k15;
  return true;
}

// Other lists of mutations for facts that some kinds share.
template <typename Action> std::vector<Mutation<Action>> action_mutations() {
  std::vector<Mutation<Action>> all{
      {"template", [](Action& a) { return change(a.template_id); }},
      {"version", [](Action& a) { return change(a.version); }},
      {"package name",
       [](Action& a) {
         a.package_name = PackageName::literal("other");
         return true;
       }},
  };
  return all;
}

template <typename Action> std::vector<Mutation<Action>> contract_mutations() {
  std::vector<Mutation<Action>> all = action_mutations<Action>();
  const std::vector<Mutation<Action>> more{
      {"contract", [](Action& a) { return change(a.contract_id); }},
      {"one more signatory", [](Action& a) { return add(a.signatories) && add(a.stakeholders); }},
      {"one signatory less", [](Action& a) { return drop(a.signatories); }},
      {"one more stakeholder", [](Action& a) { return add(a.stakeholders); }},
      {"one stakeholder less", [](Action& a) { return drop(a.stakeholders); }},
      {"no key",
       [](Action& a) { return a.key && (a.key.reset(), true); }},
      {"another key", [](Action& a) { return a.key && change(a.key->key.value); }},
      {"another hash",
       [](Action& a) {
         if (a.key)
           a.key->key.hash.bytes[31] ^= 1;
         return a.key.has_value();
       }},
      {"one more maintainer", [](Action& a) { return a.key && add(a.key->maintainers); }},
      {"one maintainer less", [](Action& a) { return a.key && drop(a.key->maintainers); }},
  };
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<Mutation<Create>> mutations_of(const Create&) {
  auto all = contract_mutations<Create>();
  all.push_back({"argument", [](Create& c) { return change(c.argument); }});
  all.push_back({"agreement", [](Create& c) { return (c.agreement += "!", true); }});
  return all;
}

std::vector<Mutation<Fetch>> mutations_of(const Fetch&) {
  auto all = contract_mutations<Fetch>();
  all.push_back({"one more actor", [](Fetch& f) { return add(f.actors); }});
  all.push_back({"one actor less", [](Fetch& f) { return drop(f.actors); }});
  all.push_back({"interface", [](Fetch& f) {
                   f.interface_id = Identifier::literal("p:M:I");
                   return true;
                 }});
  all.push_back({"by key", [](Fetch& f) {
                   f.by_key = !f.by_key;
                   return has_rollback(f.version); // not told before
                 }});
  return all;
}

std::vector<Mutation<Exercise>> mutations_of(const Exercise&) {
  auto all = contract_mutations<Exercise>();
  const std::vector<Mutation<Exercise>> more{
      {"argument", [](Exercise& e) { return change(e.argument); }},
      {"result", [](Exercise& e) { return e.result && change(*e.result); }},
      {"no result", [](Exercise& e) { return e.result && (e.result.reset(), true); }},
      {"a result",
       [](Exercise& e) { return !e.result && (e.result = Value(), true); }},
      {"choice", [](Exercise& e) { return (e.choice = Name::literal("Other"), true); }},
      {"consuming", [](Exercise& e) { return (e.consuming = !e.consuming, true); }},
      {"by key",
       [](Exercise& e) {
         e.by_key = !e.by_key;
         return has_rollback(e.version);
       }},
      {"interface",
       [](Exercise& e) { return (e.interface_id = Identifier::literal("p:M:I"), true); }},
      {"package of the create",
       [](Exercise& e) { return (e.creation_package = PackageId::literal("other"), true); }},
      {"one more actor", [](Exercise& e) { return add(e.actors); }},
      {"one actor less", [](Exercise& e) { return drop(e.actors); }},
      {"one more choice observer", [](Exercise& e) { return add(e.choice_observers); }},
      {"one choice observer less", [](Exercise& e) { return drop(e.choice_observers); }},
      {"choice authorizers", [](Exercise& e) { return (e.choice_authorizers = e.actors, true); }},
      {"no child", [](Exercise& e) { return !e.children.empty() && (e.children.clear(), true); }},
      {"one child less",
       [](Exercise& e) { return !e.children.empty() && (e.children.pop_back(), true); }},
      {"children in another order",
       [](Exercise& e) {
         std::reverse(e.children.begin(), e.children.end());
         return e.children.size() > 1;
       }},
  };
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<Mutation<LookupByKey>> mutations_of(const LookupByKey&) {
  auto all = action_mutations<LookupByKey>();
  const std::vector<Mutation<LookupByKey>> more{
      {"another key", [](LookupByKey& l) { return change(l.key.key.value); }},
      {"one more maintainer", [](LookupByKey& l) { return add(l.key.maintainers); }},
      {"one maintainer less", [](LookupByKey& l) { return drop(l.key.maintainers); }},
      {"another result",
       [](LookupByKey& l) {
         if (l.result)
           l.result.reset();
         else
           l.result = ContractId(Hash{});
         return true;
       }},
  };
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<Mutation<Rollback>> mutations_of(const Rollback&) {
  return {
      {"no child", [](Rollback& r) { return (r.children.clear(), true); }},
      {"one child less", [](Rollback& r) { return (r.children.pop_back(), true); }},
  };
}

void mutate_places(const Transaction& transaction,
                   const std::function<void(const std::string&, const Transaction&)>& visit) {
  Transaction changed = transaction;
  changed.version = transaction.version == TransactionVersion::k17 ? TransactionVersion::k15
                                                                   : TransactionVersion::k17;
  visit("version of the transaction", changed);
  if (transaction.nodes.empty())
    return;
  changed = transaction;
  changed.roots.pop_back();
  visit("one root less", changed);
  changed = transaction;
  changed.nodes.pop_back();
  visit("one node less", changed);
  changed = transaction;
  changed.roots.push_back(node_id(changed.nodes.size()));
  changed.nodes.push_back(changed.nodes[0]);
  if (auto* exercise = std::get_if<Exercise>(&changed.nodes.back()))
    exercise->children.clear();
  if (is_action(changed.nodes.back()))
    visit("one node more", changed);
  for (std::size_t i = 0; i + 1 < transaction.nodes.size(); ++i) {
    changed = transaction;
    std::swap(changed.nodes[i], changed.nodes[i + 1]);
    visit("two nodes swapped", changed);
  }
}

} // namespace

void for_each_mutation(const Transaction& transaction,
                       const std::function<void(const std::string&, const Transaction&)>& visit) {
  mutate_places(transaction, visit);
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    std::visit(
        [&](const auto& facts) {
          for (const auto& mutation : mutations_of(facts)) {
            Transaction changed = transaction;
            if (mutation.change(std::get<std::decay_t<decltype(facts)>>(changed.nodes[i]))) {
              visit("node " + std::to_string(i) + ", " + mutation.what, changed);
            }
          }
        },
        transaction.nodes[i]);
  }
}

} // namespace tenon::daml::ledger
