#include "engine/events.hpp"

#include <nlohmann/json.hpp>

#include "engine/json_values.hpp"
#include "engine/labels.hpp"
#include "tenon/core/encoding.hpp"
#include "values/value_codec.hpp"

namespace tenon::daml::engine {

namespace {

using nlohmann::json;

Result<v1::Exercise> make_exercise(interpreter::PackageStore& store,
                                   const ledger::Exercise& exercise) {
  v1::Exercise message;
  message.set_contract_id(exercise.contract_id.bytes());
  message.set_template_(exercise.template_id.to_text());
  if (exercise.package_name)
    message.set_package_name(exercise.package_name->str());
  message.set_choice(exercise.choice.str());
  message.set_consuming(exercise.consuming);
  if (exercise.interface_id)
    message.set_interface(exercise.interface_id->to_text());
  TENON_ASSIGN_OR_RETURN(const auto* const choice, choice_of(store, exercise));
  TENON_ASSIGN_OR_RETURN(*message.mutable_argument(),
                         encode_named(store, *choice->argument, exercise.argument));
  if (exercise.result) {
    TENON_ASSIGN_OR_RETURN(*message.mutable_result(),
                           encode_named(store, *choice->result, *exercise.result));
  }
  for (const Party& party : exercise.actors)
    message.add_actors(party.str());
  for (const Party& party : exercise.stakeholders)
    message.add_stakeholders(party.str());
  return message;
}

json names_json(const google::protobuf::RepeatedPtrField<std::string>& names) {
  json array = json::array();
  for (const std::string& name : names)
    array.push_back(name);
  return array;
}

Result<json> value_json(const std::string& bytes) {
  TENON_ASSIGN_OR_RETURN(const Value value, decode_value(bytes, kNamedVersion));
  return value_to_json(value);
}

Result<json> exercise_json(const v1::Exercise& exercise) {
  json object = {{"contractId", to_hex(exercise.contract_id())},
                 {"templateId", exercise.template_()},
                 {"choice", exercise.choice()},
                 {"consuming", exercise.consuming()},
                 {"actingParties", names_json(exercise.actors())}};
  if (!exercise.interface().empty())
    object["interfaceId"] = exercise.interface();
  TENON_ASSIGN_OR_RETURN(object["choiceArgument"], value_json(exercise.argument()));
  if (!exercise.result().empty()) {
    TENON_ASSIGN_OR_RETURN(object["exerciseResult"], value_json(exercise.result()));
  }
  return object;
}

} // namespace

Result<const interpreter::ChoiceCode*> choice_of(interpreter::PackageStore& store,
                                                 const ledger::Exercise& exercise) {
  const auto find = [&](const auto& choices) -> Result<const interpreter::ChoiceCode*> {
    const auto found = choices.find(exercise.choice.str());
    if (found == choices.end())
      return fault("a choice that was exercised is not there");
    return found->second.get();
  };
  if (exercise.interface_id) {
    TENON_ASSIGN_OR_RETURN(const auto* const interface, store.interface(*exercise.interface_id));
    return find(interface->choices);
  }
  TENON_ASSIGN_OR_RETURN(const auto* const code, store.contract(exercise.template_id));
  return find(code->choices);
}

Result<CreatedRecords> make_records(interpreter::PackageStore& store,
                                    const ledger::Transaction& transaction,
                                    const EventContext& context) {
  const std::vector<bool> undone = ledger::rolled_back(transaction);
  CreatedRecords records;
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    const auto* const create = std::get_if<ledger::Create>(&transaction.nodes[i]);
    if (create == nullptr || undone[i])
      continue;
    const ledger::NodeId node = ledger::node_id(i);
    TENON_ASSIGN_OR_RETURN(
        v1::Contract record,
        make_record(store, *create, {context.transaction, node, context.ledger_time}));
    records.emplace_hint(records.end(), node, std::move(record));
  }
  return records;
}

Result<std::vector<plugin::EngineEvent>> make_events(interpreter::PackageStore& store,
                                                     const ledger::Transaction& transaction,
                                                     const ledger::TransactionTree& tree,
                                                     const EventContext& context,
                                                     CreatedRecords records) {
  std::vector<std::uint32_t> parents(transaction.nodes.size(), 0);
  std::vector<plugin::EngineEvent> events;
  events.reserve(tree.events.size());
  for (const ledger::TreeEvent& event : tree.events) {
    const auto place = static_cast<std::uint32_t>(ledger::index_of(event.node));
    for (const ledger::NodeId child : event.children)
      parents[ledger::index_of(child)] = place + 1;
    v1::Event message;
    message.set_node(place);
    message.set_parent(parents[place]);
    message.set_ledger_time_us(context.ledger_time.micros());
    message.set_workflow_id(context.workflow_id);
    const ledger::Node& node = transaction.at(event.node);
    if (std::holds_alternative<ledger::Create>(node)) {
      *message.mutable_created() = std::move(records.at(event.node));
    } else if (const auto* exercise = std::get_if<ledger::Exercise>(&node)) {
      TENON_ASSIGN_OR_RETURN(*message.mutable_exercised(), make_exercise(store, *exercise));
    }
    events.push_back({message.SerializeAsString(), to_names(event.witnesses)});
  }
  return events;
}

Result<json> contract_to_json(const v1::Contract& record) {
  json object = {{"contractId", to_hex(record.contract_id())},
                 {"templateId", record.template_()},
                 {"signatories", names_json(record.signatories())},
                 {"observers", names_json(record.observers())},
                 {"agreementText", record.agreement()}};
  TENON_ASSIGN_OR_RETURN(object["payload"], value_json(record.argument()));
  if (!record.key().empty()) {
    TENON_ASSIGN_OR_RETURN(object["key"], value_json(record.key()));
    object["maintainers"] = names_json(record.maintainers());
  }
  TENON_ASSIGN_OR_RETURN(const Timestamp created, Timestamp::from_micros(record.created_at_us()));
  object["createdAt"] = created.to_text();
  object["eventId"] = "#" + to_hex(record.transaction()) + ":" + std::to_string(record.node());
  return object;
}

Result<json> event_to_json(BytesView payload) {
  v1::Event event;
  if (!event.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return invalid_argument("expected an event of the daml engine, found other bytes");
  json object;
  if (event.has_created()) {
    TENON_ASSIGN_OR_RETURN(object["created"], contract_to_json(event.created()));
  } else if (event.has_exercised()) {
    TENON_ASSIGN_OR_RETURN(object["exercised"], exercise_json(event.exercised()));
  }
  object["node"] = event.node();
  object["parent"] = event.parent() == 0 ? json() : json(event.parent() - 1);
  TENON_ASSIGN_OR_RETURN(const Timestamp time, Timestamp::from_micros(event.ledger_time_us()));
  object["ledgerTime"] = time.to_text();
  if (!event.workflow_id().empty())
    object["workflowId"] = event.workflow_id();
  return object;
}

} // namespace tenon::daml::engine
