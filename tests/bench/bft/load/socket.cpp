#include "load/socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace tenon::bench {

Socket::Socket() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}

Status Socket::open(std::uint16_t port, int epoll, void* owner) {
  epoll_ = epoll;
  owner_ = owner;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int one = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = owner;
  if (connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      fcntl(socket_.get(), F_SETFL, O_NONBLOCK) != 0 ||
      epoll_ctl(epoll, EPOLL_CTL_ADD, socket_.get(), &event) != 0) {
    return unavailable("no connection to 127.0.0.1:" + std::to_string(port) + ": " +
                       std::strerror(errno));
  }
  return ok_status();
}

void Socket::watch(bool for_writing) {
  if (for_writing == waits_)
    return;
  waits_ = for_writing;
  epoll_event event{};
  event.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = owner_;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, socket_.get(), &event);
}

Status Socket::send(std::string_view bytes) {
  unsent_.append(bytes);
  return waits_ ? ok_status() : flush();
}

Status Socket::flush() {
  std::size_t done = 0;
  while (done < unsent_.size()) {
    const ssize_t written =
        ::send(socket_.get(), unsent_.data() + done, unsent_.size() - done, MSG_NOSIGNAL);
    if (written < 0 && errno != EAGAIN && errno != EINTR)
      return unavailable(std::string("sending failed: ") + std::strerror(errno));
    if (written < 0 && errno == EAGAIN)
      break;
    done += written < 0 ? 0 : static_cast<std::size_t>(written);
  }
  unsent_.erase(0, done);
  watch(!unsent_.empty());
  return ok_status();
}

Status Socket::ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0)
    TENON_RETURN_IF_ERROR(flush());
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
    return ok_status();
  std::array<char, 65536> buffer;
  const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR))
    return ok_status();
  if (size <= 0)
    return unavailable("the other side closed a connection; it had said: " + received_);
  received_.append(buffer.data(), static_cast<std::size_t>(size));
  return ok_status();
}

} // namespace tenon::bench
