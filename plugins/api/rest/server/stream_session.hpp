// A WebSocket stream (RFC 6455) over an upgraded connection: writes frames of a subscription as
// fast as the reader takes them, answers pings, and ends with a typed reason. Lives on its worker's
// thread.
#pragma once

#include "server/worker.hpp"
#include "subscription.hpp"

namespace tenon::api::rest {

// Close codes of our own; the reason is {"code": …, "last_offset": …}.
enum class StreamEnd : std::uint16_t {
  kGoingAway = 1001,
  kUnexpectedMessage = 1003,
  kLedgerFailed = 1011,
  kTokenExpired = 4001,
  kSlowReader = 4008,
};

// Runs the stream to its end. `token_in_protocol`: the client offered the protocol "bearer".
template <typename Stream>
asio::awaitable<void>
run_stream(Worker& worker, Stream stream, http::request<http::string_body> request,
           Subscription subscription, std::uint64_t token_expires_at_s, bool token_in_protocol);

extern template asio::awaitable<void> run_stream(Worker&, PlainStream,
                                                 http::request<http::string_body>, Subscription,
                                                 std::uint64_t, bool);
extern template asio::awaitable<void>
run_stream(Worker&, TlsStream, http::request<http::string_body>, Subscription, std::uint64_t, bool);

} // namespace tenon::api::rest
