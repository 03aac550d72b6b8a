#include "load/tenon_target.hpp"

#include "common/http_answer.hpp"

namespace tenon::bench {

namespace {

// Beyond what a steady load needs in a moment; more are made when they are needed.
constexpr std::size_t kFirstConnections = 64;

Ending ending_of(unsigned status) {
  if (status >= 200 && status <= 299)
    return Ending::kCommitted;
  return status == 429 || status == 503 ? Ending::kRefused : Ending::kFailed;
}

} // namespace

TenonTarget::TenonTarget(TenonSettings settings, const Transactions& transactions)
    : settings_(std::move(settings)), transactions_(transactions),
      head_("POST /v1/instances/" + settings_.instance + "/execute HTTP/1.1\r\nHost: 127.0.0.1:" +
            std::to_string(settings_.port) + "\r\nAuthorization: Bearer " + settings_.token +
            "\r\nContent-Type: application/json\r\nContent-Length: ") {}

Status TenonTarget::connect_one() {
  auto connection = std::make_unique<Connection>();
  TENON_RETURN_IF_ERROR(connection->socket.open(settings_.port, epoll_, connection.get()));
  idle_.push_back(connection.get());
  connections_.push_back(std::move(connection));
  return ok_status();
}

Status TenonTarget::open(int epoll, Ended ended) {
  epoll_ = epoll;
  ended_ = std::move(ended);
  while (connections_.size() < std::min(kFirstConnections, settings_.connections))
    TENON_RETURN_IF_ERROR(connect_one());
  return ok_status();
}

std::string TenonTarget::request(std::uint32_t number) const {
  const std::string body = R"({"function":"put","arguments":{"key":")" +
                           transactions_.key(number) + R"(","value":")" +
                           transactions_.value(number) + R"("}})";
  return head_ + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result<bool> TenonTarget::send(std::uint32_t number) {
  if (idle_.empty()) {
    if (connections_.size() >= settings_.connections)
      return false;
    TENON_RETURN_IF_ERROR(connect_one());
  }
  Connection& connection = *idle_.back();
  idle_.pop_back();
  connection.number = number;
  TENON_RETURN_IF_ERROR(connection.socket.send(request(number)));
  return true;
}

Status TenonTarget::ready(void* socket, std::uint32_t events) {
  auto& connection = *static_cast<Connection*>(socket);
  TENON_RETURN_IF_ERROR(connection.socket.ready(events));
  std::string& received = connection.socket.received();
  const auto answer = complete_answer(received);
  if (!answer)
    return ok_status();
  ended_(connection.number, ending_of(answer->status), answer->body);
  received.erase(0, answer->bytes);
  idle_.push_back(&connection);
  return ok_status();
}

} // namespace tenon::bench
