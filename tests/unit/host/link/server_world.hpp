// A replica's end of the link with a ledger and peers that do as the test says. One thread.
#pragma once

#include <catch2/catch.hpp>

#include "fakes.hpp"
#include "link/link_server.hpp"

namespace tenon::host::link::test {

struct ServerWorld {
  ServerWorld() { REQUIRE(server.start().ok()); }

  void connect(const std::string& client) { peers.connect(client, PeerRole::kClient); }
  void ask(const std::string& client, pb::Request request, std::uint64_t id) {
    peers.deliver(client, encoded(std::move(request), id));
  }
  // Asks, and lets the workers work.
  void serve(const std::string& client, pb::Request request, std::uint64_t id) {
    ask(client, std::move(request), id);
    host.run_all();
  }
  // All answers since the last call.
  std::vector<pb::Answer> answers() {
    std::vector<pb::Answer> all;
    for (const FakePeers::Sent& sent : peers.take_sent()) {
      REQUIRE(all.emplace_back().ParseFromString(sent.frame));
    }
    return all;
  }
  // The only one.
  pb::Answer answer() {
    auto all = answers();
    REQUIRE(all.size() == 1);
    return all[0];
  }
  // The only one is a refusal: "CODE: words".
  std::string refused() {
    const pb::Answer only = answer();
    REQUIRE(only.has_refusal());
    return link::refused(only.refusal()).to_string();
  }
  double served(const std::string& kind, const std::string& outcome) {
    return metrics.value("link_served_total", {{"kind", kind}, {"outcome", outcome}});
  }

  testkit::ManualHost host{Hash{}};
  CountingExecutor executor{host};
  tenon::test::MapMetrics metrics;
  testing::MemoryLog log;
  FakePeers peers;
  FakeService service;
  LinkServer server{service, peers, executor, log, metrics};
};

} // namespace tenon::host::link::test
