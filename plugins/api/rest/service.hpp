// The business layer: from a request to its answer, without sockets. admit() is step 1 of a
// request's path and needs the head only, so that nobody's body is read who may not send one;
// dispatch() runs the handler. Owned by the plugin object; any thread, concurrently.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "auth/authenticator.hpp"
#include "ledger.hpp"
#include "message.hpp"
#include "route.hpp"
#include "settings.hpp"

namespace tenon::api::rest {

class Service {
public:
  // All outlive this.
  Service(Ledger& ledger, const Settings& settings, Authenticator& authenticator,
          std::string openapi);

  struct Admission {
    Call call;
    std::uint64_t body_limit = 0;
  };
  // A call that may go on, or the answer that ends it.
  [[nodiscard]] std::variant<Admission, Response> admit(const RequestHead& head);
  // Streams have no handler: the server upgrades them.
  void dispatch(Call call, Responder respond);
  // Both, for a body that is at hand.
  void handle(const RequestHead& head, std::string body, Responder respond);

  [[nodiscard]] Ledger& ledger() { return context_.ledger; }
  [[nodiscard]] const Settings& settings() const { return context_.settings; }
  [[nodiscard]] Authenticator& authenticator() { return authenticator_; }

private:
  [[nodiscard]] std::optional<Response> check_access(const RequestHead& head, Call& call);

  Authenticator& authenticator_;
  const std::string openapi_;
  const Context context_;
};

// Where a request failed before it had a route; for the connection's own refusals.
[[nodiscard]] Response refusal(unsigned status, std::string code, std::string detail,
                               std::string_view instance);

} // namespace tenon::api::rest
