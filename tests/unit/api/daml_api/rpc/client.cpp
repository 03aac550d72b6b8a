#include "client.hpp"

#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>

namespace tenon::daml_api::rpc::test {

namespace {

using grpc::ByteBuffer;
using grpc::internal::RpcMethod;

void apply(const Options& options, grpc::ClientContext& context) {
  for (const auto& [key, value] : options.metadata)
    context.AddMetadata(key, value);
  if (options.deadline)
    context.set_deadline(std::chrono::system_clock::now() + *options.deadline);
}

template <typename Detail> Detail detail_of(const grpc::Status& status) {
  Detail detail;
  const google::rpc::Status details = details_of(status);
  for (const google::protobuf::Any& any : details.details()) {
    if (any.Is<Detail>())
      any.UnpackTo(&detail);
  }
  return detail;
}

} // namespace

ByteBuffer buffer_of(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string bytes_of(const ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok())
    return {};
  std::string bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

Stream::Stream(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
               const std::string& request, const Options& options)
    : path_(path) {
  apply(options, context_);
  const ByteBuffer bytes = buffer_of(request);
  reader_.reset(grpc::internal::ClientReaderFactory<ByteBuffer>::Create(
      channel.get(), RpcMethod(path_.c_str(), RpcMethod::SERVER_STREAMING), &context_, bytes));
}

std::optional<std::string> Stream::read() {
  ByteBuffer message;
  if (!reader_->Read(&message))
    return std::nullopt;
  return bytes_of(message);
}

Client::Client(std::uint16_t port, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  // A connection of its own for each client, and no waiting for the server's default address.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(port),
      credentials ? credentials : grpc::InsecureChannelCredentials(), arguments);
}

Reply Client::call(const std::string& method, const std::string& request, const Options& options) {
  const std::string path = "/" + method;
  grpc::ClientContext context;
  apply(options, context);
  const ByteBuffer bytes = buffer_of(request);
  ByteBuffer answer;
  Reply reply;
  reply.status = grpc::internal::BlockingUnaryCall<ByteBuffer, ByteBuffer>(
      channel_.get(), RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC), &context, bytes, &answer);
  if (reply.status.ok())
    reply.bytes = bytes_of(answer);
  return reply;
}

std::unique_ptr<Stream> Client::stream(const std::string& method, const std::string& request,
                                       const Options& options) {
  return std::make_unique<Stream>(channel_, "/" + method, request, options);
}

google::rpc::Status details_of(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  return details;
}

google::rpc::ErrorInfo error_info_of(const grpc::Status& status) {
  return detail_of<google::rpc::ErrorInfo>(status);
}

google::rpc::RequestInfo request_info_of(const grpc::Status& status) {
  return detail_of<google::rpc::RequestInfo>(status);
}

} // namespace tenon::daml_api::rpc::test
