#include "load/websocket.hpp"

#include <utility>

#include "tenon/core/encoding.hpp"

namespace tenon::bench {

namespace {

constexpr unsigned kContinuation = 0;
constexpr unsigned kText = 1;
constexpr unsigned kClose = 8;
constexpr unsigned kPing = 9;
constexpr unsigned kPong = 10;
constexpr unsigned kLast = 0x80;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kSize16 = 126;
constexpr unsigned kSize64 = 127;
// A client has to mask what it sends; with this mask the bytes stay as they are.
constexpr std::string_view kMask("\0\0\0\0", 4);

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

} // namespace

Status WebSocket::open(std::uint16_t port, std::string_view path, int epoll, void* owner) {
  TENON_RETURN_IF_ERROR(socket_.open(port, epoll, owner));
  return socket_.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1:" +
                      std::to_string(port) +
                      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
                      "\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
}

Status WebSocket::send(std::string_view text) {
  return send_frame(kText, text);
}

Status WebSocket::send_frame(unsigned opcode, std::string_view payload) {
  Bytes frame(1, static_cast<char>(kLast | opcode));
  if (payload.size() < kSize16) {
    frame += static_cast<char>(kMasked | payload.size());
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(kMasked | kSize16);
    append_be16(frame, static_cast<std::uint16_t>(payload.size()));
  } else {
    frame += static_cast<char>(kMasked | kSize64);
    append_be64(frame, payload.size());
  }
  frame += kMask;
  frame += payload;
  if (!upgraded_) {
    early_ += frame;
    return ok_status();
  }
  return socket_.send(frame);
}

WebSocket::Frame WebSocket::frame_at(std::string_view bytes) {
  Frame frame;
  if (bytes.size() < 2)
    return frame;
  std::size_t head = 2;
  std::uint64_t size = byte_at(bytes, 1) & 0x7f;
  if (size == kSize16) {
    head = 4;
    if (bytes.size() < head)
      return frame;
    size = read_be16(bytes.substr(2));
  } else if (size == kSize64) {
    head = 10;
    if (bytes.size() < head)
      return frame;
    size = read_be64(bytes.substr(2));
  }
  if (bytes.size() - head < size)
    return frame;
  frame.opcode = byte_at(bytes, 0) & 0x0f;
  frame.last = (byte_at(bytes, 0) & kLast) != 0;
  frame.payload = bytes.substr(head, size);
  frame.bytes = head + size;
  return frame;
}

// Has the other side agreed? Its answer is then taken off what was received.
Result<bool> WebSocket::upgraded() {
  std::string& received = socket_.received();
  const std::size_t end = received.find("\r\n\r\n");
  if (end == std::string::npos)
    return false;
  if (received.find(" 101 ") > received.find("\r\n"))
    return unavailable("no WebSocket: expected status 101, found: " + received.substr(0, end));
  received.erase(0, end + 4);
  return true;
}

Status WebSocket::ready(std::uint32_t events,
                        const std::function<void(std::string_view)>& message) {
  TENON_RETURN_IF_ERROR(socket_.ready(events));
  if (!upgraded_) {
    TENON_ASSIGN_OR_RETURN(upgraded_, upgraded());
    if (!upgraded_)
      return ok_status();
    TENON_RETURN_IF_ERROR(socket_.send(std::exchange(early_, {})));
  }
  std::string& received = socket_.received();
  std::size_t done = 0;
  for (;;) {
    const Frame frame = frame_at(std::string_view(received).substr(done));
    if (frame.bytes == 0)
      break;
    done += frame.bytes;
    if (frame.opcode == kClose)
      return unavailable("the other side closed the WebSocket");
    if (frame.opcode == kPing) {
      TENON_RETURN_IF_ERROR(send_frame(kPong, frame.payload));
    } else if (frame.opcode == kText && frame.last) {
      message(frame.payload);
    } else if (frame.opcode == kText || frame.opcode == kContinuation) {
      message_ += frame.payload;
      if (frame.last) {
        message(message_);
        message_.clear();
      }
    }
  }
  received.erase(0, done);
  return ok_status();
}

} // namespace tenon::bench
