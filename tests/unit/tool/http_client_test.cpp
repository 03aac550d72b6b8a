#include "tenon/http_client.hpp"

#include <catch2/catch.hpp>

using tenon::Code;
using tenon::tool::HttpClient;
using tenon::tool::HttpRequest;
using tenon::tool::url_encode;

TEST_CASE("tool: an address keeps unreserved characters and escapes all others", "[tool]") {
  CHECK(url_encode("aZ09-._~") == "aZ09-._~");
  CHECK(url_encode("a b/c?d=e&f#\xff") == "a%20b%2Fc%3Fd%3De%26f%23%FF");
}

TEST_CASE("tool: a node that does not answer is unavailable, and the message names it", "[tool]") {
  HttpClient client;
  HttpRequest request;
  request.url = "http://127.0.0.1:1/v1/status";
  const auto answer = client.send(request);
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.status().code() == Code::kUnavailable);
  CHECK(answer.status().message().find(request.url) != std::string::npos);
}

TEST_CASE("tool: only http and https are spoken, whatever the address says", "[tool]") {
  HttpClient client;
  HttpRequest request;
  request.url = "file:///etc/hostname";
  CHECK_FALSE(client.send(request).ok());
}
