#include "rpc/exchange.hpp"

#include <chrono>

#include "errors/codes.hpp"
#include "errors/status.hpp"
#include "rpc/request.hpp"

namespace tenon::daml_api::rpc {

Failure shutting_down() {
  return {codes::kServerIsShuttingDown, "the server is being stopped; call again later"};
}

Failure unexpected(const std::string& what) {
  return {codes::kLedgerApiInternalError, "a handler failed with an exception: " + what};
}

void Exchange::refuse_calls() {
  const std::lock_guard lock(mutex_);
  refusing_ = true;
}

Outcome Exchange::call_begins() {
  const std::lock_guard lock(mutex_);
  ++calls_;
  return refusing_ ? Outcome(shutting_down()) : Outcome();
}

void Exchange::call_ends() {
  {
    const std::lock_guard lock(mutex_);
    --calls_;
  }
  ended_.notify_all();
}

bool Exchange::wait_for_calls(std::uint64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                         [this] { return calls_ == 0; });
}

Answer<std::unique_ptr<google::protobuf::Message>>
Exchange::let_in(const Route& route, const std::string& authorization,
                 const grpc::ByteBuffer& bytes, Call& call) {
  if (route.open) {
    call.claims = std::make_shared<const Claims>();
    return parse_request(*route.method.request, bytes);
  }
  auto claims = hooks.authenticate(authorization);
  if (!claims.ok())
    return claims.failure();
  call.claims = *std::move(claims);
  auto request = parse_request(*route.method.request, bytes);
  if (!request.ok())
    return request;
  TENON_RETURN_IF_FAILED(hooks.authorize(route.name, *call.claims, **request));
  return request;
}

Outcome Exchange::add_stream(std::shared_ptr<StreamCall> stream) {
  {
    const std::lock_guard lock(mutex_);
    if (refusing_)
      return shutting_down();
    if (streams_.size() >= settings.max_streams) {
      telemetry.overloaded();
      return Failure(codes::kMaximumNumberOfStreams,
                     std::to_string(settings.max_streams) +
                         " streams are open already, and this server takes no more; end one, or "
                         "try again later")
          .with("limit", std::to_string(settings.max_streams));
    }
    streams_.insert(std::move(stream));
  }
  telemetry.streams(1);
  return {};
}

void Exchange::remove_stream(const std::shared_ptr<StreamCall>& stream) {
  {
    const std::lock_guard lock(mutex_);
    if (streams_.erase(stream) == 0)
      return;
  }
  telemetry.streams(-1);
}

std::vector<std::shared_ptr<StreamCall>> Exchange::streams() const {
  const std::lock_guard lock(mutex_);
  return {streams_.begin(), streams_.end()};
}

Failure Exchange::overloaded() {
  telemetry.overloaded();
  return Failure(codes::kThreadpoolOverloaded,
                 std::to_string(settings.max_waiting_calls) +
                     " calls wait for a thread already; try again later")
      .with("limit", std::to_string(settings.max_waiting_calls));
}

grpc::Status Exchange::to_grpc(const Failure& failure, const Route& route, const Call& call) {
  if (is_hidden(failure.code().category))
    telemetry.hidden(route.name, call.request_id, failure);
  const google::rpc::Status status = to_status(failure, call.request_id);
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

} // namespace tenon::daml_api::rpc
