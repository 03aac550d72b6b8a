// The client's side of a WebSocket (RFC 6455), as much of it as a load generator needs: text
// messages out, whole messages in, pings answered. Owned by a target; its one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "load/socket.hpp"

namespace tenon::bench {

class WebSocket {
public:
  // Connects and asks for the upgrade; messages that are sent before the answer wait for it.
  [[nodiscard]] Status open(std::uint16_t port, std::string_view path, int epoll, void* owner);
  [[nodiscard]] Status send(std::string_view text);
  // Calls `message` for each message that is complete. `events` as epoll gives them.
  [[nodiscard]] Status ready(std::uint32_t events,
                             const std::function<void(std::string_view)>& message);

private:
  struct Frame {
    unsigned opcode = 0;
    bool last = false;
    std::string_view payload;
    std::size_t bytes = 0; // of all of it; 0: not complete
  };

  [[nodiscard]] static Frame frame_at(std::string_view bytes);
  [[nodiscard]] Status send_frame(unsigned opcode, std::string_view payload);
  [[nodiscard]] Result<bool> upgraded();

  Socket socket_;
  bool upgraded_ = false;
  std::string early_;   // frames that wait for the upgrade
  std::string message_; // of several frames
};

} // namespace tenon::bench
