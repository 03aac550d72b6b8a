// A client node of Tenon: transactions go to its REST API, each on a connection of its own until
// the node has answered, which it does once the outcome is final. Connections are made as they are
// needed and kept.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "load/socket.hpp"
#include "load/target.hpp"
#include "load/transaction.hpp"

namespace tenon::bench {

struct TenonSettings {
  std::uint16_t port = 0;
  std::size_t connections = 0; // at most
  std::string instance;        // of the kvstore contract
  std::string token;
};

class TenonTarget final : public Target {
public:
  TenonTarget(TenonSettings settings, const Transactions& transactions);

  [[nodiscard]] Status open(int epoll, Ended ended) override;
  [[nodiscard]] Result<bool> send(std::uint32_t number) override;
  [[nodiscard]] Status ready(void* socket, std::uint32_t events) override;

private:
  struct Connection {
    Socket socket;
    std::uint32_t number = 0; // of the transaction under way
  };

  [[nodiscard]] Status connect_one();
  [[nodiscard]] std::string request(std::uint32_t number) const;

  TenonSettings settings_;
  const Transactions& transactions_;
  int epoll_ = -1;
  Ended ended_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;
  std::string head_; // of a request, up to the length of its body
};

} // namespace tenon::bench
