// A WebSocket (RFC 6455) over an upgraded connection: writes the messages of a stream as fast as
// the reader takes them, hands it the client's, answers pings, and cuts readers that are too slow.
// Lives on its worker's thread.
#pragma once

#include "common/http/worker.hpp"

namespace tenon::api::http {

// Runs the stream to its end.
template <typename Connection>
asio::awaitable<void> run_stream(Worker& worker, Connection connection,
                                 beast_http::request<beast_http::string_body> request,
                                 std::unique_ptr<Stream> stream);

extern template asio::awaitable<void>
run_stream(Worker&, PlainStream, beast_http::request<beast_http::string_body>,
           std::unique_ptr<Stream>);
extern template asio::awaitable<void>
run_stream(Worker&, TlsStream, beast_http::request<beast_http::string_body>,
           std::unique_ptr<Stream>);

} // namespace tenon::api::http
