// Client nodes on a network of whole replicas, in one thread: the client ledger and the replicas'
// ends of the link, on channels whose frames the test carries, loses and tampers with. Owned by the
// test.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "link/client_ledger.hpp"
#include "link/link_server.hpp"
#include "simulation/stack/replicas.hpp"
#include "tenon/link/v1/link.pb.h"

namespace tenon::simulation {

// The channels between client nodes and replicas. A node is connected to all others of the other
// role from the moment on that both have the protocol open.
class LinkWire {
public:
  // What becomes of an answer on its way from a replica: changed, or lost (false).
  using Tamper = std::function<bool(const std::string& replica, const std::string& client,
                                    link::v1::Answer& answer)>;

  class Port final : public host::Peers {
  public:
    Port(LinkWire& wire, std::string name, host::PeerRole role)
        : wire_(wire), name_(std::move(name)), role_(role) {}
    Status open(host::Protocol protocol, host::PeerHandler& handler) override;
    void close(host::Protocol protocol) override;
    Status send(host::Protocol protocol, std::string_view peer, host::Lane lane,
                host::SharedFrame frame) override;
    Result<std::uint32_t> broadcast(host::Protocol, host::Lane, host::SharedFrame) override;
    Status cut(std::string_view peer, std::string_view reason) override;
    [[nodiscard]] std::string describe() const override { return "{\"peers\":[]}"; }

  private:
    friend class LinkWire;
    LinkWire& wire_;
    std::string name_;
    host::PeerRole role_;
    host::PeerHandler* handler_ = nullptr;
  };

  [[nodiscard]] Port& port(const std::string& name, host::PeerRole role);
  // Delivers what was sent before.
  void carry();
  void tamper_with(Tamper tamper) { tamper_ = std::move(tamper); }
  // Who was cut by whom, and why.
  [[nodiscard]] const std::vector<std::array<std::string, 3>>& cuts() const { return cuts_; }
  [[nodiscard]] std::uint64_t bytes_to_clients() const { return bytes_to_clients_; }

private:
  struct Frame {
    std::string from;
    std::string to;
    host::Lane lane;
    host::SharedFrame bytes;
  };
  void connect_all(Port& port, bool up);
  [[nodiscard]] host::SharedFrame tampered(const Frame& frame) const;

  std::map<std::string, std::unique_ptr<Port>> ports_;
  std::deque<Frame> frames_;
  std::set<std::pair<std::string, std::string>> parted_; // cut, until carry() has run
  std::vector<std::array<std::string, 3>> cuts_;
  Tamper tamper_;
  std::uint64_t bytes_to_clients_ = 0;
};

class ClientNodes {
public:
  explicit ClientNodes(std::size_t clients = 1, Replicas::Options options = {});
  ~ClientNodes();

  void run_ms(std::uint64_t duration_ms);
  [[nodiscard]] bool run_until(const std::function<bool()>& holds, std::uint64_t at_most_ms);
  // Submits and waits; UNAVAILABLE when no outcome comes in twenty seconds.
  v1::Completion complete(std::size_t client, const v1::Submission& submission);
  std::shared_ptr<Replicas::Outcome> submit(std::size_t client, const v1::Submission& submission);
  v1::Completion allocate(std::size_t client, const std::string& party);
  // Signed by the operator of the network, sent by the first replica.
  v1::Completion order(const v1::OperatorAction& action);

  // One that the genesis document does not name; started.
  std::size_t add_client(const std::string& id);
  [[nodiscard]] Bytes public_key(std::size_t client) const {
    return clients_[client]->host.node_key().public_key();
  }

  void stop_replica(std::size_t replica);
  void start_replica(std::size_t replica);
  void stop_client(std::size_t client);
  void start_client(std::size_t client);
  // All clients stand where all replicas stand.
  [[nodiscard]] bool level();

  [[nodiscard]] host::link::ClientLedger& ledger(std::size_t client) {
    return *clients_[client]->ledger;
  }
  [[nodiscard]] plugin::Store& store(std::size_t client) { return *clients_[client]->store; }
  [[nodiscard]] test::MapMetrics& metrics(std::size_t client) { return clients_[client]->metrics; }
  [[nodiscard]] v1::StatusResponse status(std::size_t client);
  [[nodiscard]] Bytes query(std::size_t client, const std::string& party,
                            const std::string& request);
  // All that these parties see, page by page.
  [[nodiscard]] std::vector<v1::LedgerTransaction>
  history(host::LedgerService& ledger, const std::vector<std::string>& parties,
          std::uint64_t page = 1000);
  Replicas& replicas() { return *replicas_; }
  LinkWire& wire() { return wire_; }

private:
  struct Client {
    explicit Client(std::size_t index) : host(Hash{}, 100 + index), random(500 + index) {}
    std::string name;
    testkit::ManualHost host;
    test::ManualExecutor executor{host};
    test::ManualClock clock{host};
    test::KeySigner signer{host.node_key()};
    test::CountingRandom random;
    test::QuietLog log;
    test::MapMetrics metrics;
    test::ScriptEngine engine;
    std::shared_ptr<plugin::Store> store = test::memory_store();
    std::unique_ptr<host::link::ClientLedger> ledger;
  };
  struct Server {
    explicit Server(testkit::ManualHost& host) : executor(host) {}
    test::ManualExecutor executor;
    test::QuietLog log;
    test::MapMetrics metrics;
    std::unique_ptr<host::link::LinkServer> server;
  };

  std::vector<std::unique_ptr<Client>> clients_;
  std::unique_ptr<Replicas> replicas_;
  LinkWire wire_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::uint64_t next_sequence_ = 1;
};

} // namespace tenon::simulation
