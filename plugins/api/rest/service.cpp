#include "service.hpp"

#include "names.hpp"
#include "problem.hpp"
#include "router.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest {

namespace {

// "application/json; charset=utf-8" -> "application/json"
std::string media_type(std::string_view value) {
  value = value.substr(0, value.find(';'));
  std::string type;
  for (const char c : value) {
    if (c != ' ' && c != '\t')
      type += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return type;
}

// Whether JSON is among what the client takes; q=0 excludes.
bool accepts_json(std::string_view accept) {
  if (accept.empty())
    return true;
  while (true) {
    const auto comma = accept.find(',');
    const std::string_view range = accept.substr(0, comma);
    const std::string type = media_type(range);
    const bool excluded =
        range.find("q=0") != std::string_view::npos && range.find("q=0.") == std::string_view::npos;
    if (!excluded && (type == "*/*" || type == "application/*" || type == kJson ||
                      type == kProblemJson || type.empty()))
      return true;
    if (comma == std::string_view::npos)
      return false;
    accept.remove_prefix(comma + 1);
  }
}

std::optional<Problem> check_body(const RequestHead& head, const Route& route,
                                  std::uint64_t limit) {
  const auto refuse = [](unsigned status, const char* code, std::string detail) {
    return Problem{status, code, std::move(detail), {}, 0, {}};
  };
  if (head.content_length.value_or(0) > limit) {
    return refuse(413, "BODY_TOO_LARGE",
                  "the body has " + std::to_string(*head.content_length) + " bytes; at most " +
                      std::to_string(limit) + " are taken here");
  }
  if (route.body == BodyKind::kNone)
    return std::nullopt;
  if (!head.content_length && !head.chunked) {
    return refuse(411, "LENGTH_REQUIRED",
                  "a body is expected; its length must be given by Content-Length, or it must be "
                  "chunked");
  }
  const std::string_view expected = media_type_of(route.body);
  const std::string found = media_type(head.content_type);
  if (found != expected) {
    return refuse(415, "UNSUPPORTED_MEDIA_TYPE",
                  "the body must be " + std::string(expected) + ", the header Content-Type says " +
                      (found.empty() ? "nothing" : "\"" + found.substr(0, 80) + "\""));
  }
  return std::nullopt;
}

std::uint64_t body_limit(const Route& route, const Limits& limits) {
  switch (route.body) {
  case BodyKind::kJson:
    return limits.json_body_bytes;
  case BodyKind::kWasm:
    return limits.module_bytes;
  case BodyKind::kPackage:
    return limits.package_bytes;
  default:
    return 0;
  }
}

} // namespace

Service::Service(Ledger& ledger, const Settings& settings, Authenticator& authenticator,
                 std::string openapi)
    : authenticator_(authenticator),
      openapi_(std::move(openapi)), context_{ledger, settings, openapi_} {}

std::variant<Service::Admission, Response> Service::admit(const RequestHead& head) {
  const std::string_view path = path_of(head.target);
  const Limits& limits = context_.settings.limits;
  if (head.target.size() > limits.target_bytes) {
    return refusal(414, "TARGET_TOO_LONG",
                   "the target has " + std::to_string(head.target.size()) + " bytes; at most " +
                       std::to_string(limits.target_bytes) + " are taken here",
                   path.substr(0, 80));
  }
  if (!is_utf8(head.target))
    return refusal(400, "INVALID_TARGET", "the target is not UTF-8", "/");
  auto found = find_route(head.method, head.target);
  if (auto* refused = std::get_if<Refused>(&found)) {
    // Who may not ask is not told what there is to ask for.
    if (refused->problem.status == 400) {
      if (auto identity = authenticator_.authenticate(head); !identity.ok())
        return unauthorized(identity.status(), path);
    }
    Response response = to_response(refused->problem, path);
    if (!refused->allow.empty())
      response.headers.emplace_back("Allow", refused->allow);
    return response;
  }
  Admission admission{std::move(std::get<Call>(found)), 0};
  if (auto response = check_access(head, admission.call))
    return std::move(*response);
  if (!accepts_json(head.accept)) {
    return refusal(406, "NOT_ACCEPTABLE",
                   "answers are application/json; the header Accept does not allow that", path);
  }
  admission.body_limit = body_limit(admission.call.route, limits);
  if (const auto problem = check_body(head, admission.call.route, admission.body_limit))
    return to_response(*problem, path);
  if (admission.call.route.stream != StreamKind::kNone && !head.upgrade) {
    Response response =
        refusal(426, "UPGRADE_REQUIRED",
                "this is a WebSocket; send the header \"Upgrade: websocket\"", path);
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  return admission;
}

std::optional<Response> Service::check_access(const RequestHead& head, Call& call) {
  if (call.route.access == Access::kPublic)
    return std::nullopt;
  auto identity = authenticator_.authenticate(head);
  if (!identity.ok())
    return unauthorized(identity.status(), call.path);
  call.identity = std::move(*identity);
  if (call.route.access == Access::kAdmin && !call.identity->admin) {
    return refusal(403, "ADMIN_REQUIRED", "this is for operators: the token needs \"admin\": true",
                   call.path);
  }
  return std::nullopt;
}

void Service::dispatch(Call call, Responder respond) {
  call.route.handler(context_, call, std::move(respond));
}

void Service::handle(const RequestHead& head, std::string body, Responder respond) {
  auto admitted = admit(head);
  if (auto* response = std::get_if<Response>(&admitted))
    return respond(std::move(*response));
  auto& admission = std::get<Admission>(admitted);
  if (body.size() > admission.body_limit) {
    return respond(refusal(413, "BODY_TOO_LARGE",
                           "the body is larger than the " + std::to_string(admission.body_limit) +
                               " bytes that are taken here",
                           admission.call.path));
  }
  admission.call.body = std::move(body);
  dispatch(std::move(admission.call), std::move(respond));
}

Response refusal(unsigned status, std::string code, std::string detail, std::string_view instance) {
  return to_response({status, std::move(code), std::move(detail), {}, 0, {}}, instance);
}

} // namespace tenon::api::rest
