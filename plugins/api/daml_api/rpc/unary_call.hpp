// One unary call from its arrival to its answer. Keeps itself alive until gRPC has let go of it;
// a reply that comes after the end (the client has cancelled, its deadline has passed, the server
// stops) finds that and is dropped. Any thread.
#pragma once

#include <atomic>
#include <grpcpp/support/server_callback.h>
#include <memory>

#include "rpc/exchange.hpp"

namespace tenon::daml_api::rpc {

class UnaryCall final : public grpc::ServerUnaryReactor,
                        public std::enable_shared_from_this<UnaryCall> {
public:
  // For gRPC, which calls OnDone() in the end. `route` outlives the call.
  static UnaryCall* begin(std::shared_ptr<Exchange> exchange, const Route& route,
                          grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                          grpc::ByteBuffer* response);

  UnaryCall(std::shared_ptr<Exchange> exchange, const Route& route,
            grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
            grpc::ByteBuffer* response);

  void OnCancel() override;
  void OnDone() override;

private:
  void start();
  [[nodiscard]] Outcome run();
  void reply(Answer<Encoded> answer);
  void fail(const Failure& failure);
  void finish(const grpc::Status& status);

  const std::shared_ptr<Exchange> exchange_;
  const Route& route_;
  const std::uint64_t started_us_;
  const std::string authorization_;
  const grpc::ByteBuffer bytes_;
  grpc::ByteBuffer* const response_; // gRPC's, until finish()
  Call call_;
  std::unique_ptr<google::protobuf::Message> request_; // handlers may refer to it until they reply
  std::atomic<bool> over_ = false;
  std::shared_ptr<UnaryCall> self_;
};

} // namespace tenon::daml_api::rpc
