#include "load_generator.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>

#include "common/http_answer.hpp"
#include "services/descriptor.hpp"

namespace tenon::bench {
namespace {

using Clock = std::chrono::steady_clock;
using host::services::Descriptor;

class Client {
public:
  explicit Client(const std::string& request)
      : request_(request), socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}

  Status connect(std::uint16_t port, int epoll) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int one = 1;
    setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = this;
    if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, socket_.get(), &event) != 0) {
      return unavailable(std::string("no connection to the node: ") + std::strerror(errno));
    }
    return ok_status();
  }

  Status send_request() {
    sent_at_ = Clock::now();
    received_.clear();
    std::string_view rest = request_;
    while (!rest.empty()) {
      const ssize_t written = send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (written < 0)
        return unavailable(std::string("sending failed: ") + std::strerror(errno));
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return ok_status();
  }

  // Reads what is there; an answer once one is complete (valid until the next send).
  Result<std::optional<HttpAnswer>> receive() {
    std::array<char, 16384> buffer;
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) {
      return unavailable("the node closed a connection before it had answered: " + received_);
    }
    received_.append(buffer.data(), static_cast<std::size_t>(size));
    return complete_answer(received_);
  }

  [[nodiscard]] Clock::time_point sent_at() const { return sent_at_; }

private:
  const std::string& request_;
  Descriptor socket_;
  std::string received_;
  Clock::time_point sent_at_;
};

void count(LoadReport& report, const HttpAnswer& answer, Clock::time_point sent_at,
           Clock::time_point measured_from, Clock::time_point now) {
  if (answer.status < 200 || answer.status > 299) {
    if (report.refused++ == 0)
      report.first_refusal = std::string(answer.body);
    return;
  }
  ++report.accepted;
  if (now < measured_from)
    return;
  ++report.measured;
  report.latencies_us.push_back(static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now - sent_at).count()));
}

} // namespace

Result<LoadReport> generate_load(const LoadSettings& settings) {
  const Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  std::vector<std::unique_ptr<Client>> clients;
  for (const std::string& request : settings.requests) {
    clients.push_back(std::make_unique<Client>(request));
    TENON_RETURN_IF_ERROR(clients.back()->connect(settings.port, epoll.get()));
  }
  LoadReport report;
  const auto start = Clock::now();
  const auto measured_from =
      start + std::chrono::microseconds(static_cast<std::int64_t>(settings.warm_up_s * 1e6));
  const auto end = measured_from +
                   std::chrono::microseconds(static_cast<std::int64_t>(settings.measured_s * 1e6));
  for (const auto& client : clients)
    TENON_RETURN_IF_ERROR(client->send_request());
  std::size_t in_flight = clients.size();
  std::array<epoll_event, 64> events;
  while (in_flight > 0) {
    const int ready =
        epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), 30'000);
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return unavailable("the node has not answered for 30 s");
    for (std::size_t i = 0; i < static_cast<std::size_t>(ready); ++i) {
      auto& client = *static_cast<Client*>(events[i].data.ptr);
      TENON_ASSIGN_OR_RETURN(const std::optional<HttpAnswer> answer, client.receive());
      if (!answer)
        continue;
      const auto now = Clock::now();
      if (now >= end) { // answered too late to be measured, but it counts as accepted
        count(report, *answer, client.sent_at(), Clock::time_point::max(), now);
        --in_flight;
        continue;
      }
      count(report, *answer, client.sent_at(), measured_from, now);
      TENON_RETURN_IF_ERROR(client.send_request());
    }
  }
  report.seconds = settings.measured_s;
  std::sort(report.latencies_us.begin(), report.latencies_us.end());
  return report;
}

} // namespace tenon::bench
