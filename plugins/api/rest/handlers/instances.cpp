// /v1/instances: contracts at work. The hot path is execute_instance().
#include "handlers/answer.hpp"
#include "handlers/handlers.hpp"
#include "handlers/paging.hpp"
#include "names.hpp"

namespace tenon::api::rest::handlers {

namespace {

constexpr std::size_t kMaxLabelBytes = 128;
constexpr std::size_t kMaxReaders = 64;

} // namespace

void create_instance(const Context& context, const Call& call, Responder respond) {
  BodyReader body(call.body);
  const std::string contract = body.text("contract", ValueKind::kHash, true);
  const std::string label = body.free_text("label", kMaxLabelBytes);
  const std::string arguments = body.object_text("arguments");
  const auto readers = body.list("readers", ValueKind::kParty, kMaxReaders);
  const auto fields = read_command_fields(body, *call.identity);
  if (const auto* problem = std::get_if<Problem>(&fields))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key("instantiate").begin_object();
  json.key("contract").string(contract);
  json.key("label").string(label);
  json.key("arguments").raw(arguments);
  if (readers) {
    json.key("readers").begin_array();
    for (const std::string& reader : *readers)
      json.string(reader);
    json.end_array();
  }
  json.end_object().end_object();
  submit_command(context, call, std::get<CommandFields>(fields), context.settings.contract_engine,
                 json.take(), std::move(respond));
}

void list_instances(const Context& context, const Call& call, Responder respond) {
  list_of_engine(context, call, context.settings.contract_engine, "instances", respond);
}

void get_instance(const Context& context, const Call& call, Responder respond) {
  const auto scope = read_scope(call);
  if (const auto* problem = std::get_if<Problem>(&scope))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key("instance").begin_object();
  json.key("instance").string(call.text("instance")).end_object().end_object();
  answer_query(context, call, std::get<ReadScope>(scope), context.settings.contract_engine,
               json.take(), 0, respond);
}

void execute_instance(const Context& context, const Call& call, Responder respond) {
  BodyReader body(call.body);
  const std::string function = body.text("function", ValueKind::kText, true);
  const std::string arguments = body.object_text("arguments");
  const auto fields = read_command_fields(body, *call.identity);
  if (const auto* problem = std::get_if<Problem>(&fields))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key("execute").begin_object();
  json.key("instance").string(call.text("instance"));
  json.key("function").string(function);
  json.key("arguments").raw(arguments);
  json.end_object().end_object();
  submit_command(context, call, std::get<CommandFields>(fields), context.settings.contract_engine,
                 json.take(), std::move(respond));
}

void query_instance(const Context& context, const Call& call, Responder respond) {
  BodyReader body(call.body);
  const std::string function = body.text("function", ValueKind::kText, true);
  const std::string arguments = body.object_text("arguments");
  const auto parties = body.list("parties", ValueKind::kParty, kMaxReaders);
  const std::uint64_t height = body.number("height", 0, kMaxHeight);
  if (const auto problem = body.finish())
    return respond_problem(respond, call, *problem);
  const auto scope = read_scope(*call.identity, parties);
  if (const auto* problem = std::get_if<Problem>(&scope))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key("call").begin_object();
  json.key("instance").string(call.text("instance"));
  json.key("function").string(function);
  json.key("arguments").raw(arguments);
  json.end_object().end_object();
  answer_query(context, call, std::get<ReadScope>(scope), context.settings.contract_engine,
               json.take(), height, respond);
}

} // namespace tenon::api::rest::handlers
