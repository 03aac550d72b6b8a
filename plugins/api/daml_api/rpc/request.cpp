#include "rpc/request.hpp"

#include <algorithm>
#include <chrono>
#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <random>

#include "errors/codes.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::rpc {

namespace {

using google::protobuf::Message;

// "00-<32 hex digits>-<16 hex digits>-01": the middle one names the trace.
std::string trace_of(std::string_view traceparent) {
  constexpr std::size_t kVersionSize = 3;
  constexpr std::size_t kTraceSize = 32;
  if (traceparent.size() < kVersionSize + kTraceSize + 1 || traceparent[2] != '-' ||
      traceparent[kVersionSize + kTraceSize] != '-')
    return {};
  const std::string_view trace = traceparent.substr(kVersionSize, kTraceSize);
  return trace.find_first_not_of("0123456789abcdef") == std::string_view::npos ? std::string(trace)
                                                                               : std::string();
}

// Names a call for people, nothing more: it need not be hard to guess.
std::string made_up_id() {
  thread_local std::mt19937_64 random(std::random_device{}());
  Bytes bytes;
  append_be64(bytes, random());
  append_be64(bytes, random());
  return to_hex(bytes);
}

} // namespace

Answer<std::unique_ptr<Message>> parse_request(const Message& prototype,
                                               const grpc::ByteBuffer& bytes) {
  const std::string& name = prototype.GetDescriptor()->name();
  if (!bytes.Valid())
    return Failure(codes::kInvalidArgument, "expected a " + name + " message, found none");
  std::unique_ptr<Message> message(prototype.New());
  grpc::ByteBuffer readable = bytes; // shares the memory
  grpc::ProtoBufferReader reader(&readable);
  google::protobuf::io::CodedInputStream stream(&reader);
  stream.SetRecursionLimit(kMaxMessageDepth);
  if (!message->ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return Failure(codes::kInvalidArgument,
                   "expected a " + name + " message in protobuf encoding, with strings in UTF-8 "
                   "and at most " + std::to_string(kMaxMessageDepth) +
                       " messages within each other; found " + std::to_string(bytes.Length()) +
                       " bytes that are something else");
  }
  return message;
}

grpc::ByteBuffer to_buffer(Encoded encoded) {
  auto* const owned = new Encoded(std::move(encoded));
  const grpc::Slice slice(
      owned->data(), owned->size(), [](void* held) { delete static_cast<Encoded*>(held); }, owned);
  return {&slice, 1};
}

std::string metadata_of(const grpc::CallbackServerContext& context, std::string_view name) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(grpc::string_ref(name.data(), name.size()));
  return found == metadata.end() ? std::string()
                                 : std::string(found->second.data(), found->second.size());
}

Call make_call(const grpc::CallbackServerContext& context, std::uint64_t now_us) {
  Call call;
  call.traceparent = metadata_of(context, "traceparent");
  call.tracestate = metadata_of(context, "tracestate");
  call.request_id = trace_of(call.traceparent);
  if (call.request_id.empty())
    call.request_id = made_up_id();
  const auto deadline = context.deadline();
  if (deadline != std::chrono::system_clock::time_point::max()) {
    using std::chrono::microseconds;
    const auto left = std::chrono::duration_cast<microseconds>(
        deadline - std::chrono::system_clock::now());
    call.deadline_us = now_us + static_cast<std::uint64_t>(std::max<std::int64_t>(left.count(), 0));
  }
  return call;
}

} // namespace tenon::daml_api::rpc
