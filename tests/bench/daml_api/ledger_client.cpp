#include "ledger_client.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <chrono>
#include <future>

namespace tenon::bench {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::internal::WireFormatLite;
using grpc::ByteBuffer;

constexpr auto kConnectTimeout = std::chrono::seconds(60);

ByteBuffer encoded(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

Status status_of(const grpc::Status& status) {
  return status.ok() ? ok_status()
                     : Status(static_cast<Code>(status.error_code()), status.error_message());
}

// Steps over a field whose tag was read; into it, where it is the one.
bool count_field(CodedInputStream& in, std::uint32_t tag, std::uint32_t field,
                 std::uint64_t& count, const std::function<bool()>& inside) {
  const bool found =
      tag == WireFormatLite::MakeTag(static_cast<int>(field),
                                     WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  if (!found)
    return WireFormatLite::SkipField(&in, tag);
  ++count;
  int size = 0;
  if (!in.ReadVarintSizeAsInt(&size))
    return false;
  if (!inside)
    return in.Skip(size);
  const auto limit = in.PushLimit(size);
  const bool good = inside();
  in.PopLimit(limit);
  return good;
}

bool count_message(ByteBuffer& message, StreamShape shape, StreamCount& count) {
  count.bytes += message.Length();
  grpc::ProtoBufferReader reader(&message);
  CodedInputStream in(&reader);
  std::function<bool()> events;
  if (shape.event != 0) {
    events = [&] {
      while (const std::uint32_t tag = in.ReadTag()) {
        if (!count_field(in, tag, shape.event, count.events, nullptr))
          return false;
      }
      return true;
    };
  }
  while (const std::uint32_t tag = in.ReadTag()) {
    if (!count_field(in, tag, shape.item, count.items, events))
      return false;
  }
  return true;
}

// One stream from its request to its end. Callbacks of one call never overlap.
class StreamReader final : public grpc::ClientBidiReactor<ByteBuffer, ByteBuffer> {
public:
  StreamReader(const Message& request, StreamShape shape)
      : request_(encoded(request)), shape_(shape) {}

  Result<StreamCount> run(grpc::GenericStub& stub, const std::string& path) {
    stub.PrepareBidiStreamingCall(&context_, path, {}, this);
    StartWriteLast(&request_, {});
    StartRead(&message_);
    StartCall();
    const Status status = ended_.get_future().get();
    if (!status.ok())
      return status;
    if (!readable_)
      return data_loss("a message of " + path + " cannot be read");
    return count_;
  }

private:
  void OnReadDone(bool more) override {
    if (!more)
      return;
    readable_ = count_message(message_, shape_, count_) && readable_;
    StartRead(&message_);
  }
  void OnDone(const grpc::Status& status) override { ended_.set_value(status_of(status)); }

  ByteBuffer request_;
  const StreamShape shape_;
  grpc::ClientContext context_;
  ByteBuffer message_;
  StreamCount count_;
  bool readable_ = true;
  std::promise<Status> ended_;
};

} // namespace

Result<std::unique_ptr<LedgerClient>> LedgerClient::connect(std::uint16_t port) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  const auto channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                                 grpc::InsecureChannelCredentials(), arguments);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + kConnectTimeout))
    return unavailable("nobody takes connections on 127.0.0.1:" + std::to_string(port));
  return std::unique_ptr<LedgerClient>(new LedgerClient(channel));
}

void LedgerClient::start(const std::string& method, const Message& request,
                         std::function<void(Status)> done) {
  struct Call {
    grpc::ClientContext context;
    ByteBuffer request, response;
  };
  const auto call = std::make_shared<Call>();
  call->request = encoded(request);
  stub_.UnaryCall(&call->context, "/" + method, {}, &call->request, &call->response,
                  [call, done = std::move(done)](const grpc::Status& status) {
                    done(status_of(status));
                  });
}

Status LedgerClient::call_message(const std::string& method, const Message& request,
                                  Message& response) {
  grpc::ClientContext context;
  ByteBuffer sent = encoded(request), received;
  std::promise<grpc::Status> done;
  stub_.UnaryCall(&context, "/" + method, {}, &sent, &received,
                  [&](const grpc::Status& status) { done.set_value(status); });
  TENON_RETURN_IF_ERROR(status_of(done.get_future().get()).with_context(method));
  grpc::ProtoBufferReader reader(&received);
  if (!response.ParseFromZeroCopyStream(&reader))
    return data_loss("the answer of " + method + " cannot be read");
  return ok_status();
}

Result<StreamCount> LedgerClient::read(const std::string& method, const Message& request,
                                       StreamShape shape) {
  return StreamReader(request, shape).run(stub_, "/" + method);
}

} // namespace tenon::bench
