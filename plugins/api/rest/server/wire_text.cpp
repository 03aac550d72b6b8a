#include "server/wire_text.hpp"

#include "router.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest {

RequestHead head_of(const http::request_parser<http::string_body>& parser) {
  const auto& message = parser.get();
  const auto field = [&](http::field name) { return std::string(message[name]); };
  RequestHead head;
  head.method = std::string(message.method_string());
  head.target = std::string(message.target());
  head.authorization = field(http::field::authorization);
  head.content_type = field(http::field::content_type);
  head.accept = field(http::field::accept);
  head.websocket_protocol = field(http::field::sec_websocket_protocol);
  head.chunked = parser.chunked();
  if (const auto declared = message.find(http::field::content_length); declared != message.end())
    head.content_length = parser.content_length().value_or(0);
  head.upgrade = beast::iequals(message[http::field::upgrade], "websocket");
  return head;
}

std::string_view path_of_target(const http::request_parser<http::string_body>& parser) {
  const auto target = parser.get().target();
  return path_of({target.data(), target.size()});
}

std::string head_text(const Response& response, bool keep_alive) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
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

Response header_refusal(ErrorCode error, bool line_read) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    if (!line_read)
      return refusal(414, "TARGET_TOO_LONG", "the first line of the request is too long", "/");
    return refusal(431, "HEADER_TOO_LARGE", "the headers of the request are too large", "/");
  }
  return refusal(400, "MALFORMED_REQUEST", "the request is not HTTP/1.1: " + error.message(), "/");
}

} // namespace tenon::api::rest
