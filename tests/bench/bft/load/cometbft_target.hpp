// Validators of CometBFT with the built-in kvstore: transactions go in turn to some WebSockets of
// each by broadcast_tx_sync; what is committed is read from the new blocks that the first one
// announces.
#pragma once

#include <memory>
#include <vector>

#include "load/target.hpp"
#include "load/transaction.hpp"
#include "load/websocket.hpp"

namespace tenon::bench {

struct CometbftSettings {
  std::vector<std::uint16_t> ports;
  std::size_t connections = 4; // to each
};

class CometbftTarget final : public Target {
public:
  CometbftTarget(CometbftSettings settings, const Transactions& transactions);

  [[nodiscard]] Status open(int epoll, Ended ended) override;
  [[nodiscard]] Result<bool> send(std::uint32_t number) override;
  [[nodiscard]] Status ready(void* socket, std::uint32_t events) override;

private:
  void take_answer(std::string_view message);
  void take_block(std::string_view message);

  CometbftSettings settings_;
  const Transactions& transactions_;
  Ended ended_;
  std::vector<std::unique_ptr<WebSocket>> senders_;
  std::unique_ptr<WebSocket> blocks_;
  std::size_t next_ = 0; // of the senders
};

} // namespace tenon::bench
