#include <set>

#include "com/daml/ledger/api/v1/admin/party_management_service.pb.h"
#include "json/accounts.hpp"
#include "json/members.hpp"
#include "json/service_call.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;
using api::JsonWriter;
namespace admin = com::daml::ledger::api::v1::admin;

const std::string kParties = "admin.PartyManagementService/";

void write_party(JsonWriter& json, const admin::PartyDetails& party) {
  json.begin_object();
  if (!party.display_name().empty())
    json.key("displayName").string(party.display_name());
  json.key("identifier").string(party.party());
  json.key("isLocal").boolean(party.is_local());
  json.end_object();
}

// Page by page, to the last one.
void add_parties(const Parts& parts, const ExchangePtr& exchange, const std::string& page_token,
                 const std::shared_ptr<JsonWriter>& json) {
  admin::ListKnownPartiesRequest request;
  request.set_page_token(page_token);
  call_for<admin::ListKnownPartiesResponse>(
      parts, exchange, kParties + "ListKnownParties", std::move(request),
      [&parts, exchange, json](const admin::ListKnownPartiesResponse& response) {
        for (const admin::PartyDetails& party : response.party_details())
          write_party(*json, party);
        if (!response.next_page_token().empty())
          return add_parties(parts, exchange, response.next_page_token(), json);
        json->end_array();
        exchange->result(json->take());
      });
}

Read<std::vector<std::string>> read_names(const Exchange& exchange) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN(const auto names, read_texts(body, "the request", 1));
  const std::set<std::string> distinct(names.begin(), names.end());
  return std::vector<std::string>(distinct.begin(), distinct.end());
}

Read<admin::AllocatePartyRequest> read_allocation(const Exchange& exchange) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  if (auto refusal = members.only({"identifierHint", "displayName"}))
    return *std::move(refusal);
  TENON_ASSIGN_OR_RETURN(const auto hint, members.optional_text("identifierHint"));
  TENON_ASSIGN_OR_RETURN(const auto display_name, members.optional_text("displayName"));
  admin::AllocatePartyRequest request;
  request.set_party_id_hint(hint.value_or(""));
  request.set_display_name(display_name.value_or(""));
  return request;
}

} // namespace

void list_parties(const Parts& parts, const ExchangePtr& exchange) {
  auto json = std::make_shared<JsonWriter>();
  json->begin_array();
  add_parties(parts, exchange, {}, json);
}

void get_parties(const Parts& parts, const ExchangePtr& exchange) {
  const auto names = read_names(*exchange);
  if (!names.ok())
    return exchange->refuse(names.status());
  admin::GetPartiesRequest request;
  request.mutable_parties()->Assign(names->begin(), names->end());
  call_for<admin::GetPartiesResponse>(
      parts, exchange, kParties + "GetParties", std::move(request),
      [exchange, names = *names](const admin::GetPartiesResponse& response) {
        JsonWriter json;
        json.begin_array();
        std::set<std::string> unknown(names.begin(), names.end());
        for (const admin::PartyDetails& party : response.party_details()) {
          write_party(json, party);
          unknown.erase(party.party());
        }
        json.end_array();
        exchange->result(json.take(),
                         warnings_text("unknownParties", {unknown.begin(), unknown.end()}));
      });
}

void allocate_party(const Parts& parts, const ExchangePtr& exchange) {
  auto request = read_allocation(*exchange);
  if (!request.ok())
    return exchange->refuse(request.status());
  call_for<admin::AllocatePartyResponse>(
      parts, exchange, kParties + "AllocateParty", *std::move(request),
      [exchange](const admin::AllocatePartyResponse& response) {
        JsonWriter json;
        write_party(json, response.party_details());
        exchange->result(json.take());
      });
}

} // namespace tenon::daml_api::json
