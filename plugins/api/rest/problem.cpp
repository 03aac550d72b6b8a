#include "problem.hpp"

#include "common/json/json_text.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest {

namespace {

// "INSUFFICIENT_FUNDS" -> "Insufficient funds"
std::string title_of(std::string_view code) {
  std::string title(code);
  for (std::size_t i = 0; i < title.size(); ++i) {
    if (title[i] == '_')
      title[i] = ' ';
    else if (i > 0 && title[i] >= 'A' && title[i] <= 'Z')
      title[i] = static_cast<char>(title[i] - 'A' + 'a');
  }
  return title;
}

bool is_reason(std::string_view text) {
  if (text.size() < 3 || text.front() < 'A' || text.front() > 'Z')
    return false;
  for (const char c : text) {
    if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
      return false;
  }
  return true;
}

// Statuses may begin with a reason of their own: "INSUFFICIENT_FUNDS: alice has 3".
void split_reason(const Status& status, Problem& problem) {
  const std::string& message = status.message();
  const auto colon = message.find(": ");
  if (colon != std::string::npos && is_reason(std::string_view(message).substr(0, colon))) {
    problem.code = message.substr(0, colon);
    problem.detail = message.substr(colon + 2);
  } else {
    problem.code = std::string(code_name(status.code()));
    problem.detail = message;
  }
}

struct HttpStatuses {
  Code code;
  unsigned failed;   // of a request
  unsigned rejected; // of a transaction that a block holds as rejected: never the server's fault
};

constexpr unsigned kServerFailed = 500;
constexpr unsigned kRejected = 422;
constexpr HttpStatuses kHttpStatuses[] = {
    {Code::kInvalidArgument, 400, 400},
    {Code::kOutOfRange, 400, kRejected},
    {Code::kUnauthenticated, 401, 403},
    {Code::kPermissionDenied, 403, 403},
    {Code::kNotFound, 404, 404},
    {Code::kAlreadyExists, 409, 409},
    {Code::kAborted, 409, 409},
    {Code::kFailedPrecondition, 422, kRejected},
    {Code::kResourceExhausted, 429, kRejected},
    {Code::kUnimplemented, 501, kRejected},
    {Code::kUnavailable, 503, kRejected},
    {Code::kCancelled, 503, kRejected},
    {Code::kDeadlineExceeded, 504, kRejected},
};

HttpStatuses http_statuses(Code code) {
  for (const HttpStatuses& statuses : kHttpStatuses) {
    if (statuses.code == code)
      return statuses;
  }
  return {code, kServerFailed, kRejected};
}

} // namespace

unsigned http_status(Code code, bool fault) {
  return fault ? kServerFailed : http_statuses(code).failed;
}

Response to_response(const Problem& problem, std::string_view instance) {
  JsonWriter json;
  json.begin_object();
  std::string name = problem.code;
  for (char& c : name)
    c = c == '_' ? '-' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  json.key("type").string("urn:tenon:problem:" + name);
  json.key("code").string(problem.code);
  json.key("title").string(title_of(problem.code));
  json.key("status").integer(problem.status);
  json.key("detail").string(problem.detail);
  json.key("instance").string(instance);
  if (!problem.transaction_id.empty())
    json.key("transaction").string(to_hex(problem.transaction_id));
  if (problem.offset != 0)
    json.key("offset").decimal(problem.offset);
  if (!problem.command_id.empty())
    json.key("command_id").string(problem.command_id);
  json.end_object();

  Response response;
  response.status = problem.status;
  response.content_type = std::string(kProblemJson);
  response.body = json.take();
  if (problem.status == 429 || problem.status == 503)
    response.headers.emplace_back("Retry-After", "1");
  return response;
}

Problem bad_request(std::string code, std::string detail) {
  Problem problem;
  problem.status = 400;
  problem.code = std::move(code);
  problem.detail = std::move(detail);
  return problem;
}

Problem problem_of(const Status& status) {
  Problem problem;
  problem.status = http_status(status.code(), status.fault());
  split_reason(status, problem);
  return problem;
}

Problem outcome_unknown(std::string_view command_id) {
  Problem problem;
  problem.status = 504;
  problem.code = "OUTCOME_UNKNOWN";
  problem.detail = "the deadline passed before the outcome was known: the command may or may not "
                   "have taken effect. Send it again with the same command_id to learn which; it "
                   "is never applied twice";
  problem.command_id = std::string(command_id);
  return problem;
}

Problem problem_of(const v1::Completion& completion, std::string_view command_id) {
  const Code code = static_cast<Code>(completion.code());
  const bool in_block = completion.offset() != 0;
  if (code == Code::kDeadlineExceeded && !in_block)
    return outcome_unknown(command_id);
  Problem problem;
  problem.status = in_block && !completion.fault() ? http_statuses(code).rejected
                                                   : http_status(code, completion.fault());
  split_reason(Status(code, completion.message()), problem);
  if (is_reason(completion.reason())) {
    problem.code = completion.reason();
    problem.detail = completion.message();
  }
  problem.transaction_id = completion.transaction_id();
  problem.offset = completion.offset();
  problem.command_id = std::string(command_id);
  return problem;
}

} // namespace tenon::api::rest
