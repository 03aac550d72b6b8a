// A replica's end of the link: answers the requests of the client nodes that are connected, each
// with what that client may have. Bounded per client: so many requests and so many bytes at once,
// one wait for news; more is refused. Owned by the node; reads the ledger on the executor's
// workers, never on the network's thread.
#pragma once

#include <memory>

#include "ports/client_service.hpp"
#include "ports/clock.hpp"
#include "ports/executor.hpp"
#include "ports/log.hpp"
#include "ports/metrics.hpp"
#include "ports/peers.hpp"

namespace tenon::host::link {

class LinkServer {
public:
  LinkServer(ClientService& service, Peers& peers, Executor& executor, Log& log, Metrics& metrics);
  ~LinkServer();
  LinkServer(const LinkServer&) = delete;
  LinkServer& operator=(const LinkServer&) = delete;

  [[nodiscard]] Status start();
  // Returns when no request is being answered.
  void stop();

private:
  class Core;
  std::shared_ptr<Core> core_;
};

} // namespace tenon::host::link
