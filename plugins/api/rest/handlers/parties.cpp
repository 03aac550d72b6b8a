// /v1/parties: whom the ledger knows, and new ones by operators.
#include "common/random_id.hpp"
#include "handlers/handlers.hpp"
#include "handlers/paging.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::api::rest::handlers {

namespace {

constexpr std::size_t kMaxDisplayNameBytes = 255;

} // namespace

void list_parties(const Context& context, const Call& call, Responder respond) {
  v1::PartiesRequest request;
  request.set_after(call.text("after"));
  request.set_limit(page_limit(context, call));
  if (!call.identity->admin) {
    for (const std::string& party : call.identity->readable())
      request.add_parties(party);
  }
  v1::PartiesResponse page;
  // To the ledger an empty list means all of them; a token without parties sees none.
  if (call.identity->admin || request.parties_size() > 0) {
    auto answer = context.ledger.parties(request);
    if (!answer.ok())
      return respond_problem(respond, call, problem_of(answer.status()));
    page = std::move(*answer);
  }
  JsonWriter json;
  json.begin_object();
  json.key("parties").begin_array();
  for (const auto& info : page.parties()) {
    json.begin_object();
    json.key("party").string(info.party());
    json.key("display_name").string(info.record().display_name());
    json.key("hosted_by").begin_array();
    for (const std::string& client : info.record().hosted_by())
      json.string(client);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.key("next");
  if (page.more() && page.parties_size() > 0)
    json.string(page.parties(page.parties_size() - 1).party());
  else
    json.null();
  json.end_object();
  respond_json(respond, 200, json.take());
}

void allocate_party(const Context& context, const Call& call, Responder respond) {
  BodyReader body(call.body);
  const std::string party = body.text("party", ValueKind::kParty, true);
  const std::string display_name = body.free_text("display_name", kMaxDisplayNameBytes);
  CommandFields fields;
  fields.command_id = body.text("command_id", ValueKind::kCommandId, false);
  if (const auto problem = body.finish())
    return respond_problem(respond, call, *problem);
  if (fields.command_id.empty())
    fields.command_id = random_id();
  v1::SystemCommand command;
  command.mutable_allocate_party()->set_party(party);
  command.mutable_allocate_party()->set_display_name(display_name);
  submit_command(context, call, fields, kSystemEngine, command.SerializeAsString(),
                 std::move(respond), [party, display_name](JsonWriter& json) {
                   json.key("party").string(party);
                   json.key("display_name").string(display_name);
                 });
}

} // namespace tenon::api::rest::handlers
