#include "rpc/stream_call.hpp"

#include <grpc/grpc.h>
#include <utility>

#include "errors/codes.hpp"
#include "errors/status.hpp"
#include "rpc/request.hpp"

namespace tenon::daml_api::rpc {

namespace {

// After so many messages in a row a stream lets others have the thread.
constexpr int kMessagesPerTurn = 16;

} // namespace

StreamCall* StreamCall::begin(std::shared_ptr<Exchange> exchange, const Route& route,
                              grpc::CallbackServerContext* context,
                              const grpc::ByteBuffer* request) {
  const auto call = std::make_shared<StreamCall>(std::move(exchange), route, context, request);
  call->self_ = call;
  call->start();
  return call.get();
}

StreamCall::StreamCall(std::shared_ptr<Exchange> exchange, const Route& route,
                       grpc::CallbackServerContext* context, const grpc::ByteBuffer* request)
    : exchange_(std::move(exchange)), route_(route),
      started_us_(exchange_->telemetry.monotonic_us()),
      authorization_(route.open ? std::string() : metadata_of(*context, "authorization")),
      bytes_(*request), context_(context), call_(make_call(*context, started_us_)) {}

void StreamCall::start() {
  Outcome may = exchange_->call_begins();
  if (may.ok())
    may = exchange_->add_stream(shared_from_this());
  if (!may.ok()) {
    end(may.failure());
    return;
  }
  busy_ = true; // nobody else knows the call yet
  const bool taken = exchange_->pool.admit([call = shared_from_this()] {
    const Outcome outcome = contained([&call] { return call->open(); });
    if (outcome.ok()) {
      call->pull();
      return;
    }
    const std::lock_guard lock(call->mutex_);
    call->busy_ = false;
    call->finish_with(outcome);
  });
  if (!taken) {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    finish_with(exchange_->overloaded());
  }
}

Outcome StreamCall::open() {
  auto request = exchange_->let_in(route_, authorization_, bytes_, call_);
  if (!request.ok())
    return request.failure();
  request_ = *std::move(request);
  auto source = route_.method.stream(call_, *request_);
  if (!source.ok())
    return source.failure();
  source_ = *std::move(source);
  source_->on_wake([weak = weak_from_this()] {
    if (const auto call = weak.lock())
      call->wake();
  });
  const std::lock_guard lock(mutex_);
  if (!route_.open)
    claims_ = call_.claims;
  return {};
}

void StreamCall::pull() {
  for (int turn = 0; turn < kMessagesPerTurn; ++turn) {
    {
      const std::lock_guard lock(mutex_);
      woken_ = false;
      if (over_) {
        busy_ = false;
        release_source();
        return;
      }
    }
    Source::Step step = Source::Pending{};
    const Outcome outcome = contained([this, &step] {
      step = source_->next();
      return Outcome();
    });
    if (!take_step(outcome.ok() ? std::move(step) : Source::Step(Source::Ended{outcome})))
      return;
  }
  resume_pull();
}

bool StreamCall::take_step(Source::Step step) {
  const std::lock_guard lock(mutex_);
  bool more = false;
  if (over_) {
    // nobody wants it any more
  } else if (auto* const message = std::get_if<Encoded>(&step)) {
    if (writing_) {
      ready_ = std::move(*message);
    } else {
      write(std::move(*message));
      more = true;
    }
  } else if (auto* const end = std::get_if<Source::Ended>(&step)) {
    ended_ = std::move(end->outcome);
    if (!writing_)
      finish_with(*ended_);
  } else {
    more = woken_;
  }
  busy_ = more;
  if (over_)
    release_source();
  return more;
}

// By the holder of busy_.
void StreamCall::resume_pull() {
  // Refused only when the server has stopped, and then every call is over.
  static_cast<void>(exchange_->pool.resume([call = shared_from_this()] { call->pull(); }));
}

void StreamCall::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  // With a message in hand or the end known, the write's end goes on.
  if (busy_ || over_ || ready_ || ended_)
    return;
  busy_ = true;
  resume_pull();
}

void StreamCall::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  if (over_)
    return;
  if (!ok) {
    finish(grpc::Status::CANCELLED);
  } else if (ready_) {
    write(*std::exchange(ready_, std::nullopt));
    busy_ = true;
    resume_pull();
  } else if (ended_) {
    finish_with(*ended_);
  }
}

void StreamCall::OnCancel() {
  const std::lock_guard lock(mutex_);
  if (!over_)
    finish(grpc::Status::CANCELLED);
}

void StreamCall::end(const Failure& failure) {
  const std::lock_guard lock(mutex_);
  if (!over_)
    finish_with(failure);
}

void StreamCall::check_reader(std::uint64_t now_us) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t stall_us = exchange_->settings.stream_stall_ms * 1000;
  if (over_ || !writing_ || now_us < write_started_us_ + stall_us)
    return;
  exchange_->telemetry.slow_reader();
  const Failure failure(codes::kParticipantBackpressure,
                        "the reader of this stream took no message for " +
                            std::to_string(exchange_->settings.stream_stall_ms) +
                            " ms and was cut off; read on from the last offset it has");
  // An ordinary end would wait behind the messages that the reader does not take.
  const std::string message = message_of(failure, call_.request_id);
  grpc_call_cancel_with_status(
      context_->c_call(),
      static_cast<grpc_status_code>(grpc_code(failure.code().category)), message.c_str(), nullptr);
  finish_with(failure);
}

void StreamCall::check_claims() {
  std::shared_ptr<const Claims> claims;
  {
    const std::lock_guard lock(mutex_);
    if (over_ || claims_ == nullptr)
      return;
    claims = claims_;
  }
  if (const Outcome valid = exchange_->hooks.still_valid(*claims); !valid.ok())
    end(valid.failure());
}

void StreamCall::write(Encoded message) {
  buffer_ = to_buffer(std::move(message));
  writing_ = true;
  write_started_us_ = exchange_->telemetry.monotonic_us();
  StartWrite(&buffer_);
}

void StreamCall::finish_with(const Outcome& outcome) {
  if (!over_)
    finish(outcome.ok() ? grpc::Status::OK
                        : exchange_->to_grpc(outcome.failure(), route_, call_));
}

void StreamCall::finish(const grpc::Status& status) {
  over_ = true;
  const std::uint64_t now_us = exchange_->telemetry.monotonic_us();
  exchange_->telemetry.request(route_.name, static_cast<Code>(status.error_code()),
                               static_cast<double>(now_us - started_us_) / 1e6);
  Finish(status);
  if (!busy_)
    release_source();
}

// Not busy any more. A source may wait for whoever is waking it, who waits for the lock: it goes on
// a thread of the pool without the lock, and with the call where the pool has stopped.
void StreamCall::release_source() {
  if (source_ != nullptr)
    static_cast<void>(exchange_->pool.resume([call = shared_from_this()] { call->drop_source(); }));
}

void StreamCall::drop_source() {
  std::unique_ptr<Source> source;
  const std::lock_guard lock(mutex_);
  source = std::move(source_); // gone after the lock
}

void StreamCall::OnDone() {
  exchange_->remove_stream(self_);
  exchange_->call_ends();
  const std::shared_ptr<StreamCall> last = std::move(self_);
}

} // namespace tenon::daml_api::rpc
