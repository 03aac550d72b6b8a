#include "loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace tenon::api::test {

Socket::Socket(std::uint16_t port, int receive_buffer) {
  descriptor_ = socket(AF_INET, SOCK_STREAM, 0);
  if (receive_buffer > 0)
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor_);
    descriptor_ = -1;
  }
}

Socket::~Socket() {
  if (descriptor_ >= 0)
    close(descriptor_);
}

ssize_t Socket::write_some(std::string_view bytes) {
  const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return sent < 0 ? 0 : sent;
}

ssize_t Socket::read_some(char* bytes, std::size_t size, int timeout_ms) {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (poll(&waiting, 1, timeout_ms) <= 0)
    return kNothingInTime;
  const auto received = recv(descriptor_, bytes, size, 0);
  return received < 0 ? 0 : received;
}

bool Socket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = write_some(bytes);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Socket::fill(int timeout_ms) {
  std::array<char, 65536> chunk{};
  const auto size = read_some(chunk.data(), chunk.size(), timeout_ms);
  if (size <= 0)
    return false;
  buffer_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

std::optional<std::string> Socket::receive(std::size_t size, int timeout_ms) {
  while (buffer_.size() < size) {
    if (!fill(timeout_ms))
      return std::nullopt;
  }
  std::string taken = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return taken;
}

std::optional<std::string> Socket::receive_until(std::string_view end, int timeout_ms) {
  while (true) {
    const auto found = buffer_.find(end);
    if (found != std::string::npos)
      return receive(found + end.size(), timeout_ms);
    if (!fill(timeout_ms))
      return std::nullopt;
  }
}

bool Socket::closes(int timeout_ms) {
  if (descriptor_ < 0)
    return true; // was never let in
  while (true) {
    std::array<char, 65536> chunk{};
    const auto size = read_some(chunk.data(), chunk.size(), timeout_ms);
    if (size == kNothingInTime)
      return false;
    if (size <= 0) {
      shutdown(descriptor_, SHUT_WR); // as a client does once the server has gone
      return true;
    }
  }
}

Answer read_answer(Socket& socket) {
  Answer answer;
  const auto head = socket.receive_until("\r\n\r\n");
  if (!head || head->size() < 12)
    return answer;
  answer.head = *head;
  const int status = std::stoi(head->substr(9, 3));
  const auto length = head->find("Content-Length: ");
  if (length != std::string::npos) {
    const auto body = socket.receive(std::stoul(head->substr(length + 16)));
    if (!body)
      return answer;
    answer.body = *body;
  }
  answer.status = status;
  return answer;
}

std::string request_text(std::string_view method, std::string_view target, std::string_view token,
                         std::string_view body, std::string_view headers) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!token.empty())
    text.append("Authorization: Bearer ").append(token).append("\r\n");
  if (!body.empty()) {
    text.append("Content-Type: application/json\r\nContent-Length: ");
    text.append(std::to_string(body.size())).append("\r\n");
  }
  return text.append(headers).append("\r\n").append(body);
}

std::string handshake_text(std::string_view target, std::string_view headers) {
  std::string text("GET ");
  text.append(target).append(" HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                             "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
  return text.append(headers).append("\r\n");
}

Message read_message(Socket& socket, int timeout_ms) {
  Message message;
  const auto head = socket.receive(2, timeout_ms);
  if (!head)
    return message;
  const auto byte = [](const std::string& bytes, std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]));
  };
  std::uint64_t size = byte(*head, 1) & 0x7f;
  if (size >= 126) {
    const auto more = socket.receive(size == 126 ? 2 : 8, timeout_ms);
    if (!more)
      return message;
    size = 0;
    for (std::size_t i = 0; i < more->size(); ++i)
      size = size << 8 | byte(*more, i);
  }
  const auto payload = size == 0 ? std::string() : socket.receive(size, timeout_ms);
  if (!payload)
    return message;
  message.opcode = static_cast<int>(byte(*head, 0) & 0x0f);
  message.payload = *payload;
  return message;
}

void send_message(Socket& socket, int opcode, std::string_view payload) {
  std::string frame;
  frame.push_back(static_cast<char>(0x80 | opcode));
  frame.push_back(static_cast<char>(0x80 | payload.size()));
  frame.append("\x01\x02\x03\x04");
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(static_cast<unsigned char>(payload[i]) ^ (i % 4 + 1)));
  socket.send(frame);
}

int Message::close_code() const {
  if (opcode != 8 || payload.size() < 2)
    return 0;
  return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
}

std::string Message::close_reason() const {
  return payload.size() < 2 ? std::string() : payload.substr(2);
}

} // namespace tenon::api::test
