// A failure as clients get it: google.rpc.Status, which goes into a call's trailers and into
// completions. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "errors/failure.hpp"
#include "google/rpc/status.pb.h"

namespace tenon::daml_api {

// What a client may wait before it tries again; nothing where trying again does not help.
[[nodiscard]] std::optional<std::uint32_t> retry_delay_s(const ErrorCode& code);
// The gRPC code of everything in a category.
[[nodiscard]] Code grpc_code(Category category);
// Clients are told nothing but a request id to ask the operator about.
[[nodiscard]] bool is_hidden(Category category);

// "ID(category,request id): cause"; the request id is cut to eight characters, the cause to what a
// header may hold.
[[nodiscard]] std::string message_of(const Failure& failure, std::string_view request_id);

// With its details. At most 4,096 bytes when encoded: clients take 8 KiB of headers, and there the
// status stands in base64 beside its message.
[[nodiscard]] google::rpc::Status to_status(const Failure& failure, std::string_view request_id);

} // namespace tenon::daml_api
