// The handlers of the route table, by resource: each turns a checked call into a message to the
// ledger and its answer into JSON. Run on the server's threads, one call at a time per connection.
#pragma once

#include "route.hpp"

namespace tenon::api::rest::handlers {

void get_openapi(const Context& context, const Call& call, Responder respond);
void get_status(const Context& context, const Call& call, Responder respond);
void list_plugins(const Context& context, const Call& call, Responder respond);

void upload_contract(const Context& context, const Call& call, Responder respond);
void list_contracts(const Context& context, const Call& call, Responder respond);
void get_contract(const Context& context, const Call& call, Responder respond);

void create_instance(const Context& context, const Call& call, Responder respond);
void list_instances(const Context& context, const Call& call, Responder respond);
void get_instance(const Context& context, const Call& call, Responder respond);
void execute_instance(const Context& context, const Call& call, Responder respond);
void query_instance(const Context& context, const Call& call, Responder respond);

void command_engine(const Context& context, const Call& call, Responder respond);
void query_engine(const Context& context, const Call& call, Responder respond);
void upload_package(const Context& context, const Call& call, Responder respond);
void list_packages(const Context& context, const Call& call, Responder respond);
void get_package(const Context& context, const Call& call, Responder respond);

void list_transactions(const Context& context, const Call& call, Responder respond);
void get_transaction(const Context& context, const Call& call, Responder respond);
void list_events(const Context& context, const Call& call, Responder respond);

void list_blocks(const Context& context, const Call& call, Responder respond);
void get_block(const Context& context, const Call& call, Responder respond);

void list_parties(const Context& context, const Call& call, Responder respond);
void allocate_party(const Context& context, const Call& call, Responder respond);

void give_operator_command(const Context& context, const Call& call, Responder respond);

void create_proof(const Context& context, const Call& call, Responder respond);

} // namespace tenon::api::rest::handlers
