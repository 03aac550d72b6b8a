#include "common/http/wire_text.hpp"

namespace tenon::api::http {

RequestHead head_of(const beast_http::request_parser<beast_http::string_body>& parser) {
  const auto& message = parser.get();
  const auto field = [&](beast_http::field name) { return std::string(message[name]); };
  RequestHead head;
  head.method = std::string(message.method_string());
  head.target = std::string(message.target());
  head.authorization = field(beast_http::field::authorization);
  head.content_type = field(beast_http::field::content_type);
  head.accept = field(beast_http::field::accept);
  head.websocket_protocol = field(beast_http::field::sec_websocket_protocol);
  head.chunked = parser.chunked();
  const auto declared = message.find(beast_http::field::content_length);
  if (declared != message.end())
    head.content_length = parser.content_length().value_or(0);
  head.upgrade = beast::iequals(message[beast_http::field::upgrade], "websocket");
  return head;
}

std::string head_text(const Response& response, bool keep_alive) {
  const auto reason = beast_http::obsolete_reason(static_cast<beast_http::status>(response.status));
  std::string text;
  text.reserve(256);
  text += "HTTP/1.1 ";
  text += std::to_string(response.status);
  text += ' ';
  text.append(reason.data(), reason.size());
  text += "\r\nContent-Type: ";
  text += response.content_type;
  text += "\r\nContent-Length: ";
  text += std::to_string(response.body.size());
  text += "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  for (const auto& [name, value] : response.headers) {
    text += name;
    text += ": ";
    text += value;
    text += "\r\n";
  }
  text += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return text;
}

Refusal header_refusal(ErrorCode error, bool line_read) {
  if (error == beast_http::error::header_limit || error == beast_http::error::buffer_overflow) {
    if (!line_read)
      return {414, "TARGET_TOO_LONG", "the first line of the request is too long"};
    return {431, "HEADER_TOO_LARGE", "the headers of the request are too large"};
  }
  return {400, "MALFORMED_REQUEST", "the request is not HTTP/1.1: " + error.message()};
}

} // namespace tenon::api::http
