// A TCP connection to 127.0.0.1 that never blocks: what does not fit into the kernel's buffer waits
// in its own. Owned by a target; its one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "services/descriptor.hpp"
#include "tenon/core/status.hpp"

namespace tenon::bench {

class Socket {
public:
  Socket();

  // Events of the socket carry `owner`.
  [[nodiscard]] Status open(std::uint16_t port, int epoll, void* owner);
  [[nodiscard]] Status send(std::string_view bytes);
  // Sends what waits and reads what is there, appending it to received().
  [[nodiscard]] Status ready(std::uint32_t events);
  [[nodiscard]] std::string& received() { return received_; }

private:
  [[nodiscard]] Status flush();
  void watch(bool for_writing);

  host::services::Descriptor socket_;
  int epoll_ = -1;
  void* owner_ = nullptr;
  bool waits_ = false; // for room to write
  std::string unsent_;
  std::string received_;
};

} // namespace tenon::bench
