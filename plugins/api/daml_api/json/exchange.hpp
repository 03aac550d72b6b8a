// One request of the JSON API under way: who asks, what, and where the answer goes. Shared by
// whatever works on it; the answer is given once, on any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "json/answers.hpp"
#include "json/bearer.hpp"

namespace tenon::daml_api::json {

struct Exchange {
  std::shared_ptr<const Bearer> bearer; // null on open routes
  std::string tail;                     // of the path, where the route has one
  std::string body;
  std::string request_id;
  api::http::Responder respond;

  void result(std::string_view result, std::string_view warnings = {}) const {
    respond(result_response(result, warnings));
  }
  void refuse(const Refusal& refusal) const { respond(refusal_response(refusal, request_id)); }
  [[nodiscard]] rpc::Call call() const {
    rpc::Call call;
    call.claims = bearer->claims;
    call.request_id = request_id;
    return call;
  }
};
using ExchangePtr = std::shared_ptr<const Exchange>;

} // namespace tenon::daml_api::json
