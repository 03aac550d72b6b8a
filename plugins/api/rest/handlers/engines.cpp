// /v1/engines: any engine of the ledger, spoken to in its own words.
#include "handlers/answer.hpp"
#include "handlers/handlers.hpp"
#include "handlers/paging.hpp"
#include "names.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest::handlers {

namespace {

constexpr std::size_t kMaxParties = 64;

// The system takes commands of operators only, which have routes of their own: here it is none.
std::optional<Problem> refuse_system(const Call& call) {
  if (call.text("engine") != kSystemEngine)
    return std::nullopt;
  return Problem{404, "UNKNOWN_ENGINE", "'sys' is no engine that can be asked here", {}, 0, {}};
}

// A member that is an object whose one member names what is asked of the engine, as JSON text.
std::string read_message(BodyReader& body, std::string_view name) {
  const Json* const value = body.member(name);
  if (value != nullptr && value->is_object() && value->size() == 1)
    return dump(*value);
  body.fail(name, "an object with one member, which names what is asked for", value);
  return {};
}

} // namespace

void command_engine(const Context& context, const Call& call, Responder respond) {
  if (const auto problem = refuse_system(call))
    return respond_problem(respond, call, *problem);
  BodyReader body(call.body);
  std::string command = read_message(body, "command");
  auto read = read_command_fields(body, *call.identity);
  if (const auto* problem = std::get_if<Problem>(&read))
    return respond_problem(respond, call, *problem);
  auto& fields = std::get<CommandFields>(read);
  fields.pre_executed = true;
  submit_command(context, call, fields, call.text("engine"), std::move(command),
                 std::move(respond));
}

void query_engine(const Context& context, const Call& call, Responder respond) {
  if (const auto problem = refuse_system(call))
    return respond_problem(respond, call, *problem);
  BodyReader body(call.body);
  std::string request = read_message(body, "request");
  const auto parties = body.list("parties", ValueKind::kParty, kMaxParties);
  const std::uint64_t height = body.number("height", 0, kMaxHeight);
  if (const auto problem = body.finish())
    return respond_problem(respond, call, *problem);
  const auto scope = read_scope(*call.identity, parties);
  if (const auto* problem = std::get_if<Problem>(&scope))
    return respond_problem(respond, call, *problem);
  answer_query(context, call, std::get<ReadScope>(scope), call.text("engine"), std::move(request),
               height, respond);
}

void upload_package(const Context& context, const Call& call, Responder respond) {
  if (const auto problem = refuse_system(call))
    return respond_problem(respond, call, *problem);
  const auto fields = read_command_fields(call);
  if (const auto* problem = std::get_if<Problem>(&fields))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key("upload").begin_object();
  json.key("dar").string(to_base64(call.body));
  json.key("source").string(call.text("source"));
  json.end_object().end_object();
  submit_command(context, call, std::get<CommandFields>(fields), call.text("engine"), json.take(),
                 std::move(respond));
}

void list_packages(const Context& context, const Call& call, Responder respond) {
  if (const auto problem = refuse_system(call))
    return respond_problem(respond, call, *problem);
  list_of_engine(context, call, call.text("engine"), "packages", respond);
}

void get_package(const Context& context, const Call& call, Responder respond) {
  if (const auto problem = refuse_system(call))
    return respond_problem(respond, call, *problem);
  const auto scope = read_scope(call);
  if (const auto* problem = std::get_if<Problem>(&scope))
    return respond_problem(respond, call, *problem);
  JsonWriter json;
  json.begin_object().key("package").begin_object();
  json.key("packageId").string(call.text("package")).end_object().end_object();
  answer_query(context, call, std::get<ReadScope>(scope), call.text("engine"), json.take(), 0,
               respond);
}

} // namespace tenon::api::rest::handlers
