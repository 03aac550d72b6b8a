// A client node's end: every request is answered once, by whom it went to or by the clock.
#include "link/replica_link.hpp"

#include <catch2/catch.hpp>

#include "fakes.hpp"

namespace tenon::host::link::test {

namespace {

constexpr std::uint64_t kTimeout_ms = 1000;

struct World {
  World() {
    REQUIRE(link.start([this] {
                  ++changes;
                  if (on_change)
                    on_change();
                }).ok());
  }

  void connect(const std::string& replica) { peers.connect(replica, PeerRole::kReplica); }
  void ask(const std::string& replica, pb::Request request) {
    link.ask(replica, std::move(request), kTimeout_ms,
             [this](Result<pb::Answer> answer) { answers.push_back(std::move(answer)); });
  }
  // The request that was sent last, which must be the only one.
  pb::Request sent() {
    const auto all = peers.take_sent();
    REQUIRE(all.size() == 1);
    pb::Request request;
    REQUIRE(request.ParseFromString(all[0].frame));
    return request;
  }
  std::uint64_t ask_and_id(const std::string& replica, pb::Request request) {
    ask(replica, std::move(request));
    return sent().id();
  }
  void answer(const std::string& replica, const pb::Answer& answer) {
    peers.deliver(replica, answer.SerializeAsString());
    host.run_all();
  }
  // The one answer that has come.
  Result<pb::Answer> only() {
    REQUIRE(answers.size() == 1);
    Result<pb::Answer> answer = std::move(answers[0]);
    answers.clear();
    return answer;
  }
  double ended(const std::string& kind, const std::string& outcome) {
    return metrics.value("link_requests_total", {{"kind", kind}, {"outcome", outcome}});
  }

  testkit::ManualHost host{Hash{}};
  CountingExecutor executor{host};
  tenon::test::ManualClock clock{host};
  tenon::test::MapMetrics metrics;
  testing::MemoryLog log;
  FakePeers peers;
  int changes = 0;
  std::function<void()> on_change;
  std::vector<Result<pb::Answer>> answers;
  ReplicaLink link{peers, executor, log, metrics, clock}; // last: it may still call
};

pb::Answer taken(std::uint64_t id) {
  pb::Answer answer;
  answer.set_id(id);
  answer.mutable_batch_taken();
  return answer;
}

} // namespace

TEST_CASE("link: a request goes to its replica, and the answer to a worker", "[link][client]") {
  World world;
  world.connect("n1");
  world.connect("n2");
  world.ask("n2", batch_request("batch"));
  const auto sent = world.peers.take_sent();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].peer == "n2");
  CHECK(sent[0].lane == Lane::kControl);
  pb::Request request;
  REQUIRE(request.ParseFromString(sent[0].frame));
  CHECK(request.batch() == "batch");

  world.host.run_all(); // of the connections
  world.host.advance_us(250'000);
  world.peers.deliver("n2", taken(request.id()).SerializeAsString());
  CHECK(world.answers.empty());
  world.host.run_all();
  CHECK(world.only()->has_batch_taken());
  CHECK(world.ended("batch", "answered") == 1);
  CHECK(world.metrics.value("link_request_seconds", {{"kind", "batch"}}) == Approx(0.25));
  CHECK(world.executor.timers() == 0);
}

TEST_CASE("link: ids are used once, and not again after a restart", "[link][client]") {
  World world;
  world.connect("n1");
  const std::uint64_t first = world.ask_and_id("n1", batch_request("a"));
  const std::uint64_t second = world.ask_and_id("n1", batch_request("a"));
  CHECK(second == first + 1);
  world.host.advance_us(1000);
  const ReplicaLink later(world.peers, world.executor, world.log, world.metrics, world.clock);
  CHECK(world.clock.wall_us() > second);
  CHECK(first > world.clock.wall_us() - 2'000'000);
}

TEST_CASE("link: large requests take the bulk lane", "[link][client]") {
  World world;
  world.connect("n1");
  world.ask("n1", batch_request(Bytes(kMostControlRequestBytes - 100, 'b')));
  world.ask("n1", batch_request(Bytes(kMostControlRequestBytes + 1, 'b')));
  world.ask("n1", proof_request(Bytes(kMostControlRequestBytes + 1, 'k')));
  const auto sent = world.peers.take_sent();
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].lane == Lane::kControl);
  CHECK(sent[1].lane == Lane::kBulk);
  CHECK(sent[2].lane == Lane::kBulk);
}

TEST_CASE("link: only the replica that was asked can answer, and only once", "[link][client]") {
  World world;
  world.connect("n1");
  world.connect("n2");
  const std::uint64_t id = world.ask_and_id("n1", batch_request("a"));
  world.answer("n2", taken(id));
  world.answer("n1", taken(id + 1));
  CHECK(world.answers.empty());
  CHECK(world.metrics.value("link_unasked_answers_total") == 2);
  world.answer("n1", taken(id));
  CHECK(world.only().ok());
  world.answer("n1", taken(id));
  CHECK(world.answers.empty());
  CHECK(world.metrics.value("link_unasked_answers_total") == 3);
  CHECK(world.peers.cuts().empty());
}

