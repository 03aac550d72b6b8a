// A service over a fake ledger, with a clock that stands still, and requests to it without sockets.
#pragma once

#include <atomic>
#include <memory>

#include "fake_ledger.hpp"
#include "openapi.hpp"
#include "service.hpp"
#include "tokens.hpp"

namespace tenon::api::rest::test {

using namespace tenon::api::test;

struct Harness {
  explicit Harness(Settings settings_in = {}, Json jwks = {})
      : settings(std::move(settings_in)), keys(open_keys(settings, jwks)),
        authenticator(*keys, settings.audience, std::string(64, '0'),
                      [this] { return now.load(); }),
        service(ledger, settings, authenticator, openapi_document("0.1.0", "/"), [](auto) {}) {}

  static std::unique_ptr<auth::KeySource> open_keys(Settings& settings, const Json& jwks) {
    static const std::string ec_file = temporary_file(ec_key().public_pem, ".pem");
    static const std::string rsa_file = temporary_file(rsa_key().public_pem, ".pem");
    auth::KeySourceSettings source = settings.keys;
    if (jwks.is_null())
      source.key_files = {ec_file, rsa_file};
    else
      source.jwks_file = temporary_file(jwks.dump(), ".json");
    return std::move(*auth::KeySource::open(source));
  }

  // What is answered at once or, by the fake ledger, before submit() returns.
  Response ask(RequestHead head, const std::string& body = {}) {
    std::optional<Response> answer;
    service.handle(head, body, [&](Response response) { answer = std::move(response); });
    return answer.value_or(Response{0, {}, {}, {}});
  }
  Response get(const std::string& target, const std::string& token) {
    RequestHead head;
    head.method = "GET";
    head.target = target;
    if (!token.empty())
      head.authorization = "Bearer " + token;
    return ask(head);
  }
  Response post(const std::string& target, const std::string& token, const std::string& body,
                const std::string& type = "application/json") {
    RequestHead head;
    head.method = "POST";
    head.target = target;
    head.content_type = type;
    head.content_length = body.size();
    if (!token.empty())
      head.authorization = "Bearer " + token;
    return ask(head, body);
  }

  FakeLedger ledger;
  std::atomic<std::uint64_t> now = kNow;
  Settings settings;
  std::unique_ptr<auth::KeySource> keys;
  Authenticator authenticator;
  Service service;
};

inline RequestHead head_of(const std::string& method, const std::string& target,
                           const std::string& authorization = {}, const std::string& type = {}) {
  RequestHead head;
  head.method = method;
  head.target = target;
  head.authorization = authorization;
  head.content_type = type;
  return head;
}

inline std::string code_of(const Response& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  return body.is_object() ? body.value("code", std::string()) : std::string();
}

inline std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name)
      return value;
  }
  return {};
}

inline const std::string kExecute = "/v1/instances/" + kInstance + "/execute";
inline const std::string kQuery = "/v1/instances/" + kInstance + "/query";

} // namespace tenon::api::rest::test
