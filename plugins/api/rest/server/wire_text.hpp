// Between Beast's messages and ours: the head of a request, the head of an answer, and what a
// broken head is answered. Pure; any thread.
#pragma once

#include "message.hpp"
#include "server/beast.hpp"
#include "service.hpp"

namespace tenon::api::rest {

[[nodiscard]] RequestHead head_of(const http::request_parser<http::string_body>& parser);
[[nodiscard]] std::string_view
path_of_target(const http::request_parser<http::string_body>& parser);
// Status line and headers, up to the empty line.
[[nodiscard]] std::string head_text(const Response& response, bool keep_alive);
// `line_read`: the request line had been read when the error came.
[[nodiscard]] Response header_refusal(ErrorCode error, bool line_read);

} // namespace tenon::api::rest