TEST_CASE("link: who does not answer in time is not waited for", "[link][client]") {
  World world;
  world.connect("n1");
  const std::uint64_t id = world.ask_and_id("n1", stream_request(1, 5));
  world.host.advance_us(kTimeout_ms * 1000 - 1);
  CHECK(world.answers.empty());
  world.host.advance_us(1);
  CHECK(world.only().status().to_string() ==
        "DEADLINE_EXCEEDED: n1 has not answered within 1000 ms");
  CHECK(world.ended("stream", "timed_out") == 1);
  world.answer("n1", taken(id));
  CHECK(world.answers.empty());
  CHECK(world.metrics.value("link_unasked_answers_total") == 1);
}

TEST_CASE("link: a refusal is a failure with the replica's code and words", "[link][client]") {
  World world;
  world.connect("n1");
  const std::uint64_t id = world.ask_and_id("n1", proof_request());
  world.answer("n1", refusal(id, permission_denied("the party is hosted elsewhere")));
  CHECK(world.only().status().to_string() == "PERMISSION_DENIED: the party is hosted elsewhere");
  CHECK(world.ended("proof", "refused") == 1);
}

TEST_CASE("link: with a connection ends what went over it, and nothing else", "[link][client]") {
  World world;
  world.connect("n1");
  world.connect("n2");
  world.ask("n1", batch_request("a"));
  world.ask("n1", stream_request(0, 100));
  world.ask("n2", batch_request("b"));
  world.host.run_all();
  world.peers.disconnect("n1");
  CHECK(world.answers.empty());
  world.host.run_all();
  REQUIRE(world.answers.size() == 2);
  for (const auto& answer : world.answers)
    CHECK(answer.status().to_string() == "UNAVAILABLE: the connection to n1 has ended");
  CHECK(world.executor.timers() == 1); // of the other one's
  world.connect("n1");
  world.host.advance_us(kTimeout_ms * 1000);
  CHECK(world.answers.size() == 3); // that of n2, by the clock
}

TEST_CASE("link: who is not connected or no replica is not asked", "[link][client]") {
  World world;
  world.peers.connect("c2", PeerRole::kClient);
  for (const char* name : {"n1", "c2"}) {
    world.ask(name, batch_request("a"));
    CHECK(world.answers.empty());
    world.host.run_all();
    CHECK(world.only().status().code() == Code::kUnavailable);
  }
  CHECK(world.link.connected().empty());
  CHECK(world.peers.take_sent().empty());
  world.ask("n1", pb::Request());
  world.host.run_all();
  CHECK(world.only().status().code() == Code::kInvalidArgument);
  world.peers.deliver("c2", taken(1).SerializeAsString());
  REQUIRE(world.peers.cuts().size() == 1);
  CHECK(world.peers.cuts()[0].first == "c2");
}

TEST_CASE("link: a request that cannot be queued fails with the reason", "[link][client]") {
  World world;
  world.connect("n1");
  const std::vector<std::pair<Status, Code>> cases = {
      {resource_exhausted("the queue is full"), Code::kUnavailable},
      {not_found("there is no peer n1"), Code::kUnavailable},
      {unavailable("n1 is not connected"), Code::kUnavailable},
      {invalid_argument("too large"), Code::kInvalidArgument}};
  for (const auto& [sent, code] : cases) {
    world.peers.answer_sends_with(sent);
    world.ask("n1", batch_request("a"));
    CHECK(world.answers.empty());
    world.host.run_all();
    const Status failed = world.only().status();
    CHECK(failed.code() == code);
    CHECK(failed.message() == sent.message());
  }
  world.host.advance_us(kTimeout_ms * 1000);
  CHECK(world.answers.empty());
}

TEST_CASE("link: a replica that answers what is no answer is cut", "[link][client]") {
  World world;
  world.connect("n1");
  const std::uint64_t id = world.ask_and_id("n1", batch_request("a"));
  world.ask("n1", batch_request("b"));
  SECTION("no message") { world.peers.deliver("n1", "nonsense"); }
  SECTION("another kind") {
    pb::Answer page;
    page.set_id(id);
    *page.mutable_page() = page_at(1);
    world.peers.deliver("n1", page.SerializeAsString());
  }
  SECTION("a refusal without a code") {
    pb::Answer refusal;
    refusal.set_id(id);
    refusal.mutable_refusal();
    world.peers.deliver("n1", refusal.SerializeAsString());
  }
  SECTION("content that cannot be decoded") {
    pb::Answer empty;
    empty.set_id(id);
    world.peers.deliver("n1", empty.SerializeAsString() + "\x1a\1\xff");
  }
  world.host.run_all();
  REQUIRE(world.answers.size() == 2);
  for (const auto& answer : world.answers)
    CHECK(answer.status().code() == Code::kUnavailable);
  REQUIRE(world.peers.cuts().size() == 1);
  CHECK(world.peers.cuts()[0].second.find("it answered what is no answer: ") == 0);
  CHECK(world.metrics.value("link_replicas_dropped_total") == 1);
  CHECK(world.log.contains("link: n1 is dropped: it answered what is no answer"));
  CHECK(world.link.connected().empty());
  world.peers.deliver("n1", "more nonsense");
  CHECK(world.peers.cuts().size() == 1);
}

