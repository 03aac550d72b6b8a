// Both ends over the real network on loopback.
#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "../network/cluster.hpp"
#include "fakes.hpp"
#include "link/link_server.hpp"
#include "link/replica_link.hpp"

namespace tenon::host::link::test {

namespace {

using network::test::eventually;
using network::test::Node;

network::NetworkOptions client_options() {
  network::NetworkOptions options = network::test::options_of("c1");
  options.role = PeerRole::kClient;
  options.listen.reset();
  return options;
}

// The ledger of one replica, asked by several workers.
class LockedService final : public ClientService {
public:
  Status submit_batch(const std::string& client, BytesView batch) override {
    const std::lock_guard lock(mutex_);
    return service_.submit_batch(client, batch);
  }
  Result<v1::StreamPage> stream(const v1::StreamRequest& request) override {
    const std::lock_guard lock(mutex_);
    looks += 1;
    return service_.stream(request);
  }
  Result<v1::LedgerProof> prove_for(const std::string&, const v1::ProofRequest& request) override {
    v1::LedgerProof proof;
    proof.set_query_response(Bytes(request.height(), 'r'));
    return proof;
  }
  Result<v1::StatePart> visible_state(const v1::StateRequest&) override {
    return v1::StatePart();
  }
  std::uint64_t watch(std::function<void(std::uint64_t)> moved) override {
    const std::lock_guard lock(mutex_);
    return service_.watch(std::move(moved));
  }
  void unwatch(std::uint64_t id) override {
    const std::lock_guard lock(mutex_);
    service_.unwatch(id);
  }
  void move_to(std::uint64_t height) {
    const std::lock_guard lock(mutex_);
    service_.move_to(height);
  }
  std::vector<std::pair<std::string, Bytes>> batches() {
    const std::lock_guard lock(mutex_);
    return service_.batches;
  }
  std::atomic<int> looks{0};

private:
  std::mutex mutex_;
  FakeService service_;
};

struct Joined {
  Joined() {
    network::test::introduce({&replica, &client});
    REQUIRE(server.start().ok());
    REQUIRE(link.start([] {}).ok());
    REQUIRE(eventually([&] { return link.connected() == std::vector<std::string>{"n1"}; }));
  }

  Result<pb::Answer> ask(pb::Request request) {
    std::promise<Result<pb::Answer>> answered;
    link.ask("n1", std::move(request), network::test::kPatience_ms,
             [&](Result<pb::Answer> answer) { answered.set_value(std::move(answer)); });
    return answered.get_future().get();
  }

  testing::MemoryLog log;
  services::AsioExecutor executor{2, log};
  Node replica{network::test::options_of("n1")};
  Node client{client_options()};
  LockedService service;
  LinkServer server{service, *replica.network, executor, replica.log, replica.metrics};
  ReplicaLink link{*client.network, executor, client.log, client.metrics, client.clock};
};

} // namespace

TEST_CASE("link: a client is served over the network", "[link][network]") {
  Joined joined;
  CHECK(joined.ask(batch_request(Bytes(1u << 20, 'b'))).status().to_string() == "OK");
  CHECK(joined.ask(batch_request("small")).status().to_string() == "OK");
  const auto batches = joined.service.batches();
  REQUIRE(batches.size() == 2);
  CHECK(batches[0].first == "c1");
  CHECK(batches[0].second.size() == 1u << 20);
  pb::Request large = proof_request();
  large.mutable_proof()->set_height(8u << 20);
  CHECK(joined.ask(large)->proof().query_response().size() == 8u << 20);
  large.mutable_proof()->set_height(33u << 20);
  CHECK(joined.ask(large).status().code() == Code::kOutOfRange);
  CHECK(joined.client.counts("tenon_link_requests_total{kind=\"proof\",outcome=\"answered\"} 1"));
}

TEST_CASE("link: news reaches a client that waits, over the network", "[link][network]") {
  Joined joined;
  std::promise<Result<pb::Answer>> answered;
  auto answer = answered.get_future();
  joined.link.ask("n1", stream_request(0, 10'000), network::test::kPatience_ms,
                  [&](Result<pb::Answer> page) { answered.set_value(std::move(page)); });
  REQUIRE(eventually([&] { return joined.service.looks == 1; }));
  CHECK(answer.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
  joined.service.move_to(1);
  CHECK(answer.get()->page().blocks(0).header() == "block 1");
}

TEST_CASE("link: a client that sends nonsense is cut and told why", "[link][network]") {
  Joined joined;
  REQUIRE(joined.client.network
              ->send(Protocol::kLink, "n1", Lane::kControl, network::test::frame_of("nonsense"))
              .ok());
  CHECK(joined.replica.logs("n1 cuts c1: it asked what is no request"));
  CHECK(eventually([&] { return joined.link.connected().empty(); }));
  CHECK(joined.ask(batch_request("b")).status().code() == Code::kUnavailable);
  CHECK(eventually([&] { return !joined.link.connected().empty(); })); // after its time
  CHECK(joined.ask(batch_request("b")).ok());
}

} // namespace tenon::host::link::test
