#include "service.hpp"

#include "names.hpp"
#include "problem.hpp"
#include "router.hpp"
#include "stream.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest {

namespace {

class LedgerWatch final : public http::Application::Watch {
public:
  explicit LedgerWatch(std::unique_ptr<Ledger::Watch> watch) : watch_(std::move(watch)) {}

private:
  std::unique_ptr<Ledger::Watch> watch_;
};

Response refusal(unsigned status, std::string code, std::string detail, std::string_view instance) {
  return to_response({status, std::move(code), std::move(detail), {}, 0, {}}, instance);
}

// Whether JSON is among what the client takes; q=0 excludes.
bool accepts_json(std::string_view accept) {
  if (accept.empty())
    return true;
  while (true) {
    const auto comma = accept.find(',');
    const std::string_view range = accept.substr(0, comma);
    const std::string type = http::media_type(range);
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
  const std::string found = http::media_type(head.content_type);
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
                 std::string openapi, Log log)
    : authenticator_(authenticator), openapi_(std::move(openapi)), log_(std::move(log)),
      context_{ledger, settings, openapi_, log_} {}

std::variant<http::Admission, Response> Service::admit(const RequestHead& head) {
  const std::string_view path = http::path_of(head.target);
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
  Call& call = std::get<Call>(found);
  if (auto response = check_access(head, call))
    return std::move(*response);
  if (!accepts_json(head.accept)) {
    return refusal(406, "NOT_ACCEPTABLE",
                   "answers are application/json; the header Accept does not allow that", path);
  }
  if (const auto problem = check_body(head, call.route, body_limit(call.route, limits)))
    return to_response(*problem, path);
  if (call.route.stream != StreamKind::kNone && !head.upgrade) {
    Response response =
        refusal(426, "UPGRADE_REQUIRED",
                "this is a WebSocket; send the header \"Upgrade: websocket\"", path);
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  return admission_of(std::move(call), head);
}

http::Admission Service::admission_of(Call call, const RequestHead& head) {
  http::Admission admission;
  admission.route = call.route.name;
  admission.body_limit = body_limit(call.route, context_.settings.limits);
  if (call.route.stream == StreamKind::kNone) {
    admission.answer = [this, call = std::move(call)](std::string body, Responder respond) mutable {
      call.body = std::move(body);
      call.route.handler(context_, call, std::move(respond));
    };
    return admission;
  }
  const bool token_in_protocol = head.authorization.empty() && !head.websocket_protocol.empty();
  admission.open = [this, call = std::move(call), token_in_protocol] {
    return open_stream(context_, authenticator_, call, token_in_protocol);
  };
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

Response Service::refuse(const http::Refusal& what, std::string_view target) {
  return refusal(what.status, std::string(what.code), what.detail, http::path_of(target));
}

Response Service::unanswered(std::string_view target) {
  return to_response(outcome_unknown({}), http::path_of(target));
}

Result<std::unique_ptr<http::Application::Watch>> Service::watch(std::function<void()> moved) {
  TENON_ASSIGN_OR_RETURN(
      auto watch, context_.ledger.watch([moved = std::move(moved)](std::uint64_t) { moved(); }));
  return std::unique_ptr<Watch>(std::make_unique<LedgerWatch>(std::move(watch)));
}

} // namespace tenon::api::rest
