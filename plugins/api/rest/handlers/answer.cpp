#include "handlers/answer.hpp"

#include "tenon/core/encoding.hpp"

namespace tenon::api::rest {

namespace {

// The engine's response becomes part of ours: an object with its members, anything else as
// "result".
void write_response(JsonWriter& json, std::string_view response) {
  if (is_json_object(response))
    json.splice(response);
  else if (response.empty())
    json.key("result").null();
  else if (is_json(response))
    json.key("result").raw(response);
  else
    json.key("result").string(to_base64(response));
}

std::string outcome_json(const v1::Completion& completion, const std::string& command_id,
                         const std::function<void(JsonWriter&)>& extra) {
  JsonWriter json;
  json.begin_object();
  json.key("transaction").string(to_hex(completion.transaction_id()));
  json.key("offset").decimal(completion.offset());
  json.key("height").decimal(completion.height());
  json.key("command_id").string(command_id);
  json.key("duplicate").boolean(completion.duplicate());
  if (extra)
    extra(json);
  write_response(json, completion.response());
  json.end_object();
  return json.take();
}

} // namespace

bool is_json(std::string_view text) {
  return Json::accept(text);
}

bool is_json_object(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' && is_json(text);
}

void respond_problem(const Responder& respond, const Call& call, const Problem& problem) {
  respond(to_response(problem, call.path));
}

void respond_json(const Responder& respond, unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  respond(std::move(response));
}

void submit_command(const Context& context, const Call& call, const CommandFields& fields,
                    std::string engine, std::string command, Responder respond,
                    std::function<void(JsonWriter&)> extra) {
  v1::Submission submission;
  submission.set_engine(std::move(engine));
  submission.set_command_id(fields.command_id);
  submission.set_user(call.identity->subject);
  for (const std::string& party : fields.act_as)
    submission.add_act_as(party);
  for (const std::string& party : fields.read_as)
    submission.add_read_as(party);
  submission.set_command(std::move(command));
  submission.set_deadline_ms(fields.deadline_ms);
  if (fields.pre_executed)
    submission.set_mode(v1::MODE_PRE_EXECUTED);
  const unsigned success = call.route.success;
  const auto done = [respond, path = call.path, command_id = fields.command_id, success,
                     extra = std::move(extra)](v1::Completion completion) {
    if (completion.code() == TENON_OK)
      respond_json(respond, success, outcome_json(completion, command_id, extra));
    else
      respond(to_response(problem_of(completion, command_id), path));
  };
  const Status status = context.ledger.submit(submission, done);
  if (status.ok())
    return;
  Problem problem = problem_of(status);
  problem.command_id = fields.command_id;
  respond_problem(respond, call, problem);
}

void answer_query(const Context& context, const Call& call, const ReadScope& scope,
                  const std::string& engine, std::string request, std::uint64_t height,
                  const Responder& respond) {
  v1::QueryRequest query;
  query.set_engine(engine);
  for (const std::string& party : scope.parties)
    query.add_parties(party);
  query.set_request(std::move(request));
  query.set_height(height);
  const auto answer = context.ledger.query(query);
  if (!answer.ok())
    return respond_problem(respond, call, problem_of(answer.status()));
  JsonWriter json;
  json.begin_object();
  json.key("height").decimal(answer->height());
  write_response(json, answer->response());
  json.end_object();
  respond_json(respond, 200, json.take());
}

} // namespace tenon::api::rest
