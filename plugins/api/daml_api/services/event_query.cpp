#include "services/event_query.hpp"

#include "com/daml/ledger/api/v1/event_query_service.pb.h"
#include "rendering/transaction_renderer.hpp"
#include "rendering/wire_writer.hpp"
#include "services/requesting.hpp"
#include "tenon/core/encoding.hpp"
#include "values/encode.hpp"

namespace tenon::daml_api {

namespace lapi = com::daml::ledger::api::v1;

namespace {

// Fields of both responses.
constexpr std::uint32_t kCreated = 1, kArchived = 2, kContinuation = 4;

// What the parties see of it, as a response without continuation token.
Answer<std::string> render(const ServiceParts& parts, const index::ContractEvents& events,
                           const std::vector<std::string>& parties) {
  const EventFilter filter = EventFilter::of_parties(parties);
  const EventRenderer renderer(parts.settings.event_format, true);
  std::string response;
  if (events.created) {
    const index::IndexedEvent& event = events.created->created;
    const EventFilter::Projection shown = filter.project(event);
    if (!shown.witnesses.empty()) {
      TENON_ASSIGN_OR_RETURN(const std::string bytes,
                             renderer.created(event, to_hex(event.event->created().transaction()),
                                              shown.witnesses, {}));
      wire_form::append_bytes(response, kCreated, bytes);
    }
  }
  if (events.archived) {
    const EventFilter::Projection shown = filter.project(*events.archived);
    if (!shown.witnesses.empty()) {
      wire_form::append_bytes(
          response, kArchived,
          renderer.archived(*events.archived, to_hex(events.archived_by), shown.witnesses));
    }
  }
  return response;
}

Answer<std::string> by_contract_id(const ServiceParts& parts,
                                   const lapi::GetEventsByContractIdRequest& request) {
  TENON_RETURN_IF_FAILED(require_contract_id(request.contract_id(), "contract_id"));
  TENON_ASSIGN_OR_RETURN(const auto parties, requesting_parties(request.requesting_parties()));
  TENON_ASSIGN_OR_RETURN(const auto events, parts.index.contract_events(request.contract_id()));
  return render(parts, events, parties);
}

// "offset:node" in hexadecimal; clients hand it back and know nothing of it.
std::string continuation_token(const index::Position& position) {
  Bytes bytes;
  append_be64(bytes, position.offset);
  append_be32(bytes, position.node);
  return to_hex(bytes);
}

Answer<std::optional<index::Position>> parse_continuation_token(const std::string& token) {
  if (token.empty())
    return std::optional<index::Position>();
  const auto bytes = from_hex(token);
  if (!bytes || bytes->size() != sizeof(std::uint64_t) + sizeof(std::uint32_t))
    return invalid_field("continuation_token", "expected a token that this service gave, found \"" +
                                                   token.substr(0, 64) + "\"");
  return std::optional<index::Position>(
      {read_be64(*bytes), read_be32(BytesView(*bytes).substr(sizeof(std::uint64_t)))});
}

Answer<std::string> by_contract_key(const ServiceParts& parts,
                                    const lapi::GetEventsByContractKeyRequest& request) {
  if (!request.has_contract_key())
    return missing_field("contract_key");
  TENON_ASSIGN_OR_RETURN(const daml::v1::Value key, encode_value(request.contract_key()));
  if (!request.has_template_id())
    return missing_field("template_id");
  TENON_ASSIGN_OR_RETURN(const std::string template_id, require_type(request.template_id()));
  TENON_ASSIGN_OR_RETURN(const auto parties, requesting_parties(request.requesting_parties()));
  TENON_ASSIGN_OR_RETURN(const auto before, parse_continuation_token(request.continuation_token()));
  TENON_ASSIGN_OR_RETURN(const std::string hash,
                         parts.engine.key_hash(template_id, key.SerializeAsString()));
  TENON_ASSIGN_OR_RETURN(const auto found, parts.index.key_events(hash, parties, before));
  TENON_ASSIGN_OR_RETURN(std::string response, render(parts, found.events, parties));
  if (found.continue_before)
    wire_form::append_bytes(response, kContinuation, continuation_token(*found.continue_before));
  return response;
}

} // namespace

void add_event_query_service(rpc::Methods& methods, const ServiceParts& parts) {
  const std::string service = std::string(kApi) + "EventQueryService/";
  methods.encoded<lapi::GetEventsByContractIdRequest>(
      service + "GetEventsByContractId",
      [&parts](const rpc::Call&, const lapi::GetEventsByContractIdRequest& request,
               rpc::Reply<rpc::Encoded> reply) { reply(by_contract_id(parts, request)); });
  methods.encoded<lapi::GetEventsByContractKeyRequest>(
      service + "GetEventsByContractKey",
      [&parts](const rpc::Call&, const lapi::GetEventsByContractKeyRequest& request,
               rpc::Reply<rpc::Encoded> reply) { reply(by_contract_key(parts, request)); });
}

} // namespace tenon::daml_api
