// Calls the services of the Ledger API in this process, as their gRPC clients would: held to the
// claims of who asks. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "auth/access.hpp"
#include "errors/codes.hpp"
#include "json/answers.hpp"
#include "json/exchange.hpp"
#include "json/parts.hpp"
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

// The same on behalf of a request, which a failure refuses. `name` is below
// "com.daml.ledger.api.v1.": "admin.UserManagementService/GetUser".
template <typename Response, typename Request>
void call_for(const Parts& parts, const ExchangePtr& exchange, const std::string& name,
              Request request, std::function<void(const Response&)> done) {
  call_service<Response>(parts.methods, "com.daml.ledger.api.v1." + name, exchange->call(),
                         std::move(request),
                         [exchange, done = std::move(done)](const Read<Response>& response) {
                           if (response.ok())
                             done(*response);
                           else
                             exchange->refuse(response.status());
                         });
}

} // namespace tenon::daml_api::json
