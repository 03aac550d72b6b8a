// Both ends on real threads, while connections come and go and heads move: every request is
// answered exactly once, and what is stopped is silent.
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "fakes.hpp"
#include "link/link_server.hpp"
#include "link/replica_link.hpp"

namespace tenon::host::link::test {

namespace {

const std::vector<std::string> kReplicas = {"n1", "n2"};
const std::vector<std::string> kClients = {"c1", "c2", "c3"};

// A network in one process: one thread calls the handlers of all nodes, as each node's own does.
class Wire {
public:
  class End final : public Peers {
  public:
    End(Wire& wire, std::string name) : wire_(wire), name_(std::move(name)) {}

    Status open(Protocol, PeerHandler& handler) override {
      wire_.run([&] { handler_ = &handler; });
      return {};
    }
    void close(Protocol) override {
      wire_.run([&] { handler_ = nullptr; });
    }
    Status send(Protocol, std::string_view peer, Lane lane, SharedFrame frame) override {
      wire_.thread_.post([this, peer = std::string(peer), lane, frame = std::move(frame)] {
        wire_.pass_on(*this, peer, lane, *frame);
      });
      return {};
    }
    Result<std::uint32_t> broadcast(Protocol, Lane, SharedFrame) override { return 0U; }
    Status cut(std::string_view peer, std::string_view) override {
      cuts += 1;
      wire_.thread_.post([this, peer = std::string(peer)] { wire_.part(name_, peer); });
      return {};
    }
    [[nodiscard]] std::string describe() const override { return "{}"; }

    std::atomic<int> cuts{0};

  private:
    friend class Wire;
    Wire& wire_;
    const std::string name_;
    PeerHandler* handler_ = nullptr;
  };

  Wire() {
    for (const auto* names : {&kReplicas, &kClients}) {
      for (const std::string& name : *names)
        ends_.emplace(name, std::make_unique<End>(*this, name));
    }
  }

  End& end(const std::string& name) { return *ends_.at(name); }
  void join(const std::string& client, const std::string& replica) {
    run([&] {
      if (!joined_.insert({client, replica}).second)
        return;
      if (PeerHandler* const handler = end(client).handler_)
        handler->connected(replica, PeerRole::kReplica);
      if (PeerHandler* const handler = end(replica).handler_)
        handler->connected(client, PeerRole::kClient);
    });
  }
  void disjoin(const std::string& client, const std::string& replica) {
    run([&] { part(client, replica); });
  }

private:
  void run(const std::function<void()>& task) {
    std::promise<void> ran;
    thread_.post([&] {
      task();
      ran.set_value();
    });
    ran.get_future().wait();
  }
  void pass_on(const End& from, const std::string& to, Lane lane, BytesView frame) {
    if (!joined_.contains({from.name_, to}) && !joined_.contains({to, from.name_}))
      return;
    if (PeerHandler* const handler = end(to).handler_)
      handler->received(from.name_, lane, frame);
  }
  void part(const std::string& one, const std::string& other) {
    if (joined_.erase({one, other}) + joined_.erase({other, one}) == 0)
      return;
    for (const auto& [name, peer] : {std::pair(one, other), std::pair(other, one)}) {
      if (PeerHandler* const handler = end(name).handler_)
        handler->disconnected(peer);
    }
  }

  testing::MemoryLog log_;
  std::map<std::string, std::unique_ptr<End>> ends_;
  std::set<std::pair<std::string, std::string>> joined_; // client, replica; the thread's
  services::AsioExecutor thread_{1, log_};
};

// A ledger whose head moves; counts batches that came out of order.
class MovingService final : public ClientService {
public:
  Status submit_batch(const std::string& client, BytesView batch) override {
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = std::stoull(std::string(batch));
    out_of_order += number <= last_batch_[client] ? 1 : 0;
    last_batch_[client] = number;
    return {};
  }
  Result<v1::StreamPage> stream(const v1::StreamRequest& request) override {
    const std::uint64_t head = head_;
    v1::StreamPage page;
    if (request.after_height() < head)
      page = page_at(head);
    page.set_head_height(head);
    return page;
  }
  Result<v1::LedgerProof> prove_for(const std::string&, const v1::ProofRequest&) override {
    return v1::LedgerProof();
  }
  Result<v1::StatePart> visible_state(const v1::StateRequest&) override {
    return v1::StatePart();
  }
  std::uint64_t watch(std::function<void(std::uint64_t)> moved) override {
    const std::lock_guard lock(watch_mutex_);
    moved_ = std::move(moved);
    return 1;
  }
  void unwatch(std::uint64_t) override {
    const std::lock_guard lock(watch_mutex_);
    moved_ = nullptr;
  }
  void move_to(std::uint64_t height) {
    const std::lock_guard lock(watch_mutex_);
    head_ = height;
    if (moved_)
      moved_(height);
  }

  std::atomic<int> out_of_order{0};

private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> last_batch_;
  std::mutex watch_mutex_;
  std::function<void(std::uint64_t)> moved_;
  std::atomic<std::uint64_t> head_{0};
};

struct Parts {
  testing::MemoryLog log;
  services::MetricRegistry metrics;
  services::RealClock clock;
  services::AsioExecutor executor{3, log};
};

struct Replica {
  Replica(Parts& parts, Wire& wire, const std::string& name)
      : server(service, wire.end(name), parts.executor, parts.log, parts.metrics) {
    REQUIRE(server.start().ok());
  }
  MovingService service;
  LinkServer server;
};

// Asks all kinds of things of all replicas, and follows the stream.
struct Asker {
  Asker(Parts& parts, Wire& wire, const std::string& name)
      : link(wire.end(name), parts.executor, parts.log, parts.metrics, parts.clock) {
    REQUIRE(link.start([this] { changes += 1; }).ok());
  }

