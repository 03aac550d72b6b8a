#include "json/json_api.hpp"

#include "common/random_id.hpp"
#include "json/accounts.hpp"
#include "json/commands.hpp"
#include "json/contracts.hpp"
#include "json/stream.hpp"
#include "tenon/core/encoding.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api::json {

namespace {

namespace http = api::http;

constexpr std::size_t kMaxWaiting = 4096; // requests, for a thread

class IndexWatch final : public http::Application::Watch {
public:
  explicit IndexWatch(std::unique_ptr<index::Subscription> subscription)
      : subscription_(std::move(subscription)) {}

private:
  std::unique_ptr<index::Subscription> subscription_;
};

http::Response text_response(unsigned status, std::string text) {
  http::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=UTF-8";
  response.body = std::move(text);
  return response;
}

void live(const Parts&, const JsonLimits&, const ExchangePtr& exchange) {
  exchange->respond(text_response(200, {}));
}

void ready(const Parts& parts, const JsonLimits&, const ExchangePtr& exchange) {
  const Status status = parts.ready();
  if (status.ok()) {
    exchange->respond(text_response(200, "[+] ledger ok (SERVING)\nreadyz check passed\n"));
  } else {
    exchange->respond(text_response(503, "[-] ledger failed (" + status.message() +
                                             ")\nreadyz check failed\n"));
  }
}

// Of handlers that have nothing to do with limits.
template <auto Function>
void unlimited(const Parts& parts, const JsonLimits&, const ExchangePtr& exchange) {
  Function(parts, exchange);
}

// What the bearer of a token must be.
enum class Needs { kNothing, kToken, kLedger, kReader, kWriter };

} // namespace

struct JsonApi::Route {
  std::string_view method;
  std::string_view path; // with a "/" at its end: something follows
  std::string_view name;
  Needs needs = Needs::kToken;
  void (*handler)(const Parts& parts, const JsonLimits& limits,
                  const ExchangePtr& exchange) = nullptr;
  ReadStreamRequest stream = nullptr;
};

const std::vector<JsonApi::Route>& JsonApi::routes() {
  static const std::vector<Route> kRoutes = {
      {"POST", "/v1/create", "create", Needs::kWriter, unlimited<create>},
      {"POST", "/v1/exercise", "exercise", Needs::kWriter, unlimited<exercise>},
      {"POST", "/v1/create-and-exercise", "create_and_exercise", Needs::kWriter,
       unlimited<create_and_exercise>},
      {"POST", "/v1/fetch", "fetch", Needs::kReader, unlimited<fetch>},
      {"POST", "/v1/query", "query", Needs::kReader, query},
      {"GET", "/v1/query", "query_all", Needs::kReader, query_all},
      {"GET", "/v1/stream/query", "stream_query", Needs::kReader, nullptr, read_query_stream},
      {"GET", "/v1/stream/fetch", "stream_fetch", Needs::kReader, nullptr, read_key_stream},
      {"GET", "/v1/parties", "list_parties", Needs::kToken, unlimited<list_parties>},
      {"POST", "/v1/parties", "get_parties", Needs::kToken, unlimited<get_parties>},
      {"POST", "/v1/parties/allocate", "allocate_party", Needs::kToken,
       unlimited<allocate_party>},
      {"GET", "/v1/packages", "list_packages", Needs::kLedger, unlimited<list_packages>},
      {"POST", "/v1/packages", "upload_package", Needs::kLedger, unlimited<upload_package>},
      {"GET", "/v1/packages/", "get_package", Needs::kLedger, unlimited<get_package>},
      {"GET", "/v1/user", "get_own_user", Needs::kToken, unlimited<get_own_user>},
      {"POST", "/v1/user", "get_user", Needs::kToken, unlimited<get_user>},
      {"GET", "/v1/users", "list_users", Needs::kToken, unlimited<list_users>},
      {"POST", "/v1/user/create", "create_user", Needs::kToken, unlimited<create_user>},
      {"POST", "/v1/user/delete", "delete_user", Needs::kToken, unlimited<delete_user>},
      {"GET", "/v1/user/rights", "list_own_rights", Needs::kToken, unlimited<list_own_rights>},
      {"POST", "/v1/user/rights", "list_rights", Needs::kToken, unlimited<list_rights>},
      {"POST", "/v1/user/rights/grant", "grant_rights", Needs::kToken, unlimited<grant_rights>},
      {"POST", "/v1/user/rights/revoke", "revoke_rights", Needs::kToken,
       unlimited<revoke_rights>},
      {"POST", "/v1/metering-report", "metering_report", Needs::kToken,
       unlimited<metering_report>},
      {"GET", "/livez", "livez", Needs::kNothing, live},
      {"GET", "/readyz", "readyz", Needs::kNothing, ready},
  };
  return kRoutes;
}

const JsonApi::Route* JsonApi::find_route(std::string_view method, std::string_view path,
                                          std::string& tail) {
  for (const Route& route : routes()) {
    if (route.method != method)
      continue;
    if (route.path == path)
      return route.path.ends_with('/') ? nullptr : &route;
    if (route.path.ends_with('/') && path.starts_with(route.path)) {
      tail = path.substr(route.path.size());
      return &route;
    }
  }
  return nullptr;
}

