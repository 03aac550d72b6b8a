// What goes over one WebSocket, without sockets: takes the client's messages and gives its own when
// they are pulled. Pulling makes the bound: a reader that takes nothing costs what one next() gave.
// Owned by its session; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenon::api::http {

// How a stream ends (RFC 6455, 7.4).
using CloseCode = std::uint16_t;

class Stream {
public:
  // Reasons of the server.
  enum class End { kGoingAway, kSlowReader };

  struct Message {
    std::string text;
    std::uint64_t position = 0; // given back by sent()
  };
  // What is to be sent, and then how it goes on. Neither messages nor an end: next() is called
  // again when there may be more, or after `again_in_ms`.
  struct Step {
    std::vector<Message> messages;
    std::optional<CloseCode> close;
    std::optional<std::uint64_t> again_in_ms;
  };

  virtual ~Stream() = default;

  // Of those that the client offered; empty: none is named.
  [[nodiscard]] virtual std::string subprotocol() const = 0;
  [[nodiscard]] virtual std::size_t max_message_bytes() const = 0;
  // A message of the client; an end that does not wait for the messages of the last step.
  [[nodiscard]] virtual std::optional<CloseCode> receive(std::string text) = 0;
  [[nodiscard]] virtual Step next() = 0;
  // The message was taken by the connection.
  virtual void sent(std::uint64_t position) = 0;
  // An end that no message tells, as that of the token; asked for every second or so.
  [[nodiscard]] virtual std::optional<CloseCode> check() = 0;
  [[nodiscard]] virtual CloseCode code_of(End end) const = 0;
  // Of an end, once nothing more is sent: at most 123 bytes.
  [[nodiscard]] virtual std::string reason_of(CloseCode code) const = 0;
};

} // namespace tenon::api::http
