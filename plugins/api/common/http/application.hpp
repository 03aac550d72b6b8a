// What an API is to the HTTP server: it decides by the head of a request whether the rest is read,
// answers it, and says what goes over a WebSocket. Owned by the plugin object; any thread,
// concurrently, but each Stream on one thread only.
#pragma once

#include <memory>
#include <variant>

#include "common/http/message.hpp"
#include "common/http/stream.hpp"
#include "tenon/core/status.hpp"

namespace tenon::api::http {

// A request that may go on. One of `answer` and `open` is set.
struct Admission {
  std::string_view route; // for metrics; lives as long as the application
  std::uint64_t body_limit = 0;
  std::function<void(std::string body, Responder respond)> answer;
  // What runs over the connection once it is a WebSocket, or the answer instead of the handshake.
  std::function<std::variant<std::unique_ptr<Stream>, Response>()> open;
};

// What the server itself has against a request.
struct Refusal {
  unsigned status = 400;
  std::string_view code; // upper snake case
  std::string detail;
};

class Application {
public:
  // Ends when destroyed, waiting for a call under way.
  class Watch {
  public:
    virtual ~Watch() = default;
  };

  virtual ~Application() = default;

  // A request that may go on, or the answer that ends it.
  [[nodiscard]] virtual std::variant<Admission, Response> admit(const RequestHead& head) = 0;
  // A refusal in the words of this API.
  [[nodiscard]] virtual Response refuse(const Refusal& refusal, std::string_view target) = 0;
  // To whom the answer did not come in time.
  [[nodiscard]] virtual Response unanswered(std::string_view target) = 0;
  // `moved` is to be called, on any thread, whenever there may be more to stream.
  [[nodiscard]] virtual Result<std::unique_ptr<Watch>> watch(std::function<void()> moved) = 0;
  // Unix time, by the host's clock.
  [[nodiscard]] virtual std::uint64_t now_s() const = 0;

  // admit() and what follows, for a body that is at hand.
  void handle(const RequestHead& head, std::string body, Responder respond);
};

} // namespace tenon::api::http
