// A replica's end: what clients ask is answered from the ledger, off the network's thread.
#include "server_world.hpp"

namespace tenon::host::link::test {

TEST_CASE("link: batches are handed on in the order in which they came", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.connect("c2");
  for (std::uint64_t id = 1; id <= 20; ++id)
    world.ask(id % 2 == 0 ? "c2" : "c1", batch_request("batch " + std::to_string(id)), id);
  CHECK(world.service.batches.empty()); // a worker's work
  world.host.run_all();
  std::map<std::string, std::vector<Bytes>> by_client;
  for (const auto& [client, batch] : world.service.batches)
    by_client[client].push_back(batch);
  for (std::uint64_t i = 0; i < 10; ++i) {
    CHECK(by_client["c1"].at(i) == "batch " + std::to_string(2 * i + 1));
    CHECK(by_client["c2"].at(i) == "batch " + std::to_string(2 * i + 2));
  }
  const auto answers = world.answers();
  REQUIRE(answers.size() == 20);
  for (const pb::Answer& answer : answers)
    CHECK(answer.has_batch_taken());
  CHECK(world.served("batch", "answered") == 20);
}

TEST_CASE("link: what the ledger refuses is refused with its words", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.service.take_batch = [](const std::string& client, BytesView) {
    return resource_exhausted("the queue of " + client + " is full");
  };
  world.serve("c1", batch_request("b"), 5);
  CHECK(world.refused() == "RESOURCE_EXHAUSTED: the queue of c1 is full");
  world.service.give_proof = [](const v1::ProofRequest& request) -> Result<v1::LedgerProof> {
    return permission_denied("no right to " + request.keys().keys(0));
  };
  world.serve("c1", proof_request("key"), 6);
  CHECK(world.refused() == "PERMISSION_DENIED: no right to key");
  world.service.give_page = [](const v1::StreamRequest&) -> Result<v1::StreamPage> {
    return out_of_range("that height is gone");
  };
  world.serve("c1", stream_request(1, 1000), 7);
  CHECK(world.refused() == "OUT_OF_RANGE: that height is gone");
  for (const char* kind : {"batch", "stream", "proof"})
    CHECK(world.served(kind, "refused") == 1);
  CHECK(world.log.count("") == 0); // nothing that an operator has to know
}

TEST_CASE("link: who asks for the state is the channel's client, whatever the request says",
          "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  pb::Request request;
  request.mutable_state()->set_client("c2");
  request.mutable_state()->set_height(4);
  request.mutable_state()->set_max_bytes(UINT64_MAX);
  world.serve("c1", request, 3);
  CHECK(world.answer().has_state());
  REQUIRE(world.service.states.size() == 1);
  CHECK(world.service.states.front().client() == "c1");
  CHECK(world.service.states.front().height() == 4);
  CHECK(world.service.states.front().max_bytes() == kMostPageBytes);
  CHECK(world.served("state", "answered") == 1);
}

TEST_CASE("link: a fault is told to the operator and not to clients", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.service.give_proof = [](const v1::ProofRequest&) -> Result<v1::LedgerProof> {
    return data_loss("block 7 is damaged");
  };
  world.serve("c1", proof_request(), 1);
  CHECK(world.refused() ==
        "DATA_LOSS: this replica has a fault and cannot answer; ask another one");
  CHECK(world.log.contains("link: c1 cannot be served: block 7 is damaged"));
  world.service.take_batch = [](const std::string&, BytesView) -> Status {
    throw std::runtime_error("memory ran out");
  };
  world.serve("c1", batch_request("b"), 2);
  CHECK(world.refused().find("INTERNAL: this replica has a fault") == 0);
  world.service.give_page = [](const v1::StreamRequest&) -> Result<v1::StreamPage> {
    throw std::runtime_error("memory ran out");
  };
  world.serve("c1", stream_request(1, 1000), 3);
  CHECK(world.refused().find("INTERNAL: this replica has a fault") == 0);
  world.service.give_page = nullptr;
  world.serve("c1", stream_request(1, 0), 4);
  CHECK(world.answer().has_page());
}

TEST_CASE("link: a slow proof holds up neither a batch nor a page", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.service.head = 3;
  std::size_t answers_meanwhile = 0;
  world.service.give_proof = [&](const v1::ProofRequest&) -> Result<v1::LedgerProof> {
    world.ask("c1", batch_request("b"), 2);
    world.ask("c1", stream_request(2, 1000), 3);
    world.host.run_all(); // the other workers
    answers_meanwhile = world.answers().size();
    return v1::LedgerProof();
  };
  world.serve("c1", proof_request(), 1);
  CHECK(answers_meanwhile == 2);
  CHECK(world.answer().has_proof());
}

TEST_CASE("link: a page with news, or one that is not waited for, comes at once",
          "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.service.head = 5;
  world.serve("c1", stream_request(4, 1000), 1);
  pb::Answer answer = world.answer();
  CHECK(answer.id() == 1);
  CHECK(answer.page().blocks(0).header() == "block 5");
  world.serve("c1", stream_request(5, 0), 2);
  answer = world.answer();
  CHECK(answer.has_page());
  CHECK(answer.page().blocks_size() == 0);
  CHECK(answer.page().head_height() == 5);
}

TEST_CASE("link: a request for pages is of the client that the channel belongs to",
          "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.serve("c1", stream_request(4, 0), 1);
  world.serve("c1", stream_request(4, 0, 77), 2);
  world.serve("c1", stream_request(4, 0, UINT64_MAX), 3);
  REQUIRE(world.service.looks.size() == 3);
  CHECK(world.service.looks[0].client() == "c1");
  CHECK(world.service.looks[0].after_height() == 4);
  CHECK(world.service.looks[0].max_bytes() == kUsualPageBytes);
  CHECK(world.service.looks[1].max_bytes() == 77);
  CHECK(world.service.looks[2].max_bytes() == kMostPageBytes);
}

TEST_CASE("link: news wakes who waits, without a timer in between", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.serve("c1", stream_request(0, 1000), 1);
  CHECK(world.answers().empty());
  CHECK(world.executor.timers() == 1);
  world.service.move_to(1);
  CHECK(world.answers().empty()); // not on the pipeline's thread
  CHECK(world.host.waiting_tasks() == 1);
  world.host.run_all(); // no time passes
  CHECK(world.answer().page().blocks(0).header() == "block 1");
  CHECK(world.executor.timers() == 0);
  CHECK(world.service.looks.size() == 2);
}

TEST_CASE("link: a burst of new heads is one task for each who waits", "[link][server]") {
  ServerWorld world;
  for (const char* client : {"c1", "c2", "c3"}) {
    world.connect(client);
    world.serve(client, stream_request(0, 1000), 1);
  }
  for (std::uint64_t height = 1; height <= 1000; ++height)
    world.service.move_to(height);
  CHECK(world.host.waiting_tasks() == 3);
  world.host.run_all();
  const auto answers = world.answers();
  REQUIRE(answers.size() == 3);
  for (const pb::Answer& answer : answers)
    CHECK(answer.page().blocks(0).header() == "block 1000");
  world.service.move_to(1001); // nobody waits
  CHECK(world.host.waiting_tasks() == 0);
}

TEST_CASE("link: a burst of new heads without news for a client is one look", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.service.give_page = [](const v1::StreamRequest&) -> Result<v1::StreamPage> {
    return v1::StreamPage();
  };
  world.serve("c1", stream_request(0, 1000), 1);
  for (std::uint64_t height = 1; height <= 1000; ++height)
    world.service.move_to(height);
  world.host.run_all();
  CHECK(world.service.looks.size() == 2);
  CHECK(world.executor.timers() == 1); // the one that it began with
}

TEST_CASE("link: a head that moves during the look is not missed", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  int looks = 0;
  world.service.give_page = [&](const v1::StreamRequest&) -> Result<v1::StreamPage> {
    if (++looks > 1)
      return page_at(world.service.head);
    world.service.move_to(1);
    world.service.move_to(2);
    return v1::StreamPage(); // read before that
  };
  world.serve("c1", stream_request(0, 1000), 1);
  CHECK(looks == 2);
  CHECK(world.answer().page().blocks(0).header() == "block 2");
}

TEST_CASE("link: who is ahead of the replica is not woken by old heads", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.serve("c1", stream_request(10, 1000), 1);
  for (std::uint64_t height = 1; height <= 10; ++height)
    world.service.move_to(height);
  CHECK(world.host.waiting_tasks() == 0);
  world.service.move_to(11);
  world.host.run_all();
  CHECK(world.answer().page().blocks(0).header() == "block 11");
}

TEST_CASE("link: a wait ends with an empty page, however often there was nothing",
          "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.service.give_page = [&](const v1::StreamRequest&) -> Result<v1::StreamPage> {
    v1::StreamPage nothing; // the head moves, and its certificate is not there yet
    nothing.set_head_height(world.service.head);
    return nothing;
  };
  SECTION("after the time that the client named") {
    world.serve("c1", stream_request(0, 500), 1);
    world.host.advance_us(300'000);
    world.service.move_to(1);
    world.host.run_all();
    world.host.advance_us(199'999);
    CHECK(world.answers().empty());
    world.host.advance_us(1);
    CHECK(world.answer().page().head_height() == 1);
  }
  SECTION("after the replica's own bound") {
    world.serve("c1", stream_request(0, UINT64_MAX), 1);
    world.host.advance_us(kLongestWait_ms * 1000 - 1);
    CHECK(world.answers().empty());
    world.host.advance_us(1);
    CHECK(world.answer().page().blocks_size() == 0);
  }
  SECTION("while a worker looks") {
    world.serve("c1", stream_request(0, 500), 1);
    world.service.give_page = [&](const v1::StreamRequest&) -> Result<v1::StreamPage> {
      world.service.give_page = nullptr;
      world.host.advance_us(500'000);
      return v1::StreamPage();
    };
    world.service.move_to(1);
    world.service.head = 0;
    world.host.run_all();
    CHECK(world.answer().page().blocks_size() == 0);
    CHECK(world.service.looks.size() == 2);
  }
  world.host.advance_us(20'000'000);
  CHECK(world.answers().empty());
}

TEST_CASE("link: a client that goes is forgotten with what it asked", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.serve("c1", stream_request(0, 1000), 1);
  world.ask("c1", batch_request("b"), 2);
  world.ask("c1", proof_request(), 3);
  world.peers.disconnect("c1");
  world.host.run_all();
  CHECK(world.service.batches.empty());
  CHECK(world.service.proofs.empty());
  CHECK(world.executor.timers() == 0);
  world.service.move_to(1);
  CHECK(world.host.waiting_tasks() == 0);
  world.host.advance_us(20'000'000);
  CHECK(world.answers().empty());

  world.connect("c1");
  world.serve("c1", stream_request(1, 1000), 1); // its one wait is free again
  world.service.move_to(2);
  world.host.run_all();
  CHECK(world.answer().page().blocks(0).header() == "block 2");
}

TEST_CASE("link: an answer is not given to the next connection", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  const auto connect_anew = [&] {
    world.peers.disconnect("c1");
    world.connect("c1");
  };
  world.service.give_proof = [&](const v1::ProofRequest&) -> Result<v1::LedgerProof> {
    connect_anew();
    return v1::LedgerProof();
  };
  world.serve("c1", proof_request(), 1);
  world.service.give_page = [&](const v1::StreamRequest&) -> Result<v1::StreamPage> {
    connect_anew();
    return page_at(1);
  };
  world.serve("c1", stream_request(0, 1000), 2);
  CHECK(world.answers().empty());
  world.service.give_page = nullptr;
  world.serve("c1", stream_request(0, 0), 2);
  CHECK(world.answers().size() == 1);
}

TEST_CASE("link: large answers take the bulk lane", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  for (const std::size_t bytes : {kMostControlAnswerBytes - 100, kMostControlAnswerBytes + 1}) {
    world.service.give_proof = [&](const v1::ProofRequest&) -> Result<v1::LedgerProof> {
      v1::LedgerProof proof;
      proof.set_query_response(Bytes(bytes, 'r'));
      return proof;
    };
    world.serve("c1", proof_request(), 1);
    const auto sent = world.peers.take_sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].lane == (bytes > kMostControlAnswerBytes ? Lane::kBulk : Lane::kControl));
  }
}

TEST_CASE("link: a stopped server serves nobody and holds nothing", "[link][server]") {
  ServerWorld world;
  world.connect("c1");
  world.serve("c1", stream_request(0, 1000), 1);
  world.ask("c1", batch_request("b"), 2);
  CHECK(world.service.is_watched());
  world.server.stop();
  CHECK_FALSE(world.service.is_watched());
  CHECK_FALSE(world.peers.is_open());
  CHECK(world.executor.timers() == 0);
  world.host.run_all();
  world.host.advance_us(20'000'000);
  CHECK(world.service.batches.empty());
  CHECK(world.answers().empty());
  world.server.stop();
  CHECK(world.server.start().code() == Code::kFailedPrecondition);
}

TEST_CASE("link: a server whose protocol is taken watches nothing", "[link][server]") {
  ServerWorld world;
  FakeService service;
  LinkServer other(service, world.peers, world.executor, world.log, world.metrics);
  CHECK(other.start().code() == Code::kAlreadyExists);
  CHECK_FALSE(service.is_watched());
  other.stop();
  CHECK(world.peers.is_open());
}

} // namespace tenon::host::link::test
