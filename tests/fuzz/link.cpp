// Whatever bytes a client node and a replica send each other over the link, while connections come
// and go: no more is answered than was asked, whoever asked hears exactly once, and a frame that is
// let in means what protobuf's own decoder says. The first byte says which end gets them; the rest
// are steps of one byte, some with a frame after them.
#include <cstdlib>
#include <map>

#include "../unit/host/link/fakes.hpp"
#include "link/link_server.hpp"
#include "link/replica_link.hpp"

using namespace tenon;
using namespace tenon::host;
using namespace tenon::host::link;
using namespace tenon::host::link::test;

namespace {

constexpr std::uint64_t kTimeout_ms = 1000;

void require(bool condition) {
  if (!condition)
    std::abort();
}

class Steps {
public:
  explicit Steps(BytesView input) : rest_(input) {}
  [[nodiscard]] bool next(std::uint8_t& step) {
    if (rest_.empty())
      return false;
    step = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return true;
  }
  std::uint8_t byte() {
    std::uint8_t value = 0;
    return next(value) ? value : std::uint8_t{0};
  }
  // Of a size of two bytes, or what is left.
  BytesView frame() {
    const std::size_t size = byte() * 256u + byte();
    const BytesView taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

private:
  BytesView rest_;
};

struct Ground {
  testkit::ManualHost host{Hash{}};
  CountingExecutor executor{host};
  tenon::test::ManualClock clock{host};
  tenon::test::MapMetrics metrics;
  host::testing::MemoryLog log;
  FakePeers peers;
  std::map<std::string, bool> connected;

  void toggle(const std::string& peer, PeerRole role) {
    bool& is_connected = connected[peer];
    is_connected = !is_connected;
    if (is_connected)
      peers.connect(peer, role);
    else
      peers.disconnect(peer);
  }
};

void judge_request(BytesView frame) {
  const auto opened = open_request(frame);
  if (!opened.ok())
    return;
  const auto kind = kind_of(*opened);
  if (kind == Kind::kStream && !read_stream(*opened).ok())
    return;
  if (kind == Kind::kProof && !read_proof(*opened).ok())
    return;
  if (kind == Kind::kState && !read_state(*opened).ok())
    return;
  pb::Request request;
  require(request.ParseFromArray(frame.data(), static_cast<int>(frame.size())));
  require(request.id() == opened->id && opened->id != 0);
  require(host::link::kind_of(request) == kind);
  if (kind == Kind::kBatch)
    require(request.batch() == opened->content);
}

void judge_answer(BytesView frame) {
  const auto opened = open_answer(frame);
  if (!opened.ok())
    return;
  for (const Kind kind : {Kind::kBatch, Kind::kStream, Kind::kProof, Kind::kState}) {
    const auto read = read_answer(*opened, kind);
    if (!read.ok())
      continue;
    pb::Answer answer;
    require(answer.ParseFromArray(frame.data(), static_cast<int>(frame.size())));
    require(answer.id() == read->id() && answer.what_case() == read->what_case());
    if (read->has_refusal())
      require(!refused(read->refusal()).ok());
  }
}

void run_server(Steps steps) {
  Ground ground;
  FakeService service;
  service.take_batch = [](const std::string&, BytesView batch) {
    return batch.size() % 3 == 0 ? invalid_argument("no") : Status();
  };
  LinkServer server(service, ground.peers, ground.executor, ground.log, ground.metrics);
  require(server.start().ok());
  ground.toggle("c1", PeerRole::kClient);
  std::size_t delivered = 0;
  std::size_t answered = 0;
  std::uint8_t step = 0;
  while (steps.next(step)) {
    const std::string client = step % 16 < 8 ? "c1" : "c2";
    const bool is_replica = step >= 0xf8;
    switch (step % 8) {
    case 0:
      ground.toggle(client, PeerRole::kClient);
      break;
    case 1:
      ground.host.run_all();
      break;
    case 2:
      ground.host.advance_us(steps.byte() * 100'000u);
      break;
    case 3:
      service.move_to(service.head + 1);
      break;
    case 4:
      ground.host.run_one();
      break;
    default: {
      const BytesView frame = steps.frame();
      judge_request(frame);
      if (is_replica || ground.connected[client]) {
        ground.peers.deliver(is_replica ? "n2" : client, frame);
        delivered += 1;
      }
    }
    }
    for (const FakePeers::Sent& sent : ground.peers.take_sent()) {
      pb::Answer answer;
      require(answer.ParseFromString(sent.frame) && answer.id() != 0);
      require(answer.what_case() != pb::Answer::WHAT_NOT_SET && sent.peer != "n2");
      answered += 1;
    }
    require(answered <= delivered);
  }
  server.stop();
  ground.host.run_all();
  require(ground.peers.take_sent().empty());
}

void run_client(Steps steps) {
  Ground ground;
  std::vector<int> heard;
  ReplicaLink link(ground.peers, ground.executor, ground.log, ground.metrics, ground.clock);
  const std::uint64_t first_id = ground.clock.wall_us() + 1;
  require(link.start([] {}).ok());
  ground.toggle("n1", PeerRole::kReplica);
  std::uint8_t step = 0;
  while (steps.next(step)) {
    const std::string replica = step % 16 < 8 ? "n1" : "n2";
    switch (step % 8) {
    case 0:
      ground.toggle(replica, PeerRole::kReplica);
      break;
    case 1:
      ground.host.run_all();
      break;
    case 2:
      ground.host.advance_us(steps.byte() * 10'000u);
      break;
    case 3:
      link.drop(replica, "its page does not verify");
      break;
    case 4:
    case 5: {
      const std::uint8_t what = steps.byte();
      const std::size_t at = heard.size();
      heard.push_back(0);
      link.ask(replica,
               what % 3 == 0   ? batch_request("b")
               : what % 3 == 1 ? stream_request(what, 100)
                               : proof_request(),
               kTimeout_ms, [&heard, at](const Result<pb::Answer>&) { heard[at] += 1; });
      break;
    }
    default: {
      pb::Answer head; // of a question that was asked, or nearly
      head.set_id(first_id + steps.byte());
      const Bytes frame = (step % 8 == 6 ? head.SerializeAsString() : "") + Bytes(steps.frame());
      judge_answer(frame);
      ground.peers.deliver(replica, frame);
    }
    }
    for (const int times : heard)
      require(times <= 1);
  }
  link.stop();
  ground.host.run_all();
  for (const int times : heard)
    require(times == 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const Steps steps(BytesView(reinterpret_cast<const char*>(data) + 1, size - 1));
  if ((data[0] & 1) == 0)
    run_server(steps);
  else
    run_client(steps);
  return 0;
}
