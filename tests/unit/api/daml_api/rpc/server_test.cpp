#include "rpc/server.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <google/protobuf/dynamic_message.h>
#include <thread>

#include "errors/codes.hpp"
#include "rpc_kit.hpp"

namespace tenon::daml_api::rpc::test {

namespace {

using std::chrono::milliseconds;

std::string varint(std::size_t value) {
  std::string bytes;
  for (; value >= 0x80U; value >>= 7U)
    bytes.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string field(unsigned number, const std::string& bytes) {
  return varint((number << 3U) | 2U) + varint(bytes.size()) + bytes;
}

// A request whose value is an optional of an optional of … `depth` times: two messages each.
std::string nested(std::size_t depth) {
  std::string value;
  // Backwards, or a long one would be copied once per level.
  std::string reversed;
  std::size_t size = 0;
  const auto prepend = [&](unsigned number) {
    const std::string head = varint((number << 3U) | 2U) + varint(size);
    reversed.append(head.rbegin(), head.rend());
    size += head.size();
  };
  for (std::size_t i = 0; i < depth; ++i) {
    prepend(1);  // Optional.value
    prepend(15); // Value.optional
  }
  value.assign(reversed.rbegin(), reversed.rend());
  const std::string record_field = field(2, value);          // RecordField.value
  const std::string create = field(2, field(2, record_field)); // CreateCommand.create_arguments
  return field(1, field(8, field(1, create)));               // SubmitAndWaitRequest.commands
}

} // namespace

TEST_CASE("server: a unary call gets its answer, and is counted", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  const Reply reply = lab.client().call(kIdentity, "");
  INFO(reply.status.error_message());
  REQUIRE(reply.status.ok());
  v1::GetLedgerIdentityResponse response;
  REQUIRE(response.ParseFromString(reply.bytes));
  CHECK(response.ledger_id() == "a ledger");
  CHECK(lab.host.metric("daml_api_requests_total", R"({"code":"OK","method":")" +
                                                       std::string(kIdentity) + R"("})") == 1);
}

TEST_CASE("server: a failure comes with its details and the id of the caller's trace",
          "[daml_api][rpc]") {
  Lab lab;
  lab.identity = [](const Call& call, v1::GetLedgerIdentityRequest&,
                    const rpc::Reply<v1::GetLedgerIdentityResponse>& reply) {
    CHECK(call.tracestate == "a=b");
    reply(Failure(codes::kMissingField, "the field is missing: x").with("field_name", "x"));
  };
  REQUIRE(lab.start().ok());
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const Reply reply = lab.client().call(
      kIdentity, "",
      {.metadata = {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"}, {"tracestate", "a=b"}},
       .deadline = {}});
  CHECK(reply.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(reply.status.error_message() == "MISSING_FIELD(8,0af76519): the field is missing: x");
  CHECK(error_info_of(reply.status).reason() == "MISSING_FIELD");
  CHECK(error_info_of(reply.status).metadata().at("field_name") == "x");
  CHECK(request_info_of(reply.status).request_id() == trace);
  const Reply other = lab.client().call(kIdentity, "", {.metadata = {{"tracestate", "a=b"},
                                                                     {"traceparent", "nonsense"}},
                                                        .deadline = {}});
  CHECK(request_info_of(other.status).request_id().size() == 32);
}

TEST_CASE("server: the biggest failure still fits into a client's headers", "[daml_api][rpc]") {
  Lab lab;
  lab.identity = [](const Call&, v1::GetLedgerIdentityRequest&,
                    const rpc::Reply<v1::GetLedgerIdentityResponse>& reply) {
    std::string umlauts;
    for (int i = 0; i < 5000; ++i)
      umlauts += "\xC3\xBC";
    Failure failure(codes::kContractNotFound, umlauts);
    for (int i = 0; i < 300; ++i)
      failure = std::move(failure).about("PARTY", umlauts).with("k" + std::to_string(i), umlauts);
    reply(std::move(failure));
  };
  REQUIRE(lab.start().ok());
  const Reply reply = lab.client().call(kIdentity, "");
  CHECK(reply.status.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(error_info_of(reply.status).reason() == "CONTRACT_NOT_FOUND");
}

TEST_CASE("server: what the client is not told is in the operator's log under the same id",
          "[daml_api][rpc]") {
  Lab lab;
  lab.identity = [](const Call&, v1::GetLedgerIdentityRequest&,
                    const rpc::Reply<v1::GetLedgerIdentityResponse>& reply) {
    reply(Failure(codes::kLedgerApiInternalError, "the disk is gone"));
  };
  REQUIRE(lab.start().ok());
  const Reply reply = lab.client().call(kIdentity, "");
  CHECK(reply.status.error_code() == grpc::StatusCode::INTERNAL);
  CHECK(reply.status.error_message().find("disk") == std::string::npos);
  const std::string id = request_info_of(reply.status).request_id();
  REQUIRE(id.size() == 32);
  CHECK(lab.host.logged("the disk is gone"));
  CHECK(lab.host.logged(id));
}

TEST_CASE("server: a handler that throws fails its call and nothing else", "[daml_api][rpc]") {
  Lab lab;
  lab.identity = [](const Call&, v1::GetLedgerIdentityRequest&,
                    const rpc::Reply<v1::GetLedgerIdentityResponse>&) {
    throw std::runtime_error("thrown in a handler");
  };
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  CHECK(client.call(kIdentity, "").status.error_code() == grpc::StatusCode::INTERNAL);
  CHECK(lab.host.logged("thrown in a handler"));
  CHECK(client.call(kSubmit, "").status.ok());
}

TEST_CASE("server: bytes that are no such message are refused, and the call after them works",
          "[daml_api][rpc]") {
  Lab lab;
  std::atomic<int> handled = 0;
  lab.submit = [&](const Call&, v1::SubmitAndWaitRequest&,
                   const rpc::Reply<google::protobuf::Empty>& reply) {
    ++handled;
    reply(google::protobuf::Empty());
  };
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  const std::string malformed[] = {"\xFF\xFF\xFF", "\x0A\x7F", "\x08", "\x0C",
                                   field(1, field(1, "\xC3\x28"))}; // not UTF-8
  for (const std::string& bytes : malformed) {
    const Reply reply = client.call(kSubmit, bytes);
    CHECK(reply.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    CHECK(error_info_of(reply.status).reason() == "INVALID_ARGUMENT");
  }
  CHECK(handled == 0);
  CHECK(client.call(kSubmit, "").status.ok());
  CHECK(handled == 1);
}

TEST_CASE("server: values nested deep reach their handler, and too deep ones are refused",
          "[daml_api][rpc]") {
  Lab lab;
  std::atomic<int> handled = 0;
  lab.submit = [&](const Call&, v1::SubmitAndWaitRequest& request,
                   const rpc::Reply<google::protobuf::Empty>& reply) {
    handled += request.commands().commands_size();
    reply(google::protobuf::Empty());
  };
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  for (const std::size_t depth : {1U, 100U, 101U, 400U}) {
    INFO(depth);
    CHECK(client.call(kSubmit, nested(depth)).status.ok());
  }
  CHECK(handled == 4);
  for (const std::size_t depth : {1000U, 100'000U, 3'000'000U}) {
    INFO(depth);
    const Reply reply = client.call(kSubmit, nested(depth));
    CHECK(reply.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    CHECK(error_info_of(reply.status).reason() == "INVALID_ARGUMENT");
  }
  CHECK(handled == 4);
}

TEST_CASE("server: a request beyond the limit is refused without a handler", "[daml_api][rpc]") {
  ServerSettings settings;
  settings.max_message_bytes = 1024 * 1024;
  Lab lab(settings);
  std::atomic<int> handled = 0;
  lab.submit = [&](const Call&, v1::SubmitAndWaitRequest&,
                   const rpc::Reply<google::protobuf::Empty>& reply) {
    ++handled;
    reply(google::protobuf::Empty());
  };
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  const Reply reply = client.call(kSubmit, field(100, std::string(1024 * 1024, 'x')));
  CHECK(reply.status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(handled == 0);
  CHECK(client.call(kSubmit, field(100, std::string(1000 * 1000, 'x'))).status.ok());
}

TEST_CASE("server: methods and services that there are not are UNIMPLEMENTED", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  CHECK(client.call("com.daml.ledger.api.v1.CommandService/Nothing", "").status.error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
  CHECK(client.call("com.daml.ledger.api.v1.Nothing/Submit", "").status.error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("server: whoever is not let in reaches no handler", "[daml_api][rpc]") {
  Lab lab;
  std::atomic<int> handled = 0;
  lab.identity = [&](const Call& call, v1::GetLedgerIdentityRequest&,
                     const rpc::Reply<v1::GetLedgerIdentityResponse>& reply) {
    ++handled;
    CHECK(call.claims->user_id == "alice");
    reply(v1::GetLedgerIdentityResponse());
  };
  lab.hooks.authenticate =
      [](std::string_view authorization) -> Answer<std::shared_ptr<const Claims>> {
    if (authorization.empty())
      return Failure(codes::kUnauthenticated, "a token is needed");
    auto claims = std::make_shared<Claims>();
    claims->user_id = std::string(authorization.substr(7));
    return std::shared_ptr<const Claims>(std::move(claims));
  };
  lab.hooks.authorize = [](std::string_view method, const Claims& claims,
                           google::protobuf::Message&) -> Outcome {
    CHECK(method == kIdentity);
    if (claims.user_id != "alice")
      return Failure(codes::kPermissionDenied, "not alice");
    return {};
  };
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  const auto as = [](const std::string& user) {
    return Options{.metadata = {{"authorization", "Bearer " + user}}, .deadline = {}};
  };
  CHECK(client.call(kIdentity, "").status.error_code() == grpc::StatusCode::UNAUTHENTICATED);
  CHECK(client.call(kIdentity, "", as("bob")).status.error_code() ==
        grpc::StatusCode::PERMISSION_DENIED);
  CHECK(handled == 0);
  CHECK(client.call(kIdentity, "", as("alice")).status.ok());
  CHECK(handled == 1);
  CHECK(client.stream(kTransactions, "")->finish().error_code() ==
        grpc::StatusCode::UNAUTHENTICATED);
}

TEST_CASE("server: a reply after the caller has gone is dropped", "[daml_api][rpc]") {
  Lab lab;
  std::promise<rpc::Reply<v1::GetLedgerIdentityResponse>> held;
  lab.identity = [&](const Call& call, v1::GetLedgerIdentityRequest&,
                     rpc::Reply<v1::GetLedgerIdentityResponse> reply) {
    CHECK(call.deadline_us.has_value());
    held.set_value(std::move(reply));
  };
  REQUIRE(lab.start().ok());
  const Reply reply =
      lab.client().call(kIdentity, "", {.metadata = {}, .deadline = milliseconds(200)});
  CHECK(reply.status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
  const auto late = held.get_future().get();
  CHECK(eventually([&] {
    return lab.host.metric("daml_api_requests_total",
                           R"({"code":"CANCELLED","method":")" + std::string(kIdentity) +
                               R"("})") == 1;
  }));
  late(v1::GetLedgerIdentityResponse());
  lab.server->stop();
  late(v1::GetLedgerIdentityResponse());
}

TEST_CASE("server: too many waiting calls are told so, and the others are answered",
          "[daml_api][rpc]") {
  ServerSettings settings;
  settings.threads = 1;
  settings.max_waiting_calls = 2;
  Lab lab(settings);
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> entered = 0;
  lab.identity = [&](const Call&, v1::GetLedgerIdentityRequest&,
                     const rpc::Reply<v1::GetLedgerIdentityResponse>& reply) {
    ++entered;
    gone.wait();
    reply(v1::GetLedgerIdentityResponse());
  };
  REQUIRE(lab.start().ok());
  std::vector<std::future<grpc::Status>> calls;
  const auto call = [&] {
    calls.push_back(std::async(std::launch::async,
                               [&] { return lab.client().call(kIdentity, "").status; }));
  };
  call();
  REQUIRE(eventually([&] { return entered == 1; })); // the only thread is busy; two may wait
  for (int i = 0; i < 7; ++i)
    call();
  CHECK(eventually([&] { return lab.host.metric("daml_api_overloaded_total") == 5; }));
  go.set_value();
  int refused = 0;
  for (auto& waiting : calls) {
    const grpc::Status status = waiting.get();
    if (status.ok())
      continue;
    ++refused;
    CHECK(status.error_code() == grpc::StatusCode::ABORTED);
    CHECK(error_info_of(status).reason() == "THREADPOOL_OVERLOADED");
  }
  CHECK(refused == 5);
}

TEST_CASE("server: while it drains it lets calls finish, and takes no other", "[daml_api][rpc]") {
  Lab lab;
  std::promise<rpc::Reply<v1::GetLedgerIdentityResponse>> held;
  lab.identity = [&](const Call&, v1::GetLedgerIdentityRequest&,
                     rpc::Reply<v1::GetLedgerIdentityResponse> reply) {
    held.set_value(std::move(reply));
  };
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  auto call = std::async(std::launch::async, [&] { return client.call(kIdentity, "").status; });
  const auto reply = held.get_future().get();
  CHECK(lab.server->drain(50).code() == Code::kDeadlineExceeded);
  const grpc::Status refused = client.call(kSubmit, "").status;
  CHECK(refused.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(error_info_of(refused).reason() == "SERVER_IS_SHUTTING_DOWN");
  reply(v1::GetLedgerIdentityResponse());
  CHECK(call.get().ok());
  CHECK(lab.server->drain(5000).ok());
}

TEST_CASE("server: stopping cuts calls that do not end", "[daml_api][rpc]") {
  Lab lab;
  std::promise<rpc::Reply<v1::GetLedgerIdentityResponse>> held;
  lab.identity = [&](const Call&, v1::GetLedgerIdentityRequest&,
                     rpc::Reply<v1::GetLedgerIdentityResponse> reply) {
    held.set_value(std::move(reply));
  };
  REQUIRE(lab.start().ok());
  auto call =
      std::async(std::launch::async, [&] { return lab.client().call(kIdentity, "").status; });
  const auto reply = held.get_future().get();
  lab.server->stop();
  CHECK_FALSE(call.get().ok());
  reply(v1::GetLedgerIdentityResponse());
}

TEST_CASE("server: it can be started again in one process, again and again", "[daml_api][rpc]") {
  for (int i = 0; i < 5; ++i) {
    Lab lab;
    REQUIRE(lab.start().ok());
    CHECK(lab.client().call(kIdentity, "").status.ok());
    auto stream = lab.client().stream(kTransactions, "");
    lab.feed.push("x");
    CHECK(stream->read() == "x");
    lab.server->stop();
    CHECK_FALSE(stream->finish().ok());
    CHECK(lab.feed.open_sources() == 0);
  }
}

TEST_CASE("server: a port that is taken is refused at start", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  Lab other;
  other.settings.listen = "127.0.0.1:" + std::to_string(lab.server->port());
  const Status status = other.start();
  CHECK(status.code() == Code::kUnavailable);
  CHECK(status.message().find(other.settings.listen) != std::string::npos);
}

TEST_CASE("server: reflection lists the services and describes their messages",
          "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  using google::protobuf::DescriptorPool;
  const auto* const request_type = DescriptorPool::generated_pool()->FindMessageTypeByName(
      "grpc.reflection.v1alpha.ServerReflectionRequest");
  REQUIRE(request_type != nullptr);
  const auto ask = [&](unsigned number, const std::string& text) {
    grpc::ClientContext context;
    Client client = lab.client();
    const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> call(
        grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
            client.channel().get(),
            grpc::internal::RpcMethod(
                "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                grpc::internal::RpcMethod::BIDI_STREAMING),
            &context));
    REQUIRE(call->Write(buffer_of(field(number, text))));
    grpc::ByteBuffer answer;
    REQUIRE(call->Read(&answer));
    call->WritesDone();
    CHECK(call->Finish().ok());
    return bytes_of(answer);
  };
  const std::string services = ask(7, "*");
  for (const char* const service :
       {"com.daml.ledger.api.v1.CommandService", "com.daml.ledger.api.v1.TransactionService",
        "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"})
    CHECK(services.find(service) != std::string::npos);
  CHECK(ask(4, "com.daml.ledger.api.v1.CommandService").find("SubmitAndWait") !=
        std::string::npos);
  CHECK(ask(4, "com.daml.ledger.api.v1.Value").find("gen_map") != std::string::npos);
  CHECK(ask(4, "grpc.health.v1.Health").find("Watch") != std::string::npos);
}

} // namespace tenon::daml_api::rpc::test
