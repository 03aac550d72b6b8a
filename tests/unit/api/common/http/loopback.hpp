// Bare sockets to a server on this machine, and what HTTP and WebSocket look like on them, written
// out by hand so that the tests depend on nothing the server is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace tenon::api::test {

class Socket {
public:
  static constexpr ssize_t kNothingInTime = -1;

  // `receive_buffer` bytes at most wait unread, if not 0.
  explicit Socket(std::uint16_t port, int receive_buffer = 0);
  virtual ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // False when the peer is gone.
  bool send(std::string_view bytes);
  // Nothing when the peer has closed, or nothing came for `timeout_ms`.
  std::optional<std::string> receive(std::size_t size, int timeout_ms = 10'000);
  std::optional<std::string> receive_until(std::string_view end, int timeout_ms = 10'000);
  // True when the peer closes within the time, whatever it sends before.
  bool closes(int timeout_ms = 10'000);

protected:
  [[nodiscard]] int descriptor() const { return descriptor_; }
  // What was sent or came, in bytes; 0 when the peer is gone.
  virtual ssize_t write_some(std::string_view bytes);
  virtual ssize_t read_some(char* bytes, std::size_t size, int timeout_ms);

private:
  bool fill(int timeout_ms);

  int descriptor_ = -1;
  std::string buffer_;
};

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
};

// Status 0 when none came.
Answer read_answer(Socket& socket);
std::string request_text(std::string_view method, std::string_view target, std::string_view token,
                         std::string_view body = {}, std::string_view headers = {});

// The client side of a WebSocket.
struct Message {
  int opcode = 0; // 0: the connection ended
  std::string payload;

  [[nodiscard]] int close_code() const;
  [[nodiscard]] std::string close_reason() const;
};
std::string handshake_text(std::string_view target, std::string_view headers);
Message read_message(Socket& socket, int timeout_ms = 10'000);
void send_message(Socket& socket, int opcode, std::string_view payload);

} // namespace tenon::api::test
