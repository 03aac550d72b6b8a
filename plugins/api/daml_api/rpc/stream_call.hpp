// One server-streaming call: pulls its source on worker threads, and writes what comes with one
// write outstanding and one message in hand, so that a message is made while the one before it
// travels. Keeps itself alive until gRPC has let go of it. Any thread.
#pragma once

#include <cstdint>
#include <grpcpp/support/server_callback.h>
#include <memory>
#include <mutex>
#include <optional>

#include "rpc/exchange.hpp"

namespace tenon::daml_api::rpc {

class StreamCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                         public std::enable_shared_from_this<StreamCall> {
public:
  // For gRPC, which calls OnDone() in the end. `route` outlives the call.
  static StreamCall* begin(std::shared_ptr<Exchange> exchange, const Route& route,
                           grpc::CallbackServerContext* context, const grpc::ByteBuffer* request);

  StreamCall(std::shared_ptr<Exchange> exchange, const Route& route,
             grpc::CallbackServerContext* context, const grpc::ByteBuffer* request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // Ends it with this, whatever it is doing; what is being written still goes first.
  void end(const Failure& failure);
  // Cuts it off if its reader has not taken a message for too long.
  void check_reader(std::uint64_t now_us);
  // Ends it if its caller may not go on.
  void check_claims();

private:
  void start();
  [[nodiscard]] Outcome open();
  // One task of the pool at a time: busy_ is set.
  void pull();
  // False: the pull is over.
  bool take_step(Source::Step step);
  void resume_pull();
  void wake();
  void drop_source();
  // All under the lock.
  void write(Encoded message);
  void finish(const grpc::Status& status);
  void finish_with(const Outcome& outcome);
  void release_source();

  const std::shared_ptr<Exchange> exchange_;
  const Route& route_;
  const std::uint64_t started_us_;
  const std::string authorization_;
  const grpc::ByteBuffer bytes_;
  grpc::CallbackServerContext* const context_; // gRPC's, until OnDone()
  Call call_;
  std::unique_ptr<google::protobuf::Message> request_;
  std::unique_ptr<Source> source_; // of the task while busy_, else under the lock

  std::mutex mutex_;
  std::shared_ptr<const Claims> claims_; // once the stream is open, unless everybody may have it
  bool busy_ = false;                    // a task of the pool is pulling, or will
  bool woken_ = false;                   // since next() was last called
  bool over_ = false;                    // Finish() has been called
  bool writing_ = false;
  std::uint64_t write_started_us_ = 0;
  grpc::ByteBuffer buffer_;      // being written
  std::optional<Encoded> ready_; // to be written next
  std::optional<Outcome> ended_; // to be told when all is written
  std::shared_ptr<StreamCall> self_;
};

} // namespace tenon::daml_api::rpc
