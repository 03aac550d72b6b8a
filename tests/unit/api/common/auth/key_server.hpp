// A web server with one page, for keys behind a URL.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace tenon::api::test {

// Answers every request on a port of its own with the same text; in a thread of its own.
class KeyServer {
public:
  explicit KeyServer(const std::string& body) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    answer(200, body);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 8) != 0 ||
        getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("no port to listen on");
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/keys.json";
    thread_ = std::thread([this] { serve(); });
  }
  KeyServer(const KeyServer&) = delete;
  KeyServer& operator=(const KeyServer&) = delete;
  ~KeyServer() {
    shutdown(listener_, SHUT_RDWR); // accept() fails from now on
    thread_.join();
    close(listener_);
  }

  // From the next request on.
  void answer(int status, const std::string& body) {
    const std::lock_guard lock(mutex_);
    text_ = "HTTP/1.1 " + std::to_string(status) + " Any\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
  }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int requests() const { return requests_; }

private:
  void serve() {
    for (;;) {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0)
        return;
      serve_one(connection);
      close(connection);
    }
  }

  void serve_one(int connection) {
    std::string request;
    std::array<char, 4096> chunk{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t received = recv(connection, chunk.data(), chunk.size(), 0);
      if (received <= 0)
        return;
      request.append(chunk.data(), static_cast<std::size_t>(received));
    }
    ++requests_;
    const std::lock_guard lock(mutex_);
    for (std::string_view left = text_; !left.empty();) {
      const ssize_t sent = send(connection, left.data(), left.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return; // the client has read enough
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  const int listener_;
  std::string url_;
  std::mutex mutex_;
  std::string text_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

} // namespace tenon::api::test
