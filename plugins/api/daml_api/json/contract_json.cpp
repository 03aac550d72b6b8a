#include "json/contract_json.hpp"

#include "json/value_json.hpp"

namespace tenon::daml_api::json {

namespace {

using api::JsonWriter;

void write_parties(JsonWriter& json, const char* name,
                   const google::protobuf::RepeatedPtrField<std::string>& parties) {
  json.key(name).begin_array();
  for (const std::string& party : parties)
    json.string(party);
  json.end_array();
}

} // namespace

Status write_created(JsonWriter& json, const index::IndexedEvent& created,
                     const CreatedExtras& extras) {
  const index::engine::Contract& contract = created.event->created();
  json.begin_object();
  json.key("agreementText").string(contract.agreement());
  if (!extras.completion_offset.empty())
    json.key("completionOffset").string(extras.completion_offset);
  json.key("contractId").string(created.contract_id);
  if (!contract.key().empty()) {
    json.key("key");
    TENON_RETURN_IF_ERROR(write_value(json, BytesView(contract.key())));
  }
  write_parties(json, "observers", contract.observers());
  json.key("payload");
  const BytesView payload = extras.view != nullptr ? extras.view->value : contract.argument();
  TENON_RETURN_IF_ERROR(write_value(json, payload));
  write_parties(json, "signatories", contract.signatories());
  json.key("templateId")
      .string(extras.view != nullptr ? extras.view->interface : contract.template_());
  json.end_object();
  return {};
}

void write_archived(JsonWriter& json, const index::IndexedEvent& archived,
                    const std::string& interface) {
  json.begin_object();
  json.key("contractId").string(archived.contract_id);
  json.key("templateId").string(interface.empty() ? archived.template_id() : interface);
  json.end_object();
}

} // namespace tenon::daml_api::json
