// A subscription over a WebSocket: its frames as messages, and how its ends are told. Step 11 of a
// request's path. Owned by its session; one thread.
#pragma once

#include <memory>
#include <variant>

#include "auth/authenticator.hpp"
#include "common/http/stream.hpp"
#include "route.hpp"

namespace tenon::api::rest {

// Close codes; the reason is {"code": …, "last_offset": …}.
enum class StreamEnd : std::uint16_t {
  kGoingAway = 1001,
  kUnexpectedMessage = 1003,
  kLedgerFailed = 1011,
  kTokenExpired = 4001,
  kSlowReader = 4008,
};

// `token_in_protocol`: the client offered the protocol "bearer". All but the call outlive the
// stream.
[[nodiscard]] std::variant<std::unique_ptr<http::Stream>, Response>
open_stream(const Context& context, Authenticator& authenticator, const Call& call,
            bool token_in_protocol);

} // namespace tenon::api::rest
