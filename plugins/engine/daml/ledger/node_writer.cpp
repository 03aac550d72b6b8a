#include "ledger/node_messages.hpp"
#include "values/value_codec.hpp"
#include "values/value_messages.hpp"

namespace tenon::daml::ledger {

namespace {

template <typename Field> void write_parties(const PartySet& parties, Field& out) {
  for (const Party& party : parties)
    out.Add(std::string(party.str()));
}

template <typename Field> void write_ids(const std::vector<NodeId>& ids, Field& out) {
  for (const NodeId id : ids)
    out.Add(id_text(id));
}

// Into one of two fields, by the version of the node.
Status write_value_of(const Value& value, TransactionVersion version, std::string& versioned,
                      std::string& plain) {
  const bool types = !erases_types(version);
  TENON_ASSIGN_OR_RETURN((types ? versioned : plain),
                         types ? encode_versioned_value({version, value})
                               : encode_value(value, version));
  return {};
}

Status write_key(const KeyWithMaintainers& key, TransactionVersion version, v1::Key& out) {
  write_parties(key.maintainers, *out.mutable_maintainers());
  if (has_package_names(version))
    out.set_named_by_package_id(!key.key.package_name);
  return write_value_of(key.key.value, version, *out.mutable_versioned_value(),
                        *out.mutable_value());
}

template <typename Message>
Status write_key(const std::optional<KeyWithMaintainers>& key, TransactionVersion version,
                 Message& out) {
  return key ? write_key(*key, version, *out.mutable_key()) : Status();
}

// Facts that all actions tell alike.
template <typename Action, typename Message>
void write_package_name(const Action& action, Message& out) {
  if (action.package_name)
    out.set_package_name(action.package_name->str());
}

template <typename Action, typename Message>
void write_contract(const Action& action, Message& out) {
  daml::write_contract_id(action.contract_id, *out.mutable_contract());
  write_parties(action.stakeholders, *out.mutable_stakeholders());
  write_parties(action.signatories, *out.mutable_signatories());
}

Status write(const Create& create, v1::Create& out) {
  write_contract(create, out);
  write_package_name(create, out);
  if (erases_types(create.version)) {
    write_identifier(create.template_id, *out.mutable_template_());
    out.set_agreement(create.agreement);
    TENON_ASSIGN_OR_RETURN(*out.mutable_argument(),
                           encode_value(create.argument, create.version));
  } else {
    v1::Instance& instance = *out.mutable_instance();
    write_identifier(create.template_id, *instance.mutable_template_());
    instance.set_agreement(create.agreement);
    TENON_ASSIGN_OR_RETURN(*instance.mutable_versioned_argument(),
                           encode_versioned_value({create.version, create.argument}));
  }
  return write_key(create.key, create.version, out);
}

Status write(const Fetch& fetch, v1::Fetch& out) {
  write_contract(fetch, out);
  write_package_name(fetch, out);
  write_identifier(fetch.template_id, *out.mutable_template_());
  if (fetch.interface_id)
    write_identifier(*fetch.interface_id, *out.mutable_interface());
  write_parties(fetch.actors, *out.mutable_actors());
  out.set_by_key(fetch.by_key);
  return write_key(fetch.key, fetch.version, out);
}

Status write(const Exercise& exercise, v1::Exercise& out) {
  write_contract(exercise, out);
  write_package_name(exercise, out);
  write_identifier(exercise.template_id, *out.mutable_template_());
  if (exercise.interface_id)
    write_identifier(*exercise.interface_id, *out.mutable_interface());
  if (exercise.creation_package)
    out.set_creation_package(exercise.creation_package->str());
  out.set_choice(exercise.choice.str());
  out.set_consuming(exercise.consuming);
  out.set_by_key(exercise.by_key);
  write_parties(exercise.actors, *out.mutable_actors());
  write_parties(exercise.choice_observers, *out.mutable_observers());
  write_ids(exercise.children, *out.mutable_children());
  TENON_RETURN_IF_ERROR(write_value_of(exercise.argument, exercise.version,
                                       *out.mutable_versioned_argument(),
                                       *out.mutable_argument())
                            .with_context("argument"));
  if (exercise.result) {
    TENON_RETURN_IF_ERROR(write_value_of(*exercise.result, exercise.version,
                                         *out.mutable_versioned_result(), *out.mutable_result())
                              .with_context("result"));
  }
  return write_key(exercise.key, exercise.version, out);
}

Status write(const LookupByKey& lookup, v1::LookupByKey& out) {
  write_package_name(lookup, out);
  write_identifier(lookup.template_id, *out.mutable_template_());
  if (lookup.result)
    daml::write_contract_id(*lookup.result, *out.mutable_contract());
  return write_key(lookup.key, lookup.version, *out.mutable_key());
}

Status write_content(const Node& node, v1::Node& out) {
  if (const auto* create = std::get_if<Create>(&node))
    return write(*create, *out.mutable_create());
  if (const auto* fetch = std::get_if<Fetch>(&node))
    return write(*fetch, *out.mutable_fetch());
  if (const auto* exercise = std::get_if<Exercise>(&node))
    return write(*exercise, *out.mutable_exercise());
  if (const auto* lookup = std::get_if<LookupByKey>(&node))
    return write(*lookup, *out.mutable_lookup());
  write_ids(std::get<Rollback>(node).children, *out.mutable_rollback()->mutable_children());
  return {};
}

} // namespace

std::string id_text(NodeId id) {
  return std::to_string(index_of(id));
}

Status write_node(NodeId id, const Node& node, TransactionVersion version, v1::Node& out) {
  out.set_id(id_text(id));
  const auto own_version = version_of(node);
  if (own_version && version >= TransactionVersion::k11)
    out.set_version(to_string(*own_version));
  return write_content(node, out).with_context("node " + id_text(id) + " (" + describe(node) +
                                               ")");
}

} // namespace tenon::daml::ledger
