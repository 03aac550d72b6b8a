// A gRPC client that sends and gets bytes, so that tests can send what no generated client would.
#pragma once

#include <chrono>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace tenon::daml_api::rpc::test {

grpc::ByteBuffer buffer_of(const std::string& bytes);
std::string bytes_of(const grpc::ByteBuffer& buffer);

struct Options {
  std::map<std::string, std::string> metadata;
  std::optional<std::chrono::milliseconds> deadline;
};

struct Reply {
  grpc::Status status;
  std::string bytes;
};

// A server stream that is read message by message.
class Stream {
public:
  Stream(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
         const std::string& request, const Options& options);

  // Nothing: the stream has ended.
  std::optional<std::string> read();
  grpc::Status finish() { return reader_->Finish(); }
  void cancel() { context_.TryCancel(); }

private:
  const std::string path_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader_;
};

class Client {
public:
  explicit Client(std::uint16_t port,
                  const std::shared_ptr<grpc::ChannelCredentials>& credentials = nullptr);

  // `method`: "package.Service/Method".
  Reply call(const std::string& method, const std::string& request, const Options& options = {});
  std::unique_ptr<Stream> stream(const std::string& method, const std::string& request,
                                 const Options& options = {});
  [[nodiscard]] const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

private:
  std::shared_ptr<grpc::Channel> channel_;
};

// What stands in grpc-status-details-bin; the empty ones where there is none.
google::rpc::Status details_of(const grpc::Status& status);
google::rpc::ErrorInfo error_info_of(const grpc::Status& status);
google::rpc::RequestInfo request_info_of(const grpc::Status& status);

} // namespace tenon::daml_api::rpc::test