namespace {

std::optional<Refusal> missing(Needs needs, const Bearer& bearer) {
  switch (needs) {
  case Needs::kLedger:
    return bearer.may_ask();
  case Needs::kReader:
    return bearer.may_read();
  case Needs::kWriter:
    return bearer.may_write();
  case Needs::kNothing:
  case Needs::kToken:
    break;
  }
  return std::nullopt;
}

// The ledger that the token is for must be this one.
std::optional<Refusal> check_ledger(const Parts& parts, const Bearer& bearer) {
  Outcome outcome = match_ledger_id(parts.ledger_id, bearer.ledger_id.value_or(""));
  if (outcome.ok())
    return std::nullopt;
  return Refusal(std::move(outcome).failure());
}

Read<std::shared_ptr<const Bearer>> admit_bearer(const Parts& parts, Needs needs,
                                                 const Read<std::string>& token) {
  if (!token.ok())
    return token.status();
  TENON_ASSIGN_OR_RETURN(auto bearer, read_bearer(parts, *token));
  if (auto refusal = missing(needs, *bearer))
    return *std::move(refusal);
  if (auto refusal = check_ledger(parts, *bearer))
    return *std::move(refusal);
  return bearer;
}

} // namespace

JsonApi::JsonApi(Parts parts, JsonLimits limits)
    : parts_(std::move(parts)), limits_(limits), pool_(kMaxWaiting) {}

void JsonApi::start(std::size_t threads) {
  pool_.start(threads);
}

void JsonApi::stop() {
  pool_.stop();
}

std::variant<http::Admission, http::Response> JsonApi::admit(const http::RequestHead& head) {
  Exchange exchange;
  exchange.request_id = api::random_id();
  const std::string_view path = http::path_of(head.target);
  if (head.target.size() > limits_.target_bytes || !is_utf8(head.target)) {
    return refuse({414, "TARGET_TOO_LONG",
                   "the target must be UTF-8 of at most " + std::to_string(limits_.target_bytes) +
                       " bytes"},
                  "/");
  }
  const Route* const route = find_route(head.method, path, exchange.tail);
  if (route == nullptr) {
    const Refusal unknown(404, "there is no " + head.method + " " + std::string(path) + " here");
    return refusal_response(unknown, exchange.request_id);
  }
  if (route->stream != nullptr)
    return admit_stream(*route, head);
  if (route->needs != Needs::kNothing) {
    auto bearer = admit_bearer(parts_, route->needs, token_of_header(head.authorization));
    if (!bearer.ok())
      return refusal_response(bearer.status(), exchange.request_id);
    exchange.bearer = *std::move(bearer);
  }
  if (head.content_length.value_or(0) > body_limit(*route)) {
    return refuse({413, "BODY_TOO_LARGE",
                   "the body has " + std::to_string(*head.content_length) + " bytes; at most " +
                       std::to_string(body_limit(*route)) + " are taken here"},
                  head.target);
  }
  return admission_of(*route, std::move(exchange));
}

http::Admission JsonApi::admission_of(const Route& route, Exchange exchange) {
  http::Admission admission;
  admission.route = route.name;
  admission.body_limit = body_limit(route);
  admission.answer = [this, &route, exchange = std::move(exchange)](
                         std::string body, http::Responder respond) mutable {
    exchange.body = std::move(body);
    exchange.respond = std::move(respond);
    const auto shared = std::make_shared<const Exchange>(std::move(exchange));
    if (!pool_.admit([this, &route, shared] { route.handler(parts_, limits_, shared); }))
      shared->refuse({503, "the node has too much to do, or stops; try again later"});
  };
  return admission;
}

std::variant<http::Admission, http::Response>
JsonApi::admit_stream(const Route& route, const http::RequestHead& head) {
  const std::string request_id = api::random_id();
  if (!head.upgrade) {
    return refusal_response(
        bad_request("this is a WebSocket; send the header \"Upgrade: websocket\""), request_id);
  }
  auto bearer =
      admit_bearer(parts_, route.needs, token_of_protocols(head.websocket_protocol));
  if (!bearer.ok())
    return refusal_response(bearer.status(), request_id);
  http::Admission admission;
  admission.route = route.name;
  admission.open = [this, &route, bearer = *std::move(bearer)]()
      -> std::variant<std::unique_ptr<http::Stream>, http::Response> {
    return open_contract_stream(parts_, limits_, bearer, route.stream);
  };
  return admission;
}

std::uint64_t JsonApi::body_limit(const Route& route) const {
  return route.name == "upload_package" ? limits_.package_bytes : limits_.body_bytes;
}

http::Response JsonApi::refuse(const http::Refusal& refusal, std::string_view) {
  return refusal_response(Refusal(refusal.status, refusal.detail), api::random_id());
}

http::Response JsonApi::unanswered(std::string_view) {
  const Refusal late(504, "the outcome is not known yet: a command may or may not have taken "
                          "effect. Sent again with the same \"meta.commandId\" it is not applied "
                          "twice");
  return refusal_response(late, api::random_id());
}

Result<std::unique_ptr<http::Application::Watch>> JsonApi::watch(std::function<void()> moved) {
  return std::unique_ptr<Watch>(
      std::make_unique<IndexWatch>(parts_.index.subscribe(std::move(moved))));
}

} // namespace tenon::daml_api::json
