// What comes with a call: its message, who it is from, and what it is called. Pure functions; any
// thread.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <memory>
#include <string>
#include <string_view>

#include "errors/failure.hpp"
#include "rpc/methods.hpp"

namespace tenon::daml_api::rpc {

// Messages within messages that a request may have. A level of an API value takes about four, and
// values are refused beyond a hundred levels by those who can say which one: this only keeps the
// parser's stack bounded.
inline constexpr int kMaxMessageDepth = 1000;

// INVALID_ARGUMENT for what is not such a message.
[[nodiscard]] Answer<std::unique_ptr<google::protobuf::Message>>
parse_request(const google::protobuf::Message& prototype, const grpc::ByteBuffer& bytes);

// Takes over the message's memory.
[[nodiscard]] grpc::ByteBuffer to_buffer(Encoded encoded);

// Empty when the client sent none; the first when it sent several.
[[nodiscard]] std::string metadata_of(const grpc::CallbackServerContext& context,
                                      std::string_view name);

// Without claims. `now_us`: the host's monotonic time.
[[nodiscard]] Call make_call(const grpc::CallbackServerContext& context, std::uint64_t now_us);

} // namespace tenon::daml_api::rpc
