// /v1/contracts: modules of the contract engine.
#include "handlers/answer.hpp"
#include "handlers/handlers.hpp"
#include "handlers/paging.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest::handlers {

void upload_contract(const Context& context, const Call& call, Responder respond) {
  const auto fields = read_command_fields(call);
  if (const auto* problem = std::get_if<Problem>(&fields))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key("upload").begin_object();
  json.key("module").string(to_base64(call.body));
  json.key("name").string(call.text("name"));
  json.end_object().end_object();
  submit_command(context, call, std::get<CommandFields>(fields), context.settings.contract_engine,
                 json.take(), std::move(respond));
}

void list_contracts(const Context& context, const Call& call, Responder respond) {
  list_of_engine(context, call, context.settings.contract_engine, "contracts", respond);
}

void get_contract(const Context& context, const Call& call, Responder respond) {
  const auto scope = read_scope(call);
  if (const auto* problem = std::get_if<Problem>(&scope))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key("contract").begin_object();
  json.key("contract").string(call.text("contract")).end_object().end_object();
  answer_query(context, call, std::get<ReadScope>(scope), context.settings.contract_engine,
               json.take(), 0, respond);
}

} // namespace tenon::api::rest::handlers
