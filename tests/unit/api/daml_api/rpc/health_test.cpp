#include <catch2/catch.hpp>

#include "errors/codes.hpp"
#include "grpc/health/v1/health.pb.h"
#include "rpc_kit.hpp"

namespace tenon::daml_api::rpc::test {

namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr const char* kCheck = "grpc.health.v1.Health/Check";
constexpr const char* kWatch = "grpc.health.v1.Health/Watch";

std::string request_for(const std::string& service) {
  HealthCheckRequest request;
  request.set_service(service);
  return request.SerializeAsString();
}

HealthCheckResponse::ServingStatus status_in(const std::string& bytes) {
  HealthCheckResponse response;
  REQUIRE(response.ParseFromString(bytes));
  return response.status();
}

} // namespace

TEST_CASE("health: every service says whether the node serves, and others are unknown",
          "[daml_api][rpc]") {
  Lab lab;
  lab.hooks.authenticate = [](std::string_view) -> Answer<std::shared_ptr<const Claims>> {
    return Failure(codes::kUnauthenticated, "health is asked without a token");
  };
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  for (const char* const service :
       {"", "com.daml.ledger.api.v1.CommandService", "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection"}) {
    INFO(service);
    lab.serving = true;
    Reply reply = client.call(kCheck, request_for(service));
    REQUIRE(reply.status.ok());
    CHECK(status_in(reply.bytes) == HealthCheckResponse::SERVING);
    lab.serving = false;
    reply = client.call(kCheck, request_for(service));
    REQUIRE(reply.status.ok());
    CHECK(status_in(reply.bytes) == HealthCheckResponse::NOT_SERVING);
  }
  CHECK(client.call(kCheck, request_for("no.such.Service")).status.error_code() ==
        grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("health: who watches is told of each change, once", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  const auto stream = lab.client().stream(kWatch, request_for(""));
  CHECK(status_in(stream->read().value()) == HealthCheckResponse::SERVING);
  lab.server->health_changed();
  lab.serving = false;
  lab.server->health_changed();
  CHECK(status_in(stream->read().value()) == HealthCheckResponse::NOT_SERVING);
  lab.serving = true; // nobody says so: it is found out
  CHECK(status_in(stream->read().value()) == HealthCheckResponse::SERVING);
  stream->cancel();
}

TEST_CASE("health: watching an unknown service says so and goes on", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  const auto stream = lab.client().stream(kWatch, request_for("no.such.Service"));
  CHECK(status_in(stream->read().value()) == HealthCheckResponse::SERVICE_UNKNOWN);
  CHECK(lab.server->open_streams() == 1);
  stream->cancel();
}

} // namespace tenon::daml_api::rpc::test
