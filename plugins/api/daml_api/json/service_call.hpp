// Calls the services of the Ledger API in this process, as their gRPC clients would: held to the
// claims of who asks. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "auth/access.hpp"
#include "errors/codes.hpp"
#include "json/answers.hpp"
#include "rpc/methods.hpp"

namespace tenon::daml_api::json {

// `name`: "com.daml.ledger.api.v1.PackageService/ListPackages". `done` is called exactly once, on
// any thread.
template <typename Response, typename Request>
void call_service(const rpc::Methods& methods, const std::string& name, const rpc::Call& call,
                  Request request, std::function<void(Read<Response>)> done) {
  const auto method = methods.all().find(name);
  if (method == methods.all().end() || !method->second.unary) {
    return done(Failure(codes::kUnsupportedOperation, name + " is not served by this node"));
  }
  // Lives until the answer has come.
  const auto kept = std::make_shared<Request>(std::move(request));
  if (Outcome outcome = authorize(name, *call.claims, *kept); !outcome.ok())
    return done(std::move(outcome).failure());
  method->second.unary(call, *kept, [kept, done = std::move(done)](Answer<rpc::Encoded> answer) {
    if (!answer.ok())
      return done(answer.failure());
    Response response;
    if (!response.ParseFromString(*answer))
      return done(Failure(codes::kLedgerApiInternalError, "a service's answer cannot be read"));
    done(std::move(response));
  });
}

} // namespace tenon::daml_api::json
