// /v1/transactions and /v1/events: what happened, as far as the token may see it.
#include "handlers/handlers.hpp"
#include "handlers/paging.hpp"
#include "rendering.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest::handlers {

namespace {

v1::TransactionsRequest request_for(const ReadScope& scope) {
  v1::TransactionsRequest request;
  for (const std::string& party : scope.parties)
    request.add_parties(party);
  request.set_all(scope.all);
  request.set_events_as_json(true);
  return request;
}

using WriteItem = void (*)(JsonWriter&, const v1::LedgerTransaction&, bool operator_view);

void list_page(const Context& context, const Call& call, const char* name, bool only_with_events,
               WriteItem write_item, const Responder& respond) {
  const auto scoped = read_scope(call);
  if (const auto* problem = std::get_if<Problem>(&scoped))
    return respond_problem(respond, call, *problem);
  const auto& scope = std::get<ReadScope>(scoped);
  v1::TransactionsRequest request = request_for(scope);
  request.set_after_offset(call.number("after", 0));
  request.set_limit(page_limit(context, call));
  request.set_only_with_events(only_with_events);
  request.set_max_bytes(context.settings.limits.stream_batch_bytes * 16);
  const auto page = context.ledger.transactions(request);
  if (!page.ok())
    return respond_problem(respond, call, problem_of(page.status()));
  JsonWriter json;
  json.begin_object();
  json.key(name).begin_array();
  for (const auto& transaction : page->transactions()) {
    json.begin_object();
    write_item(json, transaction, scope.all);
    json.end_object();
  }
  json.end_array();
  write_next(json, page->more(), page->next_offset());
  json.key("head").decimal(page->head_offset());
  json.end_object();
  respond_json(respond, 200, json.take());
}

} // namespace

void list_transactions(const Context& context, const Call& call, Responder respond) {
  list_page(context, call, "transactions", false, write_transaction, respond);
}

void list_events(const Context& context, const Call& call, Responder respond) {
  list_page(context, call, "events", true, write_events, respond);
}

void get_transaction(const Context& context, const Call& call, Responder respond) {
  const auto scoped = read_scope(call);
  if (const auto* problem = std::get_if<Problem>(&scoped))
    return respond_problem(respond, call, *problem);
  const auto& scope = std::get<ReadScope>(scoped);
  v1::TransactionsRequest request = request_for(scope);
  request.set_transaction_id(*from_hex(call.text("transaction")));
  request.set_limit(1);
  const auto page = context.ledger.transactions(request);
  if (!page.ok())
    return respond_problem(respond, call, problem_of(page.status()));
  if (page->transactions().empty()) {
    return respond_problem(respond, call,
                           {404,
                            "TRANSACTION_NOT_FOUND",
                            "no transaction with this id that the token may see",
                            {},
                            0,
                            {}});
  }
  JsonWriter json;
  json.begin_object();
  write_transaction(json, page->transactions(0), scope.all);
  json.end_object();
  respond_json(respond, 200, json.take());
}

} // namespace tenon::api::rest::handlers
