#include "rpc/unary_call.hpp"

#include "errors/codes.hpp"
#include "rpc/request.hpp"

namespace tenon::daml_api::rpc {

UnaryCall* UnaryCall::begin(std::shared_ptr<Exchange> exchange, const Route& route,
                            grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                            grpc::ByteBuffer* response) {
  const auto call =
      std::make_shared<UnaryCall>(std::move(exchange), route, context, request, response);
  call->self_ = call;
  call->start();
  return call.get();
}

UnaryCall::UnaryCall(std::shared_ptr<Exchange> exchange, const Route& route,
                     grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                     grpc::ByteBuffer* response)
    : exchange_(std::move(exchange)), route_(route),
      started_us_(exchange_->telemetry.monotonic_us()),
      authorization_(route.open ? std::string() : metadata_of(*context, "authorization")),
      bytes_(*request), response_(response), call_(make_call(*context, started_us_)) {}

void UnaryCall::start() {
  if (const Outcome may = exchange_->call_begins(); !may.ok()) {
    fail(may.failure());
    return;
  }
  const bool taken = exchange_->pool.admit([call = shared_from_this()] {
    if (const Outcome outcome = contained([&call] { return call->run(); }); !outcome.ok())
      call->fail(outcome.failure());
  });
  if (!taken)
    fail(exchange_->overloaded());
}

Outcome UnaryCall::run() {
  if (over_)
    return {};
  auto request = exchange_->let_in(route_, authorization_, bytes_, call_);
  if (!request.ok())
    return request.failure();
  request_ = *std::move(request);
  route_.method.unary(call_, *request_,
                      [call = shared_from_this()](Answer<Encoded> answer) {
                        call->reply(std::move(answer));
                      });
  return {};
}

void UnaryCall::reply(Answer<Encoded> answer) {
  if (!answer.ok()) {
    fail(answer.failure());
    return;
  }
  if (over_.exchange(true))
    return;
  *response_ = to_buffer(*std::move(answer));
  finish(grpc::Status::OK);
}

void UnaryCall::fail(const Failure& failure) {
  if (!over_.exchange(true))
    finish(exchange_->to_grpc(failure, route_, call_));
}

void UnaryCall::OnCancel() {
  if (!over_.exchange(true))
    finish(grpc::Status::CANCELLED);
}

// By the one who set `over_`.
void UnaryCall::finish(const grpc::Status& status) {
  const std::uint64_t now_us = exchange_->telemetry.monotonic_us();
  exchange_->telemetry.request(route_.name, static_cast<Code>(status.error_code()),
                               static_cast<double>(now_us - started_us_) / 1e6);
  Finish(status);
}

void UnaryCall::OnDone() {
  exchange_->call_ends();
  // Others may still hold the call, to find that it is over.
  const std::shared_ptr<UnaryCall> last = std::move(self_);
}

} // namespace tenon::daml_api::rpc
