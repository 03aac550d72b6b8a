// What goes in and out of this API, without sockets. Plain values; any thread.
#pragma once

#include "common/http/message.hpp"

namespace tenon::api::rest {

using http::kBytes;
using http::kJson;
using http::RequestHead;
using http::Responder;
using http::Response;

inline constexpr std::string_view kProblemJson = "application/problem+json";
inline constexpr std::string_view kWasm = "application/wasm";

} // namespace tenon::api::rest
