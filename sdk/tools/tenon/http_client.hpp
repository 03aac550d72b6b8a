// HTTP requests to a node, by libcurl over one kept-alive connection. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::tool {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::string body;
  std::string content_type; // of the body; empty: there is none
  std::string token;        // empty: no Authorization header
  long timeout_ms = 60'000;
};

struct HttpResponse {
  long status = 0;
  std::string content_type;
  std::string body;
};

class HttpClient {
public:
  // `certificate_file`: the authority to trust instead of the system's; may be empty.
  explicit HttpClient(std::string certificate_file = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // UNAVAILABLE when no answer came; any answer, of whatever HTTP status, is a value.
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request);

private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  std::string certificate_file_;
};

// For the path or query of an address: everything but unreserved characters as %XX.
[[nodiscard]] std::string url_encode(std::string_view text);

} // namespace tenon::tool