TEST_CASE("link: a dropped replica is not asked until it connects anew", "[link][client]") {
  World world;
  world.connect("n2");
  world.connect("n1");
  CHECK(world.link.connected() == std::vector<std::string>{"n1", "n2"});
  world.ask("n1", batch_request("a"));
  world.link.drop("n1", "its page does not verify");
  world.link.drop("n1", "its page does not verify");
  world.link.drop("n9", "it is not there");
  world.host.run_all();
  CHECK(world.only().status().message() == "n1 was dropped: its page does not verify");
  CHECK(world.metrics.value("link_replicas_dropped_total") == 1);
  CHECK(world.peers.cuts() == std::vector<std::pair<std::string, std::string>>{
                                  {"n1", "its page does not verify"}});
  CHECK(world.link.connected() == std::vector<std::string>{"n2"});
  world.ask("n1", batch_request("a"));
  world.host.run_all();
  CHECK(world.only().status().message() == "n1 is not connected");
  world.peers.disconnect("n1");
  world.connect("n1");
  CHECK(world.link.connected() == std::vector<std::string>{"n1", "n2"});
  world.link.drop("n1", "its page does not verify either");
  CHECK(world.peers.cuts().size() == 2);
}

TEST_CASE("link: several changes are told in one call", "[link][client]") {
  World world;
  world.connect("n1");
  world.connect("n2");
  world.peers.connect("c2", PeerRole::kClient);
  CHECK(world.changes == 0);
  world.host.run_all();
  CHECK(world.changes == 1);
  world.host.run_all();
  CHECK(world.changes == 1);
  world.peers.disconnect("n2");
  world.host.run_all();
  CHECK(world.changes == 2);
  world.peers.disconnect("c2");
  world.link.drop("n1", "no");
  world.host.run_all();
  CHECK(world.changes == 3);
}

TEST_CASE("link: changes are told one call at a time", "[link][client]") {
  World world;
  int inside = 0;
  world.on_change = [&] {
    CHECK(++inside == 1);
    if (world.changes == 1) {
      world.connect("n2");
      world.host.run_all(); // the other workers
      CHECK(world.changes == 1);
    }
    --inside;
  };
  world.connect("n1");
  world.host.run_all();
  CHECK(world.changes == 2);
}

TEST_CASE("link: a callback may ask again, and one that throws harms nobody", "[link][client]") {
  World world;
  world.connect("n1");
  world.link.ask("n1", batch_request("a"), kTimeout_ms,
                 [&](Result<pb::Answer>) { world.ask("n1", batch_request("again")); });
  world.answer("n1", taken(world.sent().id()));
  CHECK(world.sent().batch() == "again");
  world.link.ask("n1", batch_request("a"), kTimeout_ms,
                 [](Result<pb::Answer>) { throw std::runtime_error("memory ran out"); });
  world.answer("n1", taken(world.sent().id()));
  CHECK(world.log.contains("memory ran out"));
  const std::uint64_t id = world.ask_and_id("n1", batch_request("b"));
  world.answer("n1", taken(id));
  CHECK(world.only().ok());
}

TEST_CASE("link: when the link has stopped, every request has failed", "[link][client]") {
  World world;
  world.connect("n1");
  const std::uint64_t answered = world.ask_and_id("n1", batch_request("a"));
  world.ask("n1", stream_request(0, 100));
  world.ask("n9", batch_request("b"));
  world.peers.deliver("n1", taken(answered).SerializeAsString()); // no worker has come to it yet
  world.link.stop();
  CHECK_FALSE(world.peers.is_open());
  CHECK(world.executor.timers() == 0);
  REQUIRE(world.answers.size() == 3);
  CHECK(std::count_if(world.answers.begin(), world.answers.end(),
                      [](const auto& answer) { return answer.ok(); }) == 1);
  CHECK(world.changes == 0);
  world.host.run_all();
  world.host.advance_us(10'000'000);
  CHECK(world.answers.size() == 3);
  CHECK(world.link.connected().empty());

  world.ask("n1", batch_request("late"));
  CHECK(world.answers.size() == 3);
  world.host.run_all();
  CHECK(world.answers.back().status().message() == "the link to the replicas is not open");
  world.ask("n1", batch_request("later"));
  world.link.stop();
  CHECK(world.answers.size() == 5);
  CHECK(world.link.start([] {}).code() == Code::kFailedPrecondition);
}

TEST_CASE("link: a protocol that is taken is not opened twice", "[link][client]") {
  World world;
  ReplicaLink other(world.peers, world.executor, world.log, world.metrics, world.clock);
  CHECK(other.start([] {}).code() == Code::kAlreadyExists);
  other.stop();
  CHECK(world.peers.is_open());
}

} // namespace tenon::host::link::test