  void ask(const std::string& replica, pb::Request request) {
    asked += 1;
    link.ask(replica, std::move(request), 2000, [this](Result<pb::Answer> answer) {
      heard_after_stop += is_stopped ? 1 : 0;
      good += answer.ok() ? 1 : 0;
      heard += 1;
    });
  }
  // Each answer asks for the next page, until the height is reached.
  void follow(std::size_t replica, std::uint64_t target) {
    asked += 1;
    link.ask(kReplicas[replica % kReplicas.size()], stream_request(height, 1000), 2000,
             [this, replica, target](Result<pb::Answer> answer) {
               if (answer.ok() && answer->page().blocks_size() > 0)
                 height = answer->page().head_height();
               if (height < target)
                 follow(answer.ok() ? replica : replica + 1, target);
               heard += 1;
             });
  }

  std::atomic<std::uint64_t> asked{0};
  std::atomic<std::uint64_t> heard{0};
  std::atomic<std::uint64_t> good{0};
  std::atomic<std::uint64_t> height{0};
  std::atomic<int> changes{0};
  std::atomic<int> heard_after_stop{0};
  std::atomic<bool> is_stopped{false};
  ReplicaLink link;
};

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

void ask_for_a_while(Asker& asker, std::uint32_t seed) {
  std::minstd_rand random(seed);
  for (std::uint64_t number = 1; number <= 3000; ++number) {
    const std::string& replica = kReplicas[random() % kReplicas.size()];
    const auto what = random() % 10;
    if (what < 7) {
      asker.ask(replica, batch_request(std::to_string(number)));
    } else {
      asker.ask(replica, what < 9 ? proof_request() : stream_request(number, random() % 3));
    }
    if (number % 16 == 0)
      std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

} // namespace

TEST_CASE("link: on real threads every request is answered exactly once", "[link][threads]") {
  constexpr std::uint64_t kTarget = 2000;
  Parts parts;
  Wire wire;
  std::vector<std::unique_ptr<Replica>> replicas;
  std::vector<std::unique_ptr<Asker>> askers;
  for (const std::string& name : kReplicas)
    replicas.push_back(std::make_unique<Replica>(parts, wire, name));
  for (const std::string& name : kClients)
    askers.push_back(std::make_unique<Asker>(parts, wire, name));
  const auto join_all = [&] {
    for (const std::string& client : kClients) {
      for (const std::string& replica : kReplicas)
        wire.join(client, replica);
    }
  };
  join_all();

  std::atomic<bool> is_over{false};
  std::vector<std::thread> threads;
  threads.emplace_back([&] { // the heads
    for (std::uint64_t height = 1; height <= kTarget; ++height) {
      for (const auto& replica : replicas)
        replica->service.move_to(height);
      if (height % 8 == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  threads.emplace_back([&] { // the cables
    std::minstd_rand random(7);
    while (!is_over) {
      const std::string& client = kClients[random() % kClients.size()];
      const std::string& replica = kReplicas[random() % kReplicas.size()];
      wire.disjoin(client, replica);
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 3));
      wire.join(client, replica);
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 10));
    }
  });
  for (std::size_t i = 0; i < askers.size(); ++i) {
    threads.emplace_back([&, i] {
      askers[i]->follow(i, kTarget);
      ask_for_a_while(*askers[i], static_cast<std::uint32_t>(i + 1));
    });
  }
  for (std::size_t i = 2; i < threads.size(); ++i)
    threads[i].join();
  threads[0].join();
  is_over = true;
  threads[1].join();
  join_all();

  for (const auto& asker : askers) {
    CHECK(eventually([&] { return asker->heard == asker->asked; }));
    CHECK(asker->height == kTarget);
    CHECK(asker->good > 0);
    CHECK(asker->changes > 0);
    CHECK(asker->link.connected() == kReplicas);
  }
  for (const auto& replica : replicas)
    CHECK(replica->service.out_of_order == 0);
  for (const auto* names : {&kReplicas, &kClients}) {
    for (const std::string& name : *names)
      CHECK(wire.end(name).cuts == 0);
  }
  CHECK(parts.log.count("exception") == 0);
}

TEST_CASE("link: what is stopped amid traffic is silent when stop returns", "[link][threads]") {
  Parts parts;
  for (int round = 0; round < 20; ++round) {
    Wire wire;
    Replica replica(parts, wire, "n1");
    Asker asker(parts, wire, "c1");
    wire.join("c1", "n1");
    std::atomic<bool> is_over{false};
    std::thread heads([&] {
      for (std::uint64_t height = 1; !is_over; ++height)
        replica.service.move_to(height);
    });
    std::thread asking([&] {
      while (!is_over) {
        asker.ask("n1", batch_request("1"));
        asker.ask("n1", stream_request(UINT64_MAX, 1));
        asker.ask("n1", proof_request());
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (round % 2 == 0) {
      replica.server.stop(); // with a client that goes on asking
      is_over = true;
      asking.join();
      asker.link.stop();
    } else {
      asker.link.stop(); // with others that go on asking
      is_over = true;
      asking.join();
      asker.link.stop(); // for those
    }
    CHECK(asker.heard == asker.asked);
    asker.is_stopped = true;
    heads.join();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(asker.heard_after_stop == 0);
  }
}

} // namespace tenon::host::link::test
