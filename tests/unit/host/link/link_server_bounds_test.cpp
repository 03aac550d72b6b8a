// What a replica takes of one client at once, and whom it does not listen to.
#include "server_world.hpp"

namespace tenon::host::link::test {

TEST_CASE("link: only so many requests of one client are in hand", "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  world.connect("c2");
  for (std::uint64_t id = 1; id <= kMostRequests; ++id)
    world.ask("c1", batch_request("b"), id);
  CHECK(world.answers().empty());
  const std::string sentence = "RESOURCE_EXHAUSTED: this replica has 64 requests of this client in "
                               "hand, which is the limit of 64; wait for an answer";
  world.ask("c1", batch_request("b"), 100);
  CHECK(world.refused() == sentence);
  world.ask("c1", stream_request(0, 10), 101);
  CHECK(world.refused() == sentence);
  world.ask("c1", proof_request(), 102);
  CHECK(world.refused() == sentence);
  world.serve("c2", batch_request("b"), 1); // everybody's bounds are their own
  CHECK(world.answers().size() == kMostRequests + 1);
  CHECK(world.service.batches.size() == kMostRequests + 1);
  world.serve("c1", batch_request("b"), 103);
  CHECK(world.answer().has_batch_taken());
}

TEST_CASE("link: only so many bytes of batches of one client are in hand", "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  const Bytes half(kMostBatchBytes / 2, 'b');
  world.ask("c1", batch_request(half), 1);
  world.ask("c1", batch_request(half), 2);
  world.ask("c1", batch_request("b"), 3);
  CHECK(world.refused() == "RESOURCE_EXHAUSTED: this replica has 16777216 bytes of batches of this "
                           "client in hand, which is the limit of 16777216; wait for an answer");
  world.ask("c1", batch_request(Bytes(kMostBatchBytes + 1, 'b')), 4);
  CHECK(world.refused() == "INVALID_ARGUMENT: the batch has 16777217 bytes; expected at most "
                           "16777216: split it");
  world.host.run_all();
  CHECK(world.answers().size() == 2);
  world.serve("c1", batch_request(Bytes(kMostBatchBytes, 'b')), 5);
  CHECK(world.answer().has_batch_taken());
}

TEST_CASE("link: one wait for news at a time", "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  world.serve("c1", stream_request(0, 1000), 1);
  world.serve("c1", stream_request(0, 1000), 2);
  const pb::Answer answer = world.answer();
  CHECK(answer.id() == 2);
  CHECK(refused(answer.refusal()).to_string() ==
        "RESOURCE_EXHAUSTED: this replica has a request for the stream of this client in hand, "
        "which is the limit of 1; wait for an answer");
  world.service.move_to(1);
  world.host.run_all();
  CHECK(world.answer().id() == 1);
  world.serve("c1", stream_request(0, 1000), 3);
  CHECK(world.answer().has_page());
}

TEST_CASE("link: two proofs at a time", "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  for (std::uint64_t id = 1; id <= 3; ++id)
    world.ask("c1", proof_request(), id);
  CHECK(world.refused().find("RESOURCE_EXHAUSTED: this replica has 2 proofs") == 0);
  bool has_asked_again = false;
  world.peers.on_sent = [&] { // whoever has its answer may ask again at once
    if (!std::exchange(has_asked_again, true))
      world.ask("c1", proof_request(), 4);
  };
  world.host.run_all();
  const auto answers = world.answers();
  CHECK(answers.size() == 3);
  for (const pb::Answer& answer : answers)
    CHECK(answer.has_proof());
  world.peers.on_sent = nullptr;
  world.service.give_proof = [&](const v1::ProofRequest&) -> Result<v1::LedgerProof> {
    throw std::runtime_error("memory ran out");
  };
  for (std::uint64_t id = 5; id <= 10; ++id)
    world.serve("c1", proof_request(), id);
  CHECK(world.served("proof", "refused") == 1 + 6);
  world.service.give_proof = nullptr;
  world.answers();
  world.serve("c1", proof_request(), 11);
  CHECK(world.answer().has_proof());
}

TEST_CASE("link: what is left of one connection counts against the next", "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  world.ask("c1", batch_request(Bytes(kMostBatchBytes, 'b')), 1);
  world.peers.disconnect("c1");
  world.connect("c1");
  world.ask("c1", batch_request("b"), 1);
  CHECK(world.refused().find("RESOURCE_EXHAUSTED") == 0);
  world.host.run_all();
  world.serve("c1", batch_request("b"), 2);
  CHECK(world.answer().has_batch_taken());
  CHECK(world.service.batches.size() == 1);
}

TEST_CASE("link: a question has a bound, and so has what can be answered", "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  world.ask("c1", proof_request(Bytes(kMostQuestionBytes + 1, 'k')), 1);
  CHECK(world.refused().find("expected at most 262144: ask for less at once") != std::string::npos);
  CHECK(world.peers.cuts().empty());
  world.peers.limit_frames(1000);
  world.service.give_proof = [](const v1::ProofRequest&) -> Result<v1::LedgerProof> {
    v1::LedgerProof proof;
    proof.set_query_response(Bytes(2000, 'r'));
    return proof;
  };
  world.serve("c1", proof_request(), 2);
  CHECK(world.refused().find("OUT_OF_RANGE: the answer does not fit into a frame; ask for less at "
                             "once: ") == 0);
}

TEST_CASE("link: a client that is too slow loses answers, not its connection", "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  world.peers.answer_sends_with(resource_exhausted("the queue is full"));
  for (std::uint64_t id = 1; id <= 5; ++id)
    world.serve("c1", batch_request("b"), id);
  CHECK(world.metrics.value("link_answers_dropped_total") == 5);
  CHECK(world.log.contains("link: c1 does not take its answers fast enough"));
  CHECK(world.log.count("does not take its answers") == 1);
  CHECK(world.peers.cuts().empty());
  world.peers.answer_sends_with(unavailable("not connected"));
  world.serve("c1", batch_request("b"), 6);
  CHECK(world.metrics.value("link_answers_dropped_total") == 5);
  world.peers.answer_sends_with({});
  world.serve("c1", batch_request("b"), 7);
  CHECK(world.answer().has_batch_taken());
}

TEST_CASE("link: a question of a later version is refused, and the client stays",
          "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  pb::Request nothing;
  nothing.set_id(9);
  world.peers.deliver("c1", nothing.SerializeAsString() + "\x7a\1x");
  const pb::Answer answer = world.answer();
  CHECK(answer.id() == 9);
  CHECK(answer.refusal().code() == static_cast<std::uint32_t>(Code::kUnimplemented));
  CHECK(world.peers.cuts().empty());
}

TEST_CASE("link: who asks what is no request is cut, once", "[link][bounds]") {
  ServerWorld world;
  world.connect("c1");
  world.serve("c1", stream_request(0, 1000), 1);
  world.ask("c1", batch_request("b"), 2);
  SECTION("no message") { world.peers.deliver("c1", "nonsense"); }
  SECTION("no id") { world.ask("c1", batch_request("c"), 0); }
  SECTION("a wait that cannot be decoded") { world.peers.deliver("c1", "\x08\x03\x1a\x01\xff"); }
  SECTION("a proof that cannot be decoded") { world.peers.deliver("c1", "\x08\x03\x22\x01\xff"); }
  REQUIRE(world.peers.cuts().size() == 1);
  CHECK(world.peers.cuts()[0].first == "c1");
  world.ask("c1", batch_request("d"), 3);
  world.peers.deliver("c1", "nonsense");
  world.host.run_all();
  world.service.move_to(1);
  world.host.run_all();
  CHECK(world.peers.cuts().size() == 1);
  CHECK(world.service.batches.empty());
  CHECK(world.answers().empty());

  world.peers.disconnect("c1");
  world.connect("c1");
  world.serve("c1", batch_request("e"), 1);
  CHECK(world.answer().has_batch_taken());
}

TEST_CASE("link: replicas are not served", "[link][bounds]") {
  ServerWorld world;
  world.peers.connect("n2", PeerRole::kReplica);
  world.serve("n2", batch_request("b"), 1);
  world.serve("n2", batch_request("b"), 2);
  CHECK(world.peers.cuts() ==
        std::vector<std::pair<std::string, std::string>>{
            {"n2", "it sent a request over the replica link and is no client node"}});
  CHECK(world.service.batches.empty());
  CHECK(world.answers().empty());
}

} // namespace tenon::host::link::test
