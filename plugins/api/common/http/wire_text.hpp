// Between Beast's messages and ours: the head of a request, the head of an answer, and what a
// broken head is answered. Pure; any thread.
#pragma once

#include "common/http/application.hpp"
#include "common/http/beast.hpp"

namespace tenon::api::http {

[[nodiscard]] RequestHead
head_of(const beast_http::request_parser<beast_http::string_body>& parser);
// Status line and headers, up to the empty line.
[[nodiscard]] std::string head_text(const Response& response, bool keep_alive);
// `line_read`: the request line had been read when the error came.
[[nodiscard]] Refusal header_refusal(ErrorCode error, bool line_read);

} // namespace tenon::api::http
